"""Those in copy of a ticket's mails by API: the same verbs as the page."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, Routes
from compagnon.desk import copied, queries
from compagnon.desk.api import schemas
from compagnon.desk.services import follow_copied, leave_copied

router = Routes(tag="tickets")
Address = Annotated[str, Field(max_length=254, pattern=r"^[^\x00]*$")]


class CopiedOut(Schema):
    """Somebody in copy; `person` where the address is of one whom you see."""

    address: str
    name: str
    person: schemas.Named | None


class AllCopiedOut(Schema):
    """Those in copy about whom nobody decided yet."""

    items: list[CopiedOut]


class FollowCopiedIn(Body):
    """Who watches from now on; nobody given, all whom we know and who may."""

    person_id: Id | None = None
    by_mail: bool = True


class LeaveCopiedIn(Body):
    """Who is offered no more; nobody given, all of them."""

    addresses: Annotated[
        list[Address] | None, Field(max_length=100, examples=[["anna@client.example"]])
    ] = None


@router.show("/tickets/{ticket_id}/copied", AllCopiedOut)
def list_copied(request: ApiRequest, ticket_id: Id) -> dict[str, Any]:
    """List who was in copy of a ticket's mails and waits to be added or left out.

    For who works on the ticket; others find nobody.
    """
    ticket = queries.get_ticket(request.actor, ticket_id)
    return {"items": copied.of_ticket(request.actor, ticket)}


@router.act("/tickets/{ticket_id}/follow-copied", AllCopiedOut)
def watch_copied(request: ApiRequest, ticket_id: Id, body: FollowCopiedIn) -> dict[str, Any]:
    """Let those in copy watch a ticket; gives who is still in copy."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    follow_copied(
        actor=request.actor, ticket_id=ticket.pk, person_id=body.person_id, by_mail=body.by_mail
    )
    return {"items": copied.of_ticket(request.actor, ticket)}


@router.act("/tickets/{ticket_id}/leave-copied", AllCopiedOut)
def set_copied_aside(request: ApiRequest, ticket_id: Id, body: LeaveCopiedIn) -> dict[str, Any]:
    """Offer those in copy no more; gives who is still in copy."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    leave_copied(actor=request.actor, ticket_id=ticket.pk, addresses=body.addresses)
    return {"items": copied.of_ticket(request.actor, ticket)}
