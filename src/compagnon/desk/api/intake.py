"""Received mail by API: what came, what became of it, and trying again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import FileResponse
from ninja import Query, Schema
from pydantic import Field

from compagnon.core import files
from compagnon.core.api import ApiRequest, Id, ListQuery, Routes
from compagnon.core.errors import Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import services, silence
from compagnon.desk.models import InboundMessage

router = Routes(tag="intake")

StateName = Literal["waiting", "ticket", "follow_up", "ignored", "quarantine"]


class InboundOut(Schema):
    """A received message and what became of it."""

    id: int
    message_id: str = Field(description="The Message-ID header; empty if there was none.")
    mail_from: str
    rcpt_to: list[str]
    received_at: datetime
    state: StateName
    reason: str = Field(examples=["automatic_reply"])
    detail: str
    subject: str
    sender: str
    ticket_id: int | None
    duplicates: int
    attempts: int
    seconds: float | None
    processed_at: datetime | None

    @staticmethod
    def resolve_message_id(obj: InboundMessage) -> str:
        """The header."""
        return obj.internet_id


class InboundQuery(ListQuery):
    """Which messages, in which order."""

    state: StateName | None = None
    reason: Annotated[str | None, Field(max_length=60, pattern=r"^[a-z_-]*$")] = None
    ordering: Literal["received_at", "-received_at"] = "-received_at"


class SilenceOut(Schema):
    """How long no mail has come, when the operator asked to be warned."""

    watched: bool
    alarm: bool = Field(description="Whether it lasts longer than the operator allows.")
    since: datetime | None = Field(description="When the last message came.")
    seconds: int = Field(description="Counted on the service calendar, if one is named.")
    limit_seconds: int


@router.show("/intake/silence", SilenceOut)
def get_mail_silence(request: ApiRequest) -> dict[str, Any]:
    """Read how long no mail has come."""
    if not request.actor.scope.allows_somewhere("intake.view"):
        raise Refused
    found = silence.read()
    return {
        "watched": found is not None,
        "alarm": found is not None and found.is_alarm,
        "since": found.since if found else None,
        "seconds": found.seconds if found else 0,
        "limit_seconds": found.limit if found else 0,
    }


@router.index("/intake/messages", InboundOut)
def list_inbound(
    request: ApiRequest,
    query: Query[InboundQuery],
) -> QuerySet[InboundMessage]:
    """List the messages that mail servers gave us."""
    return visible(InboundMessage, request.actor)


@router.show("/intake/messages/{message_id}", InboundOut)
def get_inbound(request: ApiRequest, message_id: Id) -> InboundMessage:
    """Read what became of a received message."""
    return get_visible(InboundMessage, request.actor, pk=message_id)


@router.download("/intake/messages/{message_id}/raw")
def get_inbound_raw(request: ApiRequest, message_id: Id) -> FileResponse:
    """Fetch a received message as it came."""
    rows = InboundMessage.objects.select_related("raw")
    message = get_visible(InboundMessage, request.actor, rows, pk=message_id)
    return files.serve(message.raw, name=f"message-{message.pk}.eml")


@router.act("/intake/messages/{message_id}/replay", InboundOut)
def replay_inbound(request: ApiRequest, message_id: Id) -> InboundMessage:
    """Pass a message that waits or is in quarantine through the intake again."""
    message = get_visible(InboundMessage, request.actor, pk=message_id)
    return services.replay_inbound(actor=request.actor, inbound_id=message.pk)


@router.act("/intake/messages/{message_id}/admit", InboundOut)
def admit_inbound(request: ApiRequest, message_id: Id) -> InboundMessage:
    """Open a ticket from a message in quarantine, whatever the filters said."""
    message = get_visible(InboundMessage, request.actor, pk=message_id)
    return services.admit_inbound(actor=request.actor, inbound_id=message.pk)


@router.act("/intake/messages/{message_id}/dismiss", InboundOut)
def dismiss_inbound(request: ApiRequest, message_id: Id) -> InboundMessage:
    """Settle a message in quarantine as needing nothing; it is kept."""
    message = get_visible(InboundMessage, request.actor, pk=message_id)
    return services.dismiss_inbound(actor=request.actor, inbound_id=message.pk)
