"""Reads of what ties tickets together: links, parts, merges. All pass through visibility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.models import INVERSE, LinkKind, Ticket, TicketLink, TicketMerge

# How often a ticket that took others in may itself have been merged: a chain ends somewhere.
CHAIN_MAX = 20


@dataclass(frozen=True, slots=True)
class Tie:
    """A link as one of its tickets shows it: what the other one is to it."""

    link: TicketLink
    words: Any
    other: Ticket
    is_part: bool


def links_of(actor: Actor, ticket: Ticket) -> list[Tie]:
    """Give a ticket's links whose other end the actor works on too, in one query."""
    rows = (
        visible(TicketLink, actor)
        .filter(Q(origin=ticket) | Q(target=ticket))
        .select_related("origin", "target")
        .order_by("kind", "id")
    )
    found = []
    for link in rows:
        kind, outwards = LinkKind(link.kind), link.origin_id == ticket.pk
        found.append(
            Tie(
                link,
                kind.label if outwards else INVERSE[kind],
                link.target if outwards else link.origin,
                is_part=kind == LinkKind.CHILD and not outwards,
            )
        )
    return found


def open_parts(ties: Sequence[Tie]) -> list[Ticket]:
    """Give the parts that somebody still has to work on."""
    return [tie.other for tie in ties if tie.is_part and tie.other.is_open]


def merged_keys(ticket_id: int) -> list[int]:
    """Give the keys of the tickets merged into this one, and into those; one query a level."""
    found: list[int] = []
    level = [ticket_id]
    for _depth in range(CHAIN_MAX):
        level = list(
            TicketMerge.objects.filter(survivor__in=level, undone_at=None)
            .order_by("id")
            .values_list("merged_id", flat=True)
        )
        if not level:
            break
        found += level
    return found


def survivor_key(ticket_id: int) -> int:
    """Give the key of the ticket where the work of this one goes on: its own if not merged."""
    for _depth in range(CHAIN_MAX):
        into = Ticket.objects.filter(pk=ticket_id).values_list("merged_into_id", flat=True).first()
        if into is None:
            break
        ticket_id = into
    return ticket_id


def goes_on_in(actor: Actor, ticket: Ticket) -> Ticket | None:
    """Give the ticket that a merged one goes on in, if the actor sees it."""
    if ticket.merged_into_id is None:
        return None
    return visible(Ticket, actor).filter(pk=survivor_key(ticket.pk)).first()
