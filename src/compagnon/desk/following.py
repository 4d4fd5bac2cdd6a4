"""Reads for who follows an organisation's requests without working on them: the public side."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts import queries as contract_queries
from compagnon.contracts.models import Clock, ContractKind
from compagnon.contracts.queries import ClockReading
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.visibility import visible
from compagnon.desk.models import Ticket
from compagnon.desk.queries import tickets
from compagnon.desk.rules import SUBJECT
from compagnon.desk.visibility import followed_filter, support_filter


def followed(actor: Actor) -> QuerySet[Ticket]:
    """Give the requests of the organisations that the actor follows, with what a list shows.

    Raises:
        Refused: no role of the actor's gives «ticket.follow» anywhere.
    """
    if not actor.scope.allows_somewhere("ticket.follow"):
        raise Refused(_("Your role does not let you follow an organisation’s requests."))
    found = followed_filter(actor.scope)
    return tickets(actor) if found is None else tickets(actor).filter(found)


def worked_on(actor: Actor, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Keep the tickets that the actor works on: what is due is not told of the others."""
    support = support_filter(actor.scope)
    return rows if support is None else rows.filter(support)


def told_clocks(actor: Actor, ticket: Ticket) -> list[ClockReading]:
    """Give what the client's contract counts on a visible ticket, to who may see contracts.

    Agreements between the provider's teams and with its suppliers are no affair of the client's.
    """
    clocks = visible(Clock, actor).filter(kind=ContractKind.SLA)
    return contract_queries.clocks_of(SUBJECT, ticket.pk, as_of=timezone.now(), clocks=clocks)
