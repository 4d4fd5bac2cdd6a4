"""Who has a ticket open, and drafts, by API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, Routes
from compagnon.core.visibility import visible
from compagnon.desk import presence, queries
from compagnon.desk.api import schemas
from compagnon.desk.models import Draft

router = Routes(tag="tickets")
Place = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[-\w]+$", examples=["reply"])]


class PresentOut(Schema):
    """Somebody who has the ticket open."""

    person: schemas.Named
    seen_at: datetime
    writing: bool


class PresenceIn(Body):
    """Whether you are writing, or leave."""

    writing: bool = False
    leaving: bool = False


class PresenceOut(Schema):
    """Who else has it open."""

    others: list[PresentOut]


class DraftIn(Body):
    """What is being written; an empty text forgets it."""

    place: Place
    text: Annotated[str, Field(max_length=presence.DRAFT_MAX, pattern=r"^[^\x00]*$")]
    ticket_id: Id | None = None
    device: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")] = ""


class DraftOut(Schema):
    """A text begun and not sent."""

    ticket_id: int | None
    place: str
    text: str
    device: str
    version: int
    updated_at: datetime | None


@router.show("/tickets/{ticket_id}/presence", PresenceOut)
def get_presence(request: ApiRequest, ticket_id: Id) -> dict[str, list[presence.Present]]:
    """Tell who else has a ticket open and who is writing, to those who work on it."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return {"others": presence.others(request.actor, ticket)}


@router.act("/tickets/{ticket_id}/presence", PresenceOut)
def note_presence(
    request: ApiRequest, ticket_id: Id, body: PresenceIn
) -> dict[str, list[presence.Present]]:
    """Say that you have a ticket open; again every 15 seconds, while you do."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    presence.note(actor=request.actor, ticket=ticket, writing=body.writing, leaving=body.leaving)
    return {"others": presence.others(request.actor, ticket)}


@router.index("/drafts", DraftOut)
def list_drafts(request: ApiRequest, query: Query[schemas.PlainQuery]) -> QuerySet[Draft]:
    """List what you have begun to write and not sent."""
    return visible(Draft, request.actor)


@router.act("/drafts", DraftOut)
def keep_draft(request: ApiRequest, body: DraftIn) -> Draft | dict[str, Any]:
    """Keep what you are writing, for all your devices."""
    ticket = queries.get_ticket(request.actor, body.ticket_id) if body.ticket_id else None
    kept = presence.keep_draft(
        actor=request.actor, ticket=ticket, place=body.place, text=body.text, device=body.device
    )
    gone: dict[str, Any] = {
        "ticket_id": body.ticket_id, "place": body.place, "text": "", "device": body.device,
        "version": 0, "updated_at": None,
    }  # fmt: skip
    return kept or gone
