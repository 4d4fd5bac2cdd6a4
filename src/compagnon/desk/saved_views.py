"""Reads of saved views: which ones somebody has, and how many tickets wait in each.

Counts never scan: of each view at most a thousand tickets are looked at, once, the latest of those
that one index gives in order, and of these at most a hundred are counted. All views are counted by
one query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Q, QuerySet, Value, When
from django.urls import reverse

from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.models import Layout, SavedView, Ticket
from compagnon.desk.narrowing import Narrowing
from compagnon.desk.queries import Queue
from compagnon.desk.visibility import seen_filter

PINNED = 10
COUNTED = 100
LOOKED_AT = 1000
PAGES = {Layout.LIST: "desk:queue", Layout.BOARD: "desk:board", Layout.CALENDAR: "desk:calendar"}


@dataclass(frozen=True, slots=True)
class Count:
    """How many tickets a view shows its reader; ``is_more``: at least so many."""

    number: int
    is_more: bool

    def __str__(self) -> str:
        return f"{min(self.number, COUNTED - 1)}+" if self.is_more else str(self.number)


def views(actor: Actor) -> QuerySet[SavedView]:
    """Give the views that somebody has: their own, their teams', their organisation's."""
    return visible(SavedView, actor).select_related("owner", "team", "organisation")


def pinned(actor: Actor) -> list[SavedView]:
    """Give those that stand in the navigation, at most ten."""
    return list(visible(SavedView, actor).filter(is_pinned=True).order_by("name", "pk")[:PINNED])


def get_view(actor: Actor, view_id: int) -> SavedView:
    """Give one view.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return get_visible(SavedView, actor, views(actor), pk=view_id)


def opened(actor: Actor, given: Mapping[str, str]) -> tuple[Narrowing, SavedView | None]:
    """Read what an address narrows, on top of the saved view that it names, if any.

    Raises:
        NotFound: the view is nobody's, or somebody else's.
    """
    asked = {name: str(given[name]) for name in given}
    key = asked.get("view", "")
    if not key:
        return Narrowing.read(asked), None
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise NotFound
    view = get_view(actor, int(key))
    return Narrowing.read({**view.filters, **asked}), view


def address(view: SavedView) -> str:
    """Give the page that shows a view."""
    return f"{reverse(PAGES[Layout(view.layout)])}?view={view.pk}"


def counts(actor: Actor, rows: Sequence[SavedView]) -> dict[int, Count]:
    """Count the tickets of views, by their keys, in one query; those with words are left out.

    One whose index gives more tickets than are looked at is told as «at least».
    """
    parts: list[str] = []
    parameters: list[Any] = []
    for row in rows:
        narrowing = Narrowing.read(row.filters)
        if narrowing.q:
            continue
        try:
            sql, values = _looked_at(actor, narrowing).query.sql_with_params()
        except EmptyResultSet:  # somebody of no team asks for their team's
            continue
        parts.append(f"SELECT {row.pk}, COUNT(hit), COUNT(*) FROM ({sql}) v{row.pk}")  # noqa: S608
        parameters.extend(values)
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        return {
            key: Count(min(found, COUNTED), found >= COUNTED or looked >= LOOKED_AT)
            for key, found, looked in cursor.fetchall()
        }


def _looked_at(actor: Actor, narrowing: Narrowing) -> QuerySet[Ticket, Any]:
    """Give the tickets that are looked at, of each whether the view shows it to the actor.

    What an index gives in order is judged row by row. Were the view's own tickets asked which of
    them are among these, a planner that thinks there are many would read them from end to end.
    """
    shown, seen = narrowing.condition(actor, gather=False), seen_filter(actor.scope)
    hit = When(Q(pk__isnull=False) & shown & (seen or Q()), then=Value(1))
    rows = Ticket.objects.filter(_first(actor, narrowing)).annotate(hit=Case(hit))
    return rows.order_by("-activity_at", "-pk").values_list("hit")[:LOOKED_AT]


def _first(actor: Actor, narrowing: Narrowing) -> Q:
    """Give the part of a view's filter that one index gives in the order of activity."""
    alone = Narrowing(queue=narrowing.queue)
    if narrowing.queue in {Queue.ALL, Queue.SOLVED}:
        if narrowing.state:
            return Q(state=narrowing.state)
        if narrowing.queue == Queue.ALL and narrowing.organisation:
            return Q(organisation_id=narrowing.organisation)
        if narrowing.queue == Queue.ALL and narrowing.priority:
            return Q(priority=narrowing.priority)
    elif narrowing.queue == Queue.OPEN and narrowing.team:
        alone = alone.but(team=narrowing.team)
    return alone.condition(actor)
