"""Finding a ticket while typing, by API."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Routes
from compagnon.desk import picking

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
