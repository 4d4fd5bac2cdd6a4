"""The queue as a board: its tickets in columns, and which verb moves a card from one to another.

A column is one query of a page of cards, in the order of an index. A card moves by the verbs of the
ticket's page and by nothing else: :func:`verb_for` says by which, or refuses in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.lookups import key_of
from compagnon.core.visibility import visible
from compagnon.desk import queries, rules, search, tags
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import OPEN_STATES, Priority, State, Ticket
from compagnon.desk.narrowing import Narrowing
from compagnon.desk.queries import SOON, Queue
from compagnon.desk.services.changing import rules_of
from compagnon.people.models import Team

CARDS = 20
TEAMS = 10
NOBODY = "none"
STATES = (State.NEW, State.OPEN, State.PENDING, State.SOLVED)


class By(StrEnum):
    """What the columns are."""

    STATE = "state"
    PRIORITY = "priority"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Column:
    """A page of cards. ``following`` and ``former`` are the cursors of the pages beside."""

    key: str
    label: str
    cards: list[Ticket]
    following: str | None
    former: str | None


def columns(actor: Actor, narrowing: Narrowing, by: By, cursors: Mapping[str, str]) -> list[Column]:
    """Give the board of what is narrowed, one query a column.

    Args:
        cursors: at which page each column stands, by its key.
    """
    found = []
    for key, label, condition in _drawn(actor, narrowing, by):
        rows = queries.tickets(actor).filter(condition)
        if narrowing.q:
            rows = search.matching(actor, rows, narrowing.q)
        page = _page(rows, cursors.get(key))
        found.append(Column(key, label, page.rows, page.next, page.previous))
    tags.show(actor, [ticket for column in found for ticket in column.cards])
    return found


def _page(rows: Any, cursor: str | None) -> keyset.Slice[Ticket]:
    try:
        return keyset.take(rows, ordering="-activity_at", limit=CARDS, cursor=cursor)
    except Invalid:  # of another list, kept in a bookmark
        return keyset.take(rows, ordering="-activity_at", limit=CARDS)


def _drawn(actor: Actor, narrowing: Narrowing, by: By) -> list[tuple[str, str, Q]]:
    """Give each column's key, name and filter."""
    if by is By.STATE:
        # A board by state shows what was solved beside what is open.
        rest = _whose(narrowing, actor)
        states = [state for state in STATES if narrowing.state in {"", state}]
        return [
            (str(state), capfirst(str(State(state).label)), rest & Q(state=state))
            for state in states
        ]
    within = narrowing.condition(actor)
    if by is By.PRIORITY:
        return [
            (str(one.value), capfirst(str(one.label)), within & Q(priority=one.value))
            for one in Priority
            if narrowing.priority in {None, one.value}
        ]
    if narrowing.queue is Queue.ALL:
        # A team's work is what is open; no index holds all that it ever closed.
        within = narrowing.but(queue=Queue.OPEN).condition(actor)
    teams = visible(Team, actor, Team.objects.filter(is_active=True)).order_by("level", "name")
    found = [
        (str(team.pk), str(team), within & Q(team_id=team.pk))
        for team in teams[:TEAMS]
        if narrowing.team in {None, team.pk}
    ]
    if narrowing.team is None:
        found.insert(0, (NOBODY, _("No team"), within & Q(team__isnull=True)))
    return found


def _whose(narrowing: Narrowing, actor: Actor) -> Q:
    """Give what narrows, whatever the state."""
    found = {
        Queue.MINE: Q(assignee_id=actor.id),
        Queue.TEAM: Q(team_id__in=sorted(actor.scope.team_ids)),
        Queue.UNASSIGNED: Q(assignee__isnull=True),
        Queue.BREACHING: Q(due_at__lt=timezone.now() + SOON),
    }.get(narrowing.queue, Q())
    return found & narrowing.but(queue=Queue.ALL, state="").condition(actor)


def pulse(actor: Actor) -> tuple[Any, ...]:
    """Give what changes whenever a ticket that somebody sees changes, from one row of an index.

    The hour's quarter counts too: what is late becomes so by itself.
    """
    latest = visible(Ticket, actor).order_by("-activity_at", "-pk")
    row = latest.values_list("pk", "version", "activity_at").first()
    return (row, int(timezone.now().timestamp() / timedelta(minutes=15).total_seconds()))


def verb_for(ticket: Ticket, by: By, to: str) -> tuple[str, dict[str, Any]]:
    """Give the verb that moves a card to a column, by its name on a page, and what it says.

    Raises:
        Invalid: there is no such column.
        IllegalMove: nothing moves it there; says why.
    """
    if by is By.STATE:
        return _by_state(ticket, to), {}
    if by is By.PRIORITY:
        return "qualify", {"urgency": _urgency(ticket, to)}
    if to == NOBODY:
        return "assign", {"team": None, "assignee": None}
    team = key_of(to)
    if team is None:
        raise Invalid(_("There is no such column."))
    return "assign", {"team": team, "assignee": None}


def _by_state(ticket: Ticket, to: str) -> str:
    if to not in State.values:
        raise Invalid(_("There is no such column."))
    if to == ticket.state:
        raise IllegalMove(_("The card stands there already."))
    if to == State.NEW:
        raise IllegalMove(_("A ticket on which somebody has worked is new no more."))
    if not rules.may_move(ticket.state, to):
        raise IllegalMove(
            _("A ticket that is “%(current)s” cannot become “%(target)s”.")
            % {"current": ticket.get_state_display(), "target": State(to).label}
        )
    if to == State.OPEN:
        return {State.NEW: "take", State.PENDING: "resume", State.SOLVED: "refuse"}.get(
            State(ticket.state), "reopen"
        )
    return {
        State.PENDING: "pend",
        State.SOLVED: "solve",
        State.CLOSED: "accept",
        State.CANCELLED: "cancel",
    }[State(to)]


def _urgency(ticket: Ticket, to: str) -> int:
    """Give the urgency that gives this priority with the ticket's impact, the nearest first."""
    if to not in {str(one) for one in Priority.values}:
        raise Invalid(_("There is no such column."))
    if str(ticket.priority) == to:
        raise IllegalMove(_("The card stands there already."))
    if ticket.state not in {*OPEN_STATES, State.SOLVED}:
        raise IllegalMove(_("This ticket is closed: reopen it to qualify it again."))
    row = (rules_of(ticket).matrix or rules.MATRIX)[ticket.impact - 1]
    fitting = [urgency for urgency in (1, 2, 3) if row[urgency - 1] == int(to)]
    if not fitting:
        raise IllegalMove(
            _(
                "The priority follows from impact and urgency: with the impact “%(impact)s” no "
                "urgency gives “%(priority)s”. Qualify the ticket instead."
            )
            % {
                "impact": ticket.get_impact_display(),
                "priority": Priority(int(to)).label,
            }
        )
    return min(fitting, key=lambda urgency: abs(urgency - ticket.urgency))
