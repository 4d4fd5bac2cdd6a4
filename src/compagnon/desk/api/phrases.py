"""Macros and what is kept ready for a ticket, by API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, Routes, expected_version
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import macros, phrases, placeholders, queries
from compagnon.desk.api import schemas
from compagnon.desk.choosing import chosen, required
from compagnon.desk.models import CannedReply, Macro, Ticket
from compagnon.desk.services import phrases as services
from compagnon.people.models import Organisation, Team

router = Routes(tag="texts kept ready")
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
StepText = Annotated[str, Field(max_length=macros.TEXT_MAX, pattern=r"^[^\x00]*$")]


class StepsIn(Body):
    """What a macro does, in this order; what is left out is not done."""

    assign_to: Literal["me", "team"] | None = None
    team: Id | None = None
    category: Id | None = None
    impact: schemas.Level | None = None
    urgency: schemas.Level | None = None
    tags_add: Annotated[list[Id], Field(max_length=30)] = []
    tags_remove: Annotated[list[Id], Field(max_length=30)] = []
    note: StepText = ""
    reply: StepText = ""
    then: Literal["pend", "solve"] | None = None
    reason: Annotated[str, Field(max_length=20, pattern=r"^[-\w]*$")] = ""
    solution: StepText = ""


class MacroIn(Body):
    """A macro."""

    name: Name
    organisation_id: Id
    team_id: Id | None = None
    steps: StepsIn
    is_active: bool = True


class MacroOut(Schema):
    """A macro as it is kept."""

    id: int
    name: str
    organisation: schemas.Named
    team: schemas.Named | None
    steps: dict[str, Any]
    is_active: bool
    version: int


class StepTold(Schema):
    """What would be done."""

    said: str


class MacroPreviewOut(Schema):
    """What a macro would do on a ticket."""

    steps: list[StepTold]


class FilledOut(Schema):
    """A canned reply with the ticket's values in it."""

    id: int
    name: str
    text: str


class FilledListOut(Schema):
    """The canned replies that fit a ticket."""

    items: list[FilledOut]


@router.index("/macros", MacroOut)
def list_macros(request: ApiRequest, query: Query[schemas.PlainQuery]) -> QuerySet[Macro]:
    """List the macros of your teams."""
    return visible(Macro, request.actor).select_related("organisation", "team")


@router.create("/macros", MacroOut, location=lambda macro: f"/macros/{macro.pk}")
def add_macro(request: ApiRequest, body: MacroIn) -> Any:
    """Keep a macro."""
    return services.keep_phrase(actor=request.actor, row=Macro(), values=_values(request, body))


@router.show("/macros/{macro_id}", MacroOut)
def get_macro(request: ApiRequest, macro_id: Id) -> Macro:
    """Read a macro."""
    return _macro(request, macro_id)


@router.change("/macros/{macro_id}", MacroOut)
def change_macro(request: ApiRequest, macro_id: Id, body: MacroIn) -> Any:
    """Change a macro."""
    macro = _macro(request, macro_id)
    return services.keep_phrase(
        actor=request.actor,
        row=macro,
        values=_values(request, body),
        expected_version=expected_version(request, macro),
    )


@router.remove("/macros/{macro_id}")
def delete_macro(request: ApiRequest, macro_id: Id) -> None:
    """Delete a macro."""
    services.remove_phrase(actor=request.actor, row=_macro(request, macro_id))


@router.show("/tickets/{ticket_id}/macros/{macro_id}", MacroPreviewOut)
def preview_macro(request: ApiRequest, ticket_id: Id, macro_id: Id) -> dict[str, Any]:
    """Tell what a macro would do on a ticket; nothing is done."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    told = macros.preview(request.actor, ticket, _macro(request, macro_id))
    return {"steps": [{"said": str(one.words)} for one in told]}


@router.act("/tickets/{ticket_id}/macros/{macro_id}", schemas.TicketOut)
def run_macro(request: ApiRequest, ticket_id: Id, macro_id: Id) -> Ticket:
    """Do a macro's steps on a ticket: all of them, or none."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    done = services.run_macro(
        actor=request.actor,
        ticket_id=ticket.pk,
        macro_id=_macro(request, macro_id).pk,
        expected_version=expected_version(request, ticket),
    )
    return schemas.shown(done)


@router.show("/tickets/{ticket_id}/canned-replies", FilledListOut)
def list_filled_replies(request: ApiRequest, ticket_id: Id) -> dict[str, Any]:
    """List the canned replies that fit a ticket, with its values in them."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    found: list[CannedReply] = phrases.replies(request.actor, ticket)
    return {
        "items": [
            {
                "id": row.pk,
                "name": row.name,
                "text": placeholders.fill(row.text, ticket=ticket, actor=request.actor),
            }
            for row in found
        ]
    }


def _values(request: ApiRequest, body: MacroIn) -> dict[str, Any]:
    actor = request.actor
    return {
        "name": body.name,
        "organisation": required(Organisation, actor, body.organisation_id, "organisation_id"),
        "team": chosen(Team, actor, body.team_id, "team_id"),
        "steps": body.steps.model_dump(),
        "is_active": body.is_active,
    }


def _macro(request: ApiRequest, macro_id: int) -> Macro:
    rows = Macro.objects.select_related("organisation", "team")
    return get_visible(Macro, request.actor, rows, pk=macro_id)
