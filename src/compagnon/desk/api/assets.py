"""The asset of a ticket by API: the same verbs as the pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, Routes, expected_version
from compagnon.core.errors import NotFound
from compagnon.core.visibility import visible
from compagnon.desk import queries, services
from compagnon.desk.api import schemas
from compagnon.desk.models import Message, Ticket
from compagnon.desk.policies import is_support
from compagnon.park.queries import cards

router = Routes(tag="tickets")
SHOWN = 50


class MachineAssetIn(Body):
    """Which asset; nothing: none."""

    asset_id: Annotated[int | None, Field(ge=1, lt=2**63, examples=[12])] = None


@router.act("/tickets/{ticket_id}/asset", schemas.TicketOut)
def link_ticket_asset(request: ApiRequest, ticket_id: Id, body: MachineAssetIn) -> Ticket:
    """Say which asset a ticket is about, or that it is none."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    changed = services.link_asset(
        actor=request.actor,
        ticket_id=ticket.pk,
        asset_id=body.asset_id,
        expected_version=expected_version(request, ticket),
    )
    return schemas.shown(changed)


@router.act("/tickets/{ticket_id}/affected", schemas.MessageOut)
def note_ticket_affected(request: ApiRequest, ticket_id: Id) -> Message:
    """Write an internal note of who is touched when the ticket's asset is down."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.note_affected(
        actor=request.actor,
        ticket_id=ticket.pk,
        expected_version=expected_version(request, ticket),
    )


class AffectedPersonOut(Schema):
    """Somebody whom the fall of the ticket's asset touches."""

    person_id: int
    name: str
    organisation_id: int


class TicketTouchesOut(Schema):
    """Who and what is touched; 500 persons at most."""

    items: int
    persons: int
    people: list[AffectedPersonOut]


@router.show("/tickets/{ticket_id}/affected", TicketTouchesOut)
def get_ticket_affected(request: ApiRequest, ticket_id: Id) -> dict[str, Any]:
    """Reckon who is touched when the ticket's asset is down."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    if ticket.asset_id is None or not is_support(request.actor, ticket):
        raise NotFound
    found = cards.affected(request.actor, ticket.asset_id)
    return {
        "items": len(found.items),
        "persons": found.persons_count,
        "people": [
            {"person_id": one.pk, "name": str(one), "organisation_id": one.organisation_id}
            for one in found.persons
        ],
    }


class TellAffectedIn(Body):
    """What is written to those who are touched."""

    text: Annotated[str, Field(min_length=1, max_length=20_000, examples=["Nous y travaillons."])]
    person_ids: Annotated[
        list[Annotated[int, Field(ge=1, lt=2**63)]] | None,
        Field(max_length=500, description="These alone; nothing: all of them."),
    ] = None


@router.act("/tickets/{ticket_id}/affected/message", schemas.MessageOut)
def tell_ticket_affected(request: ApiRequest, ticket_id: Id, body: TellAffectedIn) -> Message:
    """Write one public message on the ticket, and send it to each person who is touched."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.tell_affected(
        actor=request.actor,
        ticket_id=ticket.pk,
        text=body.text,
        person_ids=body.person_ids,
        expected_version=expected_version(request, ticket),
    )


class MachineLineOut(Schema):
    """One thing that changed on the machine."""

    at: datetime
    section: str
    action: str
    subject: str
    field: str
    before: str
    after: str


class MachineContractOut(Schema):
    """A supplier contract that covers the machine."""

    id: int
    name: str
    kind: str
    ends_on: date | None


class CardOut(Schema):
    """The machine that a ticket is about, as it concerns the ticket."""

    asset_id: int
    name: str
    type: str
    state: str
    system: str | None
    support_ends_on: date | None
    support_is_over: bool
    warranty_ends_on: date | None
    warranty_is_over: bool
    contracts: list[MachineContractOut] = Field(description="Supplier contracts that cover it.")
    software_count: int
    drift: int
    changes: list[MachineLineOut] = Field(
        description="Of the two weeks before the ticket was opened."
    )
    tickets: list[int] = Field(description="Keys of the machine's other tickets, newest first.")
    items_affected: int
    persons_affected: int


@router.show("/tickets/{ticket_id}/asset", CardOut)
def get_ticket_asset(request: ApiRequest, ticket_id: Id) -> dict[str, Any]:
    """Read the card of the machine that a ticket is about."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    if ticket.asset_id is None or not is_support(request.actor, ticket):
        raise NotFound
    card = cards.card(request.actor, ticket.asset_id, ticket.opened_at)
    row = card.asset
    others = visible(Ticket, request.actor).filter(asset=row).exclude(pk=ticket.pk)
    return {
        "asset_id": row.pk,
        "name": row.name,
        "type": str(row.type),
        "state": row.state,
        "system": str(card.machine.system) if card.machine and card.machine.system else None,
        "support_ends_on": card.support_ends_on,
        "support_is_over": card.support_is_over,
        "warranty_ends_on": row.warranty_ends_on,
        "warranty_is_over": card.warranty_is_over,
        "contracts": card.contracts,
        "software_count": card.software_count,
        "drift": card.drift,
        "changes": [
            {
                "at": one.at,
                "section": str(line.section),
                "action": line.action,
                "subject": line.subject,
                "field": str(line.field),
                "before": line.before,
                "after": line.after,
            }
            for one in card.changes
            for line in one.lines
        ],
        "tickets": list(others.order_by("-opened_at", "-pk").values_list("pk", flat=True)[:SHOWN]),
        "items_affected": len(card.affected.items),
        "persons_affected": card.affected.persons_count,
    }
