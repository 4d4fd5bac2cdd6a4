"""Links, merges and splits by API: the same verbs as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import Q, QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, Routes, expected_version
from compagnon.core.visibility import visible
from compagnon.desk import queries, services
from compagnon.desk.api import schemas
from compagnon.desk.choosing import required
from compagnon.desk.models import LinkKind, SolutionKind, Ticket, TicketLink

router = Routes(tag="tickets")
Kind = Literal["duplicate_of", "caused_by", "relates_to", "child_of", "split_from"]


class LinkOut(Schema):
    """A link: the origin is that to the target."""

    id: int
    kind: Kind
    origin_id: int
    target_id: int
    created_at: datetime


class LinkIn(Body):
    """What the ticket is to another one, or with `inverse` what the other is to it."""

    other_id: Id
    kind: Literal["duplicate_of", "caused_by", "relates_to", "child_of"]
    inverse: bool = False


class TieMergeIn(Body):
    """Into which ticket, and why."""

    into_id: Id
    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""


class SplitIn(Body):
    """The new ticket's title; without one, the same."""

    title: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""


class SolvedOut(Schema):
    """The tickets on which the solution was proposed."""

    ticket_ids: list[int]


@router.index("/tickets/{ticket_id}/links", LinkOut)
def list_links(
    request: ApiRequest, ticket_id: Id, query: Query[schemas.PlainQuery]
) -> QuerySet[TicketLink]:
    """List a ticket's links with tickets that you work on too, parts included (`child_of`)."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return visible(TicketLink, request.actor).filter(Q(origin=ticket) | Q(target=ticket))


@router.create("/tickets/{ticket_id}/links", LinkOut, within=True)
def link_ticket(request: ApiRequest, ticket_id: Id, body: LinkIn) -> TicketLink:
    """Link a ticket to another."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    other = required(Ticket, request.actor, body.other_id, "other_id")
    return services.link_tickets(
        actor=request.actor,
        ticket_id=ticket.pk,
        other_id=other.pk,
        kind=LinkKind(body.kind),
        inverse=body.inverse,
        expected_version=expected_version(request, ticket),
    )


@router.remove("/tickets/{ticket_id}/links/{link_id}")
def unlink_ticket(request: ApiRequest, ticket_id: Id, link_id: Id) -> None:
    """Take a link away."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    services.unlink_tickets(
        actor=request.actor,
        ticket_id=ticket.pk,
        link_id=link_id,
        expected_version=expected_version(request, ticket),
    )


@router.act("/tickets/{ticket_id}/solve-children", SolvedOut)
def solve_children(request: ApiRequest, ticket_id: Id, body: schemas.SolveIn) -> SolvedOut:
    """Propose the same solution on every open part of a ticket, or on none."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    solved = services.solve_children(
        actor=request.actor, ticket_id=ticket.pk, text=body.text, kind=SolutionKind(body.kind)
    )
    return SolvedOut(ticket_ids=[solution.ticket_id for solution in solved])


@router.act("/tickets/{ticket_id}/merge", schemas.TicketOut)
def merge_ticket(request: ApiRequest, ticket_id: Id, body: TieMergeIn) -> Ticket:
    """Merge a ticket into another of its organisation; nothing is lost, and it can be undone."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    into = required(Ticket, request.actor, body.into_id, "into_id")
    services.merge_tickets(
        actor=request.actor,
        ticket_id=ticket.pk,
        into_id=into.pk,
        reason=body.reason,
        expected_version=expected_version(request, ticket),
    )
    return schemas.shown(ticket)


@router.act("/tickets/{ticket_id}/unmerge", schemas.TicketOut)
def unmerge_ticket(request: ApiRequest, ticket_id: Id) -> Ticket:
    """Undo a merge, until a solution was proposed on the ticket that took it in."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return schemas.shown(
        services.unmerge_ticket(
            actor=request.actor,
            ticket_id=ticket.pk,
            expected_version=expected_version(request, ticket),
        )
    )


@router.create(
    "/tickets/{ticket_id}/messages/{message_id}/split",
    schemas.TicketOut,
    location=lambda ticket: f"/tickets/{ticket.pk}",
)
def split_message(request: ApiRequest, ticket_id: Id, message_id: Id, body: SplitIn) -> Ticket:
    """Make a ticket of its own from a message of a ticket."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    new = services.split_message(
        actor=request.actor, ticket_id=ticket.pk, message_id=message_id, title=body.title
    )
    return schemas.shown(new)
