"""The queues: lists that technicians take their work from, up to date by themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.desk import bulk, following, queries, queue_columns, search, tags
from compagnon.desk.models import OPEN_STATES, Layout, State, Ticket
from compagnon.desk.narrowing import ORDERS
from compagnon.desk.policies import is_party, is_support, is_watching
from compagnon.desk.queries import Queue
from compagnon.desk.queue_columns import Column
from compagnon.desk.views import notices, portal
from compagnon.desk.views.layouts import TABS, frame, narrowing_of
from compagnon.desk.views.portal_offline import of_person
from compagnon.desk.visibility import party_filter
from compagnon.ui import live

ROWS = 40
# How many tickets that a search names stand before those that only speak of it.
BEST = 10
NEWEST_FIRST = frozenset({"activity", "opened"})

# What a key does on the row where one is: what is added to the address of its ticket.
ROW_KEYS = {
    "r": "#write-reply",
    "i": "#write-note",
    "s": "#write-solve",
    "p": "#do-pend",
    "m": "#do-merge",
    "a": "#do-assign",
    "e": "#do-escalate",
    "q": "#do-qualify",
}
ROW_SHORTCUTS = (
    (_("Select the row"), "x"),
    (_("Take"), "t"),
    (_("Answer"), "r"),
    (_("Internal note"), "i"),
    (_("Propose a solution"), "s"),
    (_("Put on hold"), "p"),
    (_("Merge into another ticket"), "m"),
    (_("Assign"), "a"),
    (_("Escalate to experts"), "e"),
    (_("Qualify"), "q"),
    (_("New ticket"), "n"),
    (_("Choose the columns"), "v"),
    (_("The queues, from left to right"), "1 … 7"),
)


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send support to its queue and users to their requests."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.scope.allows_somewhere("ticket.view"):
        return redirect("desk:queue")
    follows = actor.scope.allows_somewhere("ticket.follow")
    return redirect("desk:followed" if follows else "desk:portal")


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show a queue: its first rows, its filters, and the counts of the others."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("ticket.view"):
        return redirect("desk:requests")
    context = _rows(request, actor)
    is_live = request.headers.get("HX-Request") == "true" and "Live-Version" in request.headers
    if is_live and (same := live.unchanged(request, context["version"])) is not None:
        return same
    counts = queries.queue_counts(actor)
    context["tabs"] = [
        {
            "queue": tab,
            "label": label,
            "icon": icon,
            "count": _shown(counts[tab]) if tab in counts else "",
            "current": tab == context["queue"],
        }
        for tab, label, icon in TABS
    ]
    if is_live:
        return render(request, "desk/_queue_rows.html", context)
    context |= {
        "unread": notices.unread(actor),
        **frame(request, actor, context["narrowing"], context["view"], Layout.LIST),
        "bulk_verbs": bulk.offered(actor),
        "page_shortcuts": ROW_SHORTCUTS,
        "row_keys": json.dumps(ROW_KEYS),
        "row_posts": json.dumps({"t": reverse("desk:act", args=[0, "take"])}),
    }
    return render(request, "desk/queue.html", context)


@login_required
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Open the ticket of that number, or list those that hold these words."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    if words and (found := queries.find_by_reference(actor, words)) is not None:
        follows = actor.scope.allows_somewhere("ticket.follow")
        mine = not is_support(actor, found) and (
            is_party(actor, found) or (not follows and is_watching(actor, found))
        )
        return redirect("desk:portal_request" if mine else "desk:ticket", ticket_id=found.pk)
    if actor.scope.allows_somewhere("ticket.view"):
        return redirect(f"{reverse('desk:queue')}?{urlencode({'queue': Queue.ALL, 'q': words})}")
    follows = actor.scope.allows_somewhere("ticket.follow")
    page = reverse("desk:followed" if follows else "desk:portal_requests")
    return redirect(f"{page}?{urlencode({'show': 'all', 'q': words})}")


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Show a user the requests that they made or that are for them."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.GET.get("show") == "watched":
        return _told(request, actor, portal.watched(actor), "requests")
    rows = queries.tickets(actor).filter(party_filter(actor.scope))
    return _told(request, actor, rows, "requests")


@login_required
@require_safe
def followed(request: HttpRequest) -> HttpResponse:
    """Show the requests of organisations to whoever follows them, without what support keeps.

    Raises:
        Refused: no role of the actor's gives it.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return _told(request, actor, following.followed(actor), "followed")


