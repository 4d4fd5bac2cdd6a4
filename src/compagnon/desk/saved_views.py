"""Reads of saved views: which ones somebody has, and how many tickets wait in each.

Counts never scan: of each view at most a thousand tickets are looked at, the latest of those that
one index gives in order, and at most a hundred are counted. All views are counted by one query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse

from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.models import Layout, SavedView, Ticket
from compagnon.desk.narrowing import Narrowing
from compagnon.desk.queries import Queue

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
    counted: list[int] = []
    for row in rows:
        narrowing = Narrowing.read(row.filters)
        if narrowing.q:
            continue
        try:
            asked = [part.query.sql_with_params() for part in _parts(actor, narrowing)]
        except EmptyResultSet:  # somebody of no team asks for their team's
            continue
        for sql, values in asked:
            parts.append(f"(SELECT COUNT(*) FROM ({sql}) v{len(parts)})")  # noqa: S608
            parameters.extend(values)
        counted.append(row.pk)
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        numbers = cursor.fetchone()
    return {
        key: Count(found, found >= COUNTED or looked >= LOOKED_AT)
        for key, found, looked in zip(counted, numbers[::2], numbers[1::2], strict=True)
    }


def _parts(actor: Actor, narrowing: Narrowing) -> tuple[QuerySet[Ticket, Any], ...]:
    """Give what is counted, and what was looked at to count it."""
    looked_at = Ticket.objects.filter(_first(actor, narrowing)).order_by("-activity_at", "-pk")
    keys = looked_at.values_list("pk", flat=True)[:LOOKED_AT]
    found = narrowing.plain(actor).filter(pk__in=keys).order_by()
    return found.values_list("pk", flat=True)[:COUNTED], keys


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
