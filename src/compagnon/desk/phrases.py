"""What is kept ready, read for a ticket: the canned replies and macros that fit it first."""

from __future__ import annotations

from django.db.models import Model, Q, QuerySet

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.models import CannedReply, Macro, Ticket, TicketTemplate

SHOWN = 60


def may_keep(actor: Actor, *, organisation_id: int, team_id: int | None) -> bool:
    """Tell whether the actor may keep what is of that team, or (``None``) of every team."""
    if actor.is_system or actor.scope.allows("desk.configure", organisation_id):
        return True
    return (
        team_id is not None
        and team_id in actor.scope.team_ids
        and actor.scope.allows("phrase.keep", organisation_id)
    )


def replies(actor: Actor, ticket: Ticket, words: str = "") -> list[CannedReply]:
    """Give the canned replies for a ticket, those of its category and reader's language first."""
    rows = _offered(CannedReply, actor, words, Q(text__icontains=words))
    language = ticket.beneficiary.language
    rows = rows.filter(language__in=["", language]).select_related("category")
    path = ticket.category.path if ticket.category else ""

    def rank(row: CannedReply) -> tuple[bool, str]:
        return (not (row.category and path.startswith(row.category.path)), row.name.lower())

    fitting = [
        row for row in rows[:500] if row.category is None or path.startswith(row.category.path)
    ]
    others = [row for row in rows[:500] if row not in fitting] if words else []
    return sorted(fitting, key=rank)[:SHOWN] + others[:SHOWN]


def macros(actor: Actor, words: str = "") -> list[Macro]:
    """Give the macros that the actor may run, by name."""
    return list(_offered(Macro, actor, words, Q())[:SHOWN])


def templates(actor: Actor) -> list[TicketTemplate]:
    """Give the templates of tickets that the actor may open from, by name; one query."""
    return list(_offered(TicketTemplate, actor, "", Q())[:SHOWN])


def _offered(model: type[Model], actor: Actor, words: str, more: Q) -> QuerySet:  # type: ignore[type-arg]
    rows = visible(model, actor).filter(is_active=True).order_by("name", "id")
    return rows.filter(Q(name__icontains=words) | more) if words else rows