def _told(request: HttpRequest, actor: Actor, rows: QuerySet[Ticket], page: str) -> HttpResponse:
    only_open = request.GET.get("show") not in {"all", "watched"}
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    if only_open:
        rows = rows.filter(state__in=[*OPEN_STATES, State.SOLVED])
    first = _best(request, actor, rows, words)
    if words:
        rows = search.matching(actor, rows, words)
    try:
        found = keyset.take(
            rows, ordering="-activity_at", limit=ROWS, cursor=request.GET.get("cursor")
        )
    except Invalid:
        found = keyset.take(rows, ordering="-activity_at", limit=ROWS, cursor=None)
    shown = _without_repeats(first, found.rows)
    version = live.version(*[(ticket.pk, ticket.version) for ticket in shown])
    context = {
        "tickets": shown,
        "page": found,
        "words": words,
        "only_open": only_open,
        "watching": request.GET.get("show") == "watched",
        "version": version,
        "live_id": page,
        "following": page == "followed",
    }
    if request.headers.get("HX-Request") == "true" and "Live-Version" in request.headers:
        if (same := live.unchanged(request, version)) is not None:
            return same
        return render(request, "desk/_request_rows.html", context)
    response = render(request, f"desk/{page}.html", context)
    # Found words are not kept on a device; the list of one's own requests may be.
    return response if words or page != "requests" else of_person(request, response)


def _rows(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    narrowing, view = narrowing_of(request, actor)
    sort, words = narrowing.sort, narrowing.q
    rows = queries.tickets(actor).filter(narrowing.condition(actor))
    first = _best(request, actor, rows, words)
    if words:
        rows = search.matching(actor, rows, words)
    cursor, ordering = request.GET.get("cursor"), narrowing.ordering
    try:
        found = keyset.take(rows, ordering=ordering, limit=ROWS, cursor=cursor)
    except Invalid:  # a cursor of another list, kept in a bookmark: its first page
        found = keyset.take(rows, ordering=ordering, limit=ROWS, cursor=None)
    tickets = _without_repeats(first, found.rows)
    tags.show(actor, tickets)
    sorts = {name: _sort(request, name, sort) for name in ORDERS}
    columns = queue_columns.shown(actor, view)
    names = {column.name for column in columns}
    return {
        "queue": narrowing.queue,
        "narrowing": narrowing,
        "view": view,
        "tickets": tickets,
        "page": found,
        "sorts": sorts,
        "heads": _heads(columns, sorts),
        "columns": columns,
        "under": [name for name in queue_columns.UNDER_TITLE if name not in names],
        "tags_under": "tags" not in names,
        "sort": sort,
        "words": words,
        "narrowed": narrowing.narrowed,
        # Columns chosen on another device come as a change of the list does.
        "version": live.version(
            [column.name for column in columns],
            *[(ticket.pk, ticket.version) for ticket in tickets],
        ),
    }


def _heads(columns: Sequence[Column], sorts: Mapping[str, dict[str, str]]) -> list[dict[str, Any]]:
    """Give the heads of the columns; the request's own sorts by age where no other one does."""
    free = all(column.sort != "opened" for column in columns)
    return [
        {"column": column, "sort": sorts.get("opened" if free and is_request else column.sort)}
        for column in columns
        for is_request in [column.name == queue_columns.REQUEST]
    ]


def _best(request: HttpRequest, actor: Actor, rows: QuerySet[Ticket], words: str) -> list[Ticket]:
    """Give what stands before the first page of a search that nobody sorted: what it names."""
    if not words or "cursor" in request.GET or "sort" in request.GET:
        return []
    return search.best(actor, rows, words, limit=BEST, named=True)


def _without_repeats(first: list[Ticket], rows: list[Ticket]) -> list[Ticket]:
    keys = {ticket.pk for ticket in first}
    return [*first, *(ticket for ticket in rows if ticket.pk not in keys)]


def _sort(request: HttpRequest, name: str, current: str) -> dict[str, str]:
    """Give a column's link and direction: a second press turns the order round."""
    asked = request.GET.copy()
    asked.pop("cursor", None)
    if current.removeprefix("-") == name:
        asked["sort"] = name if current.startswith("-") else f"-{name}"
        direction = "desc" if current.startswith("-") else "asc"
    else:
        asked["sort"] = f"-{name}" if name in NEWEST_FIRST else name
        direction = ""
    return {"href": f"?{asked.urlencode()}", "direction": direction}


def _shown(count: int) -> str:
    return f"{queries.COUNT_MAX}+" if count >= queries.COUNT_MAX else str(count)
