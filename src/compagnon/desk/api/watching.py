"""Watchers and notices by API: the same verbs as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Schema

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.visibility import visible
from compagnon.desk import queries, services
from compagnon.desk.api import schemas
from compagnon.desk.models import Notice, Watcher

router = Routes(tag="tickets")


class WatcherOut(Schema):
    """Who watches."""

    id: int
    ticket_id: int
    person: schemas.Named
    by_mail: bool
    added_at: datetime


class WatcherIn(Body):
    """Who watches; nobody given, the caller."""

    person_id: Id | None = None
    by_mail: bool = True


class NoticeOut(Schema):
    """A note that names the caller."""

    id: int
    ticket_id: int
    message_id: int
    author: schemas.Named | None
    text: str
    created_at: datetime
    read_at: datetime | None

    @staticmethod
    def resolve_author(obj: Notice) -> Any:
        """Who wrote the note."""
        return obj.message.author

    @staticmethod
    def resolve_text(obj: Notice) -> str:
        """What the note says."""
        return obj.message.text


class NoticeQuery(ListQuery):
    """Which notices, in which order."""

    unread: Annotated[bool | None, FilterLookup("read_at__isnull")] = None
    ordering: Literal["id", "-id"] = "-id"


class ReadIn(Body):
    """Which one was read; none given, all of them."""

    notice_id: Id | None = None


class ReadOut(Schema):
    """How many were unread."""

    read: int


class ChoiceIn(Body):
    """How to be told."""

    mentions_by_mail: bool


class ChoiceOut(Schema):
    """How one is told."""

    mentions_by_mail: bool


@router.index("/tickets/{ticket_id}/watchers", WatcherOut)
def list_watchers(
    request: ApiRequest, ticket_id: Id, query: Query[schemas.PlainQuery]
) -> QuerySet[Watcher]:
    """List who watches a ticket, for who works on it; others see themselves."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return visible(Watcher, request.actor, ticket.watchers.select_related("person"))


@router.create("/tickets/{ticket_id}/watchers", WatcherOut, within=True)
def watch_ticket(request: ApiRequest, ticket_id: Id, body: WatcherIn) -> Watcher:
    """Watch a ticket, or let somebody watch it; again, to change the choice of mail."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.watch(
        actor=request.actor, ticket_id=ticket.pk, person_id=body.person_id, by_mail=body.by_mail
    )


@router.remove("/tickets/{ticket_id}/watchers/{person_id}")
def unwatch_ticket(request: ApiRequest, ticket_id: Id, person_id: Id) -> None:
    """Let somebody, or oneself, watch a ticket no more."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    services.unwatch(actor=request.actor, ticket_id=ticket.pk, person_id=person_id)


@router.index("/notices", NoticeOut)
def list_notices(request: ApiRequest, query: Query[NoticeQuery]) -> QuerySet[Notice]:
    """List the notes that name you, on tickets that you work on."""
    return visible(Notice, request.actor).select_related("message__author")


@router.act("/notices/read", ReadOut)
def read_notices(request: ApiRequest, body: ReadIn) -> ReadOut:
    """Mark one of your notices as read, or all of them."""
    return ReadOut(read=services.read_notices(actor=request.actor, notice_id=body.notice_id))


@router.act("/notices/choice", ChoiceOut)
def choose_notices(request: ApiRequest, body: ChoiceIn) -> ChoiceOut:
    """Choose whether a note that names you comes by mail too."""
    choice = services.choose_notices(actor=request.actor, mentions_by_mail=body.mentions_by_mail)
    return ChoiceOut(mentions_by_mail=choice.mentions_by_mail)
