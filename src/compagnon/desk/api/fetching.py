"""Reading mailboxes by IMAP, by API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.api.etag import expected_version
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.inbound.fetching.trying import Trial, try_connection
from compagnon.desk.models import FailedFetch, Mailbox, MailFetch
from compagnon.desk.policies_connections import CONFIGURE, check
from compagnon.desk.services import fetching as services

router = Routes(tag="mailboxes read by IMAP")

Security = Literal["tls", "starttls", "none"]
SignIn = Literal["password", "refresh", "client"]
ExistingName = Literal["unread", "all", "none"]
AfterName = Literal["seen", "move", "keep"]
Secret = Annotated[str, Field(max_length=20_000, json_schema_extra={"writeOnly": True})]


class MailFetchOut(Schema):
    """How a mailbox is read, without its secrets, and how that goes."""

    id: int
    mailbox_id: int
    host: str
    port: int
    security: Security
    user: str
    sign_in: SignIn
    client_id: str
    token_url: str
    oauth_scope: str
    folder: str
    existing: ExistingName
    after: AfterName
    move_to: str
    every_seconds: int
    is_active: bool
    polled_at: datetime | None
    ok_at: datetime | None
    error: str = Field(description="`CODE: DETAIL` of the last reading; empty: it went well.")
    failures: int
    taken: int
    version: int


class MailFetchChangeIn(Body):
    """What changes; what is absent stays. Secrets are never given back."""

    host: Annotated[str, Field(min_length=1, max_length=253)] = "imap.example"
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    security: Security = "tls"
    user: Annotated[str, Field(min_length=1, max_length=254)] = "support"
    sign_in: SignIn = "password"
    password: Secret = ""
    client_id: Annotated[str, Field(max_length=200)] = ""
    client_secret: Secret = ""
    refresh_token: Secret = ""
    token_url: Annotated[str, Field(max_length=500)] = ""
    oauth_scope: Annotated[str, Field(max_length=300)] = ""
    folder: Annotated[str, Field(min_length=1, max_length=200)] = "INBOX"
    existing: ExistingName = "unread"
    after: AfterName = "seen"
    move_to: Annotated[str, Field(max_length=200)] = ""
    every_seconds: Annotated[int, Field(ge=15, le=86_400)] = 60
    is_active: bool = True


class MailFetchIn(MailFetchChangeIn):
    """How a mailbox is to be read."""

    mailbox_id: Id
    host: Annotated[str, Field(min_length=1, max_length=253, examples=["imap.example"])]
    user: Annotated[str, Field(min_length=1, max_length=254, examples=["support"])]


class TrialOut(Schema):
    """How a trial of the connection went."""

    is_ok: bool
    code: str
    detail: str
    messages: int
    unread: int
    folders: list[str]


class FailedFetchOut(Schema):
    """A message that could not be taken."""

    id: int
    uid: int
    size: int | None
    error: str
    attempts: int
    is_final: bool
    failed_at: datetime


class MailFetchQuery(ListQuery):
    """Which mailboxes, in which order."""

    mailbox: Annotated[Id | None, FilterLookup("mailbox_id")] = None
    ordering: Literal["id", "-id"] = "id"


class FailedFetchQuery(ListQuery):
    """Which messages, in which order."""

    ordering: Literal["id", "-id"] = "-id"


@router.index("/mail-fetches", MailFetchOut)
def list_mail_fetches(request: ApiRequest, query: Query[MailFetchQuery]) -> QuerySet[MailFetch]:
    """List the mailboxes that are read by IMAP, with how that goes."""
    return visible(MailFetch, request.actor)


@router.show("/mail-fetches/{fetch_id}", MailFetchOut)
def get_mail_fetch(request: ApiRequest, fetch_id: Id) -> MailFetch:
    """Read how a mailbox is read."""
    return get_visible(MailFetch, request.actor, pk=fetch_id)


@router.create("/mail-fetches", MailFetchOut, location=lambda row: f"/mail-fetches/{row.pk}")
def create_mail_fetch(request: ApiRequest, body: MailFetchIn) -> MailFetch:
    """Say how a mailbox is read; again, it changes it."""
    values: dict[str, Any] = body.model_dump()
    mailbox = get_visible(Mailbox, request.actor, pk=values.pop("mailbox_id"))
    return services.set_fetch(actor=request.actor, mailbox=mailbox, values=values)


@router.change("/mail-fetches/{fetch_id}", MailFetchOut)
def change_mail_fetch(request: ApiRequest, fetch_id: Id, body: MailFetchChangeIn) -> MailFetch:
    """Change how a mailbox is read."""
    fetch = get_visible(MailFetch, request.actor, pk=fetch_id)
    return services.set_fetch(
        actor=request.actor,
        mailbox=fetch.mailbox,
        values=body.model_dump(exclude_unset=True),
        expected_version=expected_version(request, fetch),
    )


@router.remove("/mail-fetches/{fetch_id}")
def remove_mail_fetch(request: ApiRequest, fetch_id: Id) -> None:
    """Read a mailbox no more; what it brought stays."""
    fetch = get_visible(MailFetch, request.actor, pk=fetch_id)
    expected_version(request, fetch)
    services.remove_fetch(actor=request.actor, fetch=fetch)


@router.act("/mail-fetches/{fetch_id}/test", TrialOut)
def test_mail_fetch(request: ApiRequest, fetch_id: Id) -> Trial:
    """Connect, sign in and look, without taking or marking anything."""
    fetch = get_visible(MailFetch, request.actor, pk=fetch_id)
    check(request.actor, CONFIGURE, fetch.mailbox.organisation_id)
    return try_connection(fetch)


@router.act("/mail-fetches/{fetch_id}/read", MailFetchOut)
def read_mail_fetch(request: ApiRequest, fetch_id: Id) -> MailFetch:
    """Have a mailbox read at once, and what failed tried again."""
    fetch = get_visible(MailFetch, request.actor, pk=fetch_id)
    return services.read_now(actor=request.actor, fetch=fetch)


@router.index("/mail-fetches/{fetch_id}/failed", FailedFetchOut)
def list_failed_fetches(
    request: ApiRequest, fetch_id: Id, query: Query[FailedFetchQuery]
) -> QuerySet[FailedFetch]:
    """List the messages that could not be taken."""
    fetch = get_visible(MailFetch, request.actor, pk=fetch_id)
    return visible(FailedFetch, request.actor).filter(fetch=fetch).exclude(error="")
