"""The queue as a calendar: appointments, what is due, what resumes, days when a desk is closed.

Every read is a range of an index, cut at some hundred lines: a busier month says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from compagnon.contracts.models import Closure, ClosureKind
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.models import OPEN_STATES, State, Ticket, WorkState, WorkTask
from compagnon.desk.narrowing import Narrowing

MOST = 400
AGENDA_DAYS = 14


class Span(StrEnum):
    """How much a page shows."""

    MONTH = "month"
    WEEK = "week"
    AGENDA = "agenda"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a day. ``kind``: ``task``, ``due`` or ``resume``; a ``task`` can be moved."""

    kind: str
    at: datetime
    ticket: Ticket
    task: WorkTask | None = None


@dataclass(slots=True)
class Day:
    """A day of the page. ``closed`` names why a desk is closed; ``is_within`` its month."""

    day: date
    is_within: bool
    is_today: bool
    items: list[Item] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows; ``is_cut`` when there is more than that."""

    span: Span
    days: list[Day]
    former: date
    following: date
    is_cut: bool


def days_of(span: Span, day: date) -> tuple[date, date]:
    """Give the first day that a page shows, and the one after its last."""
    if span is Span.AGENDA:
        return day, day + timedelta(days=AGENDA_DAYS)
    first = day.replace(day=1) if span is Span.MONTH else day
    first -= timedelta(days=first.weekday())
    if span is Span.WEEK:
        return first, first + timedelta(days=7)
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return first, last + timedelta(days=-last.weekday() % 7)


def beside(span: Span, day: date) -> tuple[date, date]:
    """Give a day of the page before and of the page after."""
    if span is Span.MONTH:
        following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return (day.replace(day=1) - timedelta(days=1)).replace(day=1), following
    step = timedelta(days=7 if span is Span.WEEK else AGENDA_DAYS)
    return day - step, day + step


def page(actor: Actor, narrowing: Narrowing, span: Span, day: date) -> Page:
    """Give the page of a calendar around a day, for the tickets that are narrowed."""
    first, end = days_of(span, day)
    zone = timezone.get_current_timezone()
    start, stop = (datetime.combine(one, time(), zone) for one in (first, end))
    items = [
        *_tasks(actor, narrowing, start, stop),
        *_moments(actor, narrowing, start, stop),
    ]
    today = timezone.localdate()
    count = (end - first).days
    days = [
        Day(one, span is not Span.MONTH or one.month == day.month, one == today)
        for one in (first + timedelta(days=number) for number in range(count))
    ]
    for item in sorted(items, key=lambda one: one.at):
        days[(timezone.localdate(item.at) - first).days].items.append(item)
    for closure in _closures(actor, first, end):
        for one in days:
            if closure.first_day <= one.day <= closure.last_day:
                one.closed.append(closure.label or closure.calendar.name)
    former, following = beside(span, day)
    return Page(span, days, former, following, is_cut=len(items) >= MOST)


def tasks_between(
    actor: Actor, start: datetime, stop: datetime, *, assignee_id: int | None = None
) -> list[WorkTask]:
    """Give the appointments that somebody sees between two moments, cancelled ones left out."""
    rows = visible(WorkTask, actor).filter(planned_start__gte=start, planned_start__lt=stop)
    if assignee_id is not None:
        rows = rows.filter(assignee_id=assignee_id)
    found = rows.exclude(state=WorkState.CANCELLED).select_related(
        "assignee", "site", "ticket__beneficiary", "ticket__organisation"
    )
    return list(found.order_by("planned_start", "id")[:MOST])


def _tasks(actor: Actor, narrowing: Narrowing, start: datetime, stop: datetime) -> list[Item]:
    found = tasks_between(actor, start, stop)
    # The tickets of these alone are asked: the filters may leave a hundred thousand.
    keys = {task.ticket_id for task in found}
    left = set(narrowing.plain(actor).filter(pk__in=keys).values_list("pk", flat=True))
    return [
        Item("task", task.planned_start, task.ticket, task)
        for task in found
        if task.ticket_id in left and task.planned_start
    ]


def _moments(actor: Actor, narrowing: Narrowing, start: datetime, stop: datetime) -> list[Item]:
    rows = narrowing.plain(actor)
    due = rows.filter(Q(state__in=OPEN_STATES), due_at__gte=start, due_at__lt=stop)
    resuming = rows.filter(Q(state=State.PENDING), pending_until__gte=start, pending_until__lt=stop)
    moments = [
        (kind, key, at)
        for kind, asked, name in (("due", due, "due_at"), ("resume", resuming, "pending_until"))
        for key, at in asked.order_by(name).values_list("pk", name)[:MOST]
    ]
    # What hangs on a ticket is read of those shown: of all that are due it would be sorted along.
    shown = Ticket.objects.select_related("beneficiary", "organisation", "assignee").in_bulk(
        {key for _kind, key, _at in moments}
    )
    return [Item(kind, at, shown[key]) for kind, key, at in moments if key in shown]


def _closures(actor: Actor, first: date, end: date) -> list[Closure]:
    rows = visible(Closure, actor).filter(
        kind=ClosureKind.CLOSED, first_day__lt=end, last_day__gte=first
    )
    return list(rows.select_related("calendar").order_by("first_day", "pk")[:MOST])
