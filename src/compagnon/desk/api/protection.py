"""Signed and encrypted mail by API: authorities, keys of mailboxes, what was found on a message."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid, NotFound
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.models import (
    InboundMessage,
    Mailbox,
    MailboxCertificate,
    MailProtection,
    TrustedAuthority,
)
from compagnon.desk.policies_connections import CONFIGURE, check
from compagnon.desk.services import protection as services

router = Routes(tag="protected mail")

PKCS12_CHARS = 140_000


class TrustedAuthorityOut(Schema):
    """An authority that is trusted."""

    id: int
    name: str
    fingerprint: str = Field(description="SHA-256, in hexadecimal.")
    begins_at: datetime
    ends_at: datetime
    added_at: datetime


class TrustedAuthorityIn(Body):
    """An authority to trust."""

    certificate: Annotated[
        str, Field(max_length=100_000, description="In PEM.", examples=["-----BEGIN …"])
    ]
    name: Annotated[str, Field(max_length=200)] = ""


class MailboxKeyOut(Schema):
    """A certificate of a mailbox, without its key."""

    id: int
    mailbox_id: int
    subject: str
    issuer: str
    fingerprint: str
    begins_at: datetime
    ends_at: datetime


class MailboxKeyIn(Body):
    """A certificate with its key, as PKCS#12."""

    mailbox_id: Id
    content_base64: Annotated[str, Field(max_length=PKCS12_CHARS, examples=["MIIKug=="])]
    password: Annotated[str, Field(max_length=500, json_schema_extra={"writeOnly": True})] = ""


class ProtectionOut(Schema):
    """What was found on a message. Whether a certificate was withdrawn is not asked."""

    scheme: Literal["smime", "pgp"]
    signature: Literal["", "valid", "mismatch", "untrusted", "expired", "invalid", "unverified"]
    encryption: Literal["", "decrypted", "no_key", "failed"]
    signer: str
    issuer: str
    serial: str
    detail: str
    claimed_at: datetime | None
    checked_at: datetime


class TrustedAuthorityQuery(ListQuery):
    """In which order."""

    ordering: Literal["name", "-name"] = "name"


class MailboxKeyQuery(ListQuery):
    """Which keys, in which order."""

    mailbox: Annotated[Id | None, FilterLookup("mailbox_id")] = None
    ordering: Literal["id", "-id"] = "id"


@router.index("/trusted-authorities", TrustedAuthorityOut)
def list_trusted_authorities(
    request: ApiRequest, query: Query[TrustedAuthorityQuery]
) -> QuerySet[TrustedAuthority]:
    """List the authorities whose word is taken on who signs mail."""
    return visible(TrustedAuthority, request.actor)


@router.create(
    "/trusted-authorities",
    TrustedAuthorityOut,
    location=lambda row: f"/trusted-authorities/{row.pk}",
)
def trust_authority(request: ApiRequest, body: TrustedAuthorityIn) -> TrustedAuthority:
    """Take the word of an authority."""
    return services.trust_authority(
        actor=request.actor, certificate=body.certificate.encode(), name=body.name
    )


@router.show("/trusted-authorities/{authority_id}", TrustedAuthorityOut)
def get_trusted_authority(request: ApiRequest, authority_id: Id) -> TrustedAuthority:
    """Read an authority."""
    return get_visible(TrustedAuthority, request.actor, pk=authority_id)


@router.remove("/trusted-authorities/{authority_id}")
def distrust_authority(request: ApiRequest, authority_id: Id) -> None:
    """Take an authority's word no more."""
    services.distrust_authority(actor=request.actor, authority_id=authority_id)


@router.index("/mailbox-keys", MailboxKeyOut)
def list_mailbox_keys(
    request: ApiRequest, query: Query[MailboxKeyQuery]
) -> QuerySet[MailboxCertificate]:
    """List the keys of mailboxes."""
    return visible(MailboxCertificate, request.actor)


@router.create("/mailbox-keys", MailboxKeyOut, location=lambda row: f"/mailbox-keys/{row.pk}")
def add_mailbox_key(request: ApiRequest, body: MailboxKeyIn) -> MailboxCertificate:
    """Give a mailbox the key that opens what is encrypted for it."""
    mailbox = get_visible(Mailbox, request.actor, pk=body.mailbox_id)
    check(request.actor, CONFIGURE, mailbox.organisation_id)
    try:
        content = base64.b64decode(body.content_base64, validate=True)
    except (ValueError, binascii.Error) as error:
        text = _("This is not base 64.")
        raise Invalid(text, fields={"content_base64": [text]}) from error
    return services.add_key(
        actor=request.actor, mailbox=mailbox, content=content, password=body.password
    )


@router.show("/mailbox-keys/{certificate_id}", MailboxKeyOut)
def get_mailbox_key(request: ApiRequest, certificate_id: Id) -> MailboxCertificate:
    """Read a mailbox's certificate."""
    return get_visible(MailboxCertificate, request.actor, pk=certificate_id)


@router.remove("/mailbox-keys/{certificate_id}")
def remove_mailbox_key(request: ApiRequest, certificate_id: Id) -> None:
    """Take a key away from a mailbox."""
    services.remove_key(actor=request.actor, certificate_id=certificate_id)


@router.show("/intake/messages/{message_id}/protection", ProtectionOut)
def get_message_protection(request: ApiRequest, message_id: Id) -> MailProtection:
    """Read what was found on a message that came signed or encrypted."""
    inbound = get_visible(InboundMessage, request.actor, pk=message_id)
    found = visible(MailProtection, request.actor).filter(inbound=inbound).first()
    if found is None:
        raise NotFound
    return found
