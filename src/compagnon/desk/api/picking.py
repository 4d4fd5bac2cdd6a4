"""Finding a ticket, a colleague, an approver or a supplier while typing, by API."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query, Schema
from pydantic import Field

from compagnon.core.actor import Actor
from compagnon.core.api import ApiRequest, Body, Id, Routes
from compagnon.desk import approvals, picking
from compagnon.desk.choosing import chosen_person, pick_colleagues, pick_sites
from compagnon.desk.services.supply_quotes import pick_suppliers
from compagnon.park.queries.picking import pick_assets_near
from compagnon.people.models import Person

router = Routes(tag="tickets")


class PickTicketQuery(Body):
    """What was typed."""

    q: Annotated[str, Field(max_length=200)] = ""
    without: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = None


class PickedTicketOut(Schema):
    """A ticket, as a picker offers it."""

    id: int
    reference: str
    title: str
    state: str
    beneficiary: str
    organisation: str


class PickedTicketsOut(Schema):
    """A few tickets."""

    items: list[PickedTicketOut]


@router.show("/pick/tickets", PickedTicketsOut)
def pick_some_tickets(request: ApiRequest, query: Query[PickTicketQuery]) -> dict[str, Any]:
    """Find at most twenty tickets by a number or by words; for a field that one types into."""
    found = picking.pick_tickets(request.actor, query.q, without=query.without)
    return {
        "items": [
            {
                "id": one.pk,
                "reference": one.reference,
                "title": one.title,
                "state": one.state,
                "beneficiary": str(one.beneficiary),
                "organisation": str(one.organisation),
            }
            for one in found
        ]
    }


class PickForQuery(Body):
    """What was typed, and who receives what is asked for."""

    q: Annotated[str, Field(max_length=200)] = ""
    beneficiary_id: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = None


class PickNamedQuery(Body):
    """What was typed."""

    q: Annotated[str, Field(max_length=200)] = ""


class PickedRowOut(Schema):
    """One of those that a picker offers."""

    id: int
    name: str


class PickedRowsOut(Schema):
    """A few of them."""

    items: list[PickedRowOut]


@router.show("/pick/colleagues", PickedRowsOut)
def pick_some_colleagues(
    request: ApiRequest, query: Query[PickForQuery]
) -> dict[str, list[dict[str, Any]]]:
    """Find at most twenty persons whom a request of the catalogue may name: colleagues of who
    receives it."""
    found = pick_colleagues(request.actor, query.q, beneficiary=_receiver(request.actor, query))
    return {"items": [{"id": one.pk, "name": str(one)} for one in found]}


def _receiver(actor: Actor, query: PickForQuery) -> Person | None:
    key = query.beneficiary_id
    return chosen_person(actor, key, "beneficiary_id") if key else None


@router.show("/pick/sites", PickedRowsOut)
def pick_some_sites(
    request: ApiRequest, query: Query[PickForQuery]
) -> dict[str, list[dict[str, Any]]]:
    """Find at most twenty sites that a request of the catalogue may name: those of the
    organisation of who receives it."""
    found = pick_sites(request.actor, query.q, beneficiary=_receiver(request.actor, query))
    return {"items": [{"id": one.pk, "name": one.name} for one in found]}


@router.show("/pick/machines", PickedRowsOut)
def pick_some_machines(
    request: ApiRequest, query: Query[PickForQuery]
) -> dict[str, list[dict[str, Any]]]:
    """Find at most twenty machines that a request of the catalogue may name: what its receiver
    holds, then what is in service at their organisation."""
    own = Person.objects.filter(pk=request.actor.id or 0)
    person = _receiver(request.actor, query) or own.first()
    found = pick_assets_near(request.actor, query.q, person) if person else []
    return {"items": [{"id": one.pk, "name": one.name} for one in found]}


@router.show("/pick/suppliers", PickedRowsOut)
def pick_some_suppliers(
    request: ApiRequest, query: Query[PickNamedQuery]
) -> dict[str, list[dict[str, Any]]]:
    """Find at most twenty suppliers of whom quotes may be asked."""
    found = pick_suppliers(request.actor, query.q)
    return {"items": [{"id": one.pk, "name": one.name} for one in found]}


@router.show("/approvals/{approval_id}/approvers", PickedRowsOut)
def pick_some_approvers(
    request: ApiRequest, approval_id: Id, query: Query[PickNamedQuery]
) -> dict[str, list[dict[str, Any]]]:
    """Find at most twenty persons who may be asked to answer too, or instead."""
    approval = approvals.one(request.actor, approval_id)
    found = approvals.pick_named(request.actor, approval, query.q)
    return {"items": [{"id": one.pk, "name": str(one)} for one in found]}
