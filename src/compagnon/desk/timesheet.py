"""The week's sheet: what somebody did each day, on tasks and outside of them, and the totals."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.crud.export import Echo, safe
from compagnon.core.visibility import visible
from compagnon.desk.models import ActivityType, Ticket, TimeEntry, Timer, WorkState, WorkTask
from compagnon.people.models import Person

ROWS_MAX = 1000
PEOPLE_MAX = 300
DAYS = 7


@dataclass(frozen=True, slots=True)
class Line:
    """Time of one day on one ticket. ``entry`` is what can be corrected; a task is not."""

    day: date
    ticket: Ticket
    activity: str
    seconds: int
    note: str
    entry: TimeEntry | None = None
    task: WorkTask | None = None


@dataclass(slots=True)
class Week:
    """A person's week, from its Monday."""

    person: Person
    monday: date
    lines: list[Line] = field(default_factory=list)

    @property
    def days(self) -> list[tuple[date, list[Line], int]]:
        """Each day with its lines and its total in seconds."""
        found = []
        for number in range(DAYS):
            day = self.monday + timedelta(days=number)
            lines = [line for line in self.lines if line.day == day]
            found.append((day, lines, sum(line.seconds for line in lines)))
        return found

    @property
    def total(self) -> int:
        """Seconds in all."""
        return sum(line.seconds for line in self.lines)

    def totals(self, by: str) -> list[tuple[str, int]]:
        """Seconds by ``client`` or ``activity``, the most first."""
        found: dict[str, int] = defaultdict(int)
        for line in self.lines:
            key = str(line.ticket.organisation) if by == "client" else line.activity
            found[key] += line.seconds
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))

    @property
    def number(self) -> str:
        """The week as ISO 8601 writes it: 2026-W47."""
        year, week, _day = self.monday.isocalendar()
        return f"{year}-W{week:02}"


def monday_of(text: str) -> date:
    """Read «2026-W47»; this week's Monday for what is none."""
    today = timezone.localdate()
    year, _sep, week = text.partition("-W")
    if year.isascii() and year.isdecimal() and week.isascii() and week.isdecimal():
        try:
            return date.fromisocalendar(int(year), int(week), 1)
        except ValueError:
            pass
    return today - timedelta(days=today.weekday())


def people(actor: Actor) -> list[Person]:
    """Give whose sheets the actor may read beside their own: of the teams that they lead, or all
    technicians of organisations where they set the desk. Who has left comes last: what they did
    is still to be told to clients.
    """
    led = Person.objects.filter(memberships__team__manager_id=actor.id or 0)
    found = visible(Person, actor, led)
    configured = actor.scope.organisations("desk.configure")
    if configured is None:
        found = found | Person.objects.filter(memberships__isnull=False)
    elif configured:
        found = found | Person.objects.filter(
            memberships__team__organisation_id__in=sorted(configured)
        )
    rows = found.distinct().order_by("-is_active", "last_name", "first_name")
    return list(rows[:PEOPLE_MAX])


def week(actor: Actor, person: Person, monday: date) -> Week:
    """Give a week of somebody whose sheet the actor may read, in two queries."""
    last = monday + timedelta(days=DAYS - 1)
    sheet = Week(person, monday)
    entries = visible(TimeEntry, actor).filter(person=person, day__range=(monday, last))
    for entry in entries.select_related("ticket__organisation", "activity").order_by("day", "id")[
        :ROWS_MAX
    ]:
        sheet.lines.append(
            Line(
                entry.day,
                entry.ticket,
                str(entry.activity or _("not typed")),
                entry.seconds,
                entry.note,
                entry=entry,
            )
        )
    for task in _tasks(actor, person, monday, last):
        assert task.done_at is not None  # noqa: S101 — asked of the database
        spent = task.spent_seconds + task.travel_seconds
        if spent:
            sheet.lines.append(
                Line(
                    timezone.localdate(task.done_at),
                    task.ticket,
                    str(task.activity or _("not typed")),
                    spent,
                    task.title,
                    task=task,
                )
            )
    return sheet


def _tasks(actor: Actor, person: Person, monday: date, last: date) -> list[WorkTask]:
    zone = timezone.get_current_timezone()
    start = datetime.combine(monday, datetime.min.time(), zone)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone)
    rows = WorkTask.objects.filter(
        assignee=person, state=WorkState.DONE, done_at__gte=start, done_at__lt=end
    )
    found = visible(WorkTask, actor, rows).select_related("ticket__organisation", "activity")
    return list(found.order_by("done_at", "id")[:ROWS_MAX])


def csv_lines(sheet: Week) -> Iterator[str]:
    """Give a week as a CSV file line by line, which no spreadsheet takes for formulas."""
    french = (get_language() or "").startswith("fr")
    writer = csv.writer(Echo(), delimiter=";" if french else ",")
    heads = (
        _("Day"), _("Person"), _("Client"), _("Ticket"), _("Title"), _("Activity"), _("Minutes"),
        _("Note"),
    )  # fmt: skip
    yield "\ufeff" + writer.writerow([safe(str(one)) for one in heads])
    for line in sorted(sheet.lines, key=lambda one: (one.day, one.ticket.pk)):
        yield writer.writerow(
            [
                line.day.isoformat(),
                safe(str(sheet.person)),
                safe(str(line.ticket.organisation)),
                safe(line.ticket.reference),
                safe(line.ticket.title),
                safe(line.activity),
                round(line.seconds / 60),
                safe(line.note),
            ]
        )


@dataclass(frozen=True, slots=True)
class OnTicket:
    """The time spent on one ticket."""

    seconds: int
    tasks: int
    entries: list[TimeEntry]
    timer: Timer | None

    @property
    def total(self) -> int:
        """Seconds in all, tasks included."""
        return self.seconds + self.tasks


def on_ticket(actor: Actor, ticket: Ticket) -> OnTicket:
    """Give the time spent on a visible ticket, and the actor's own timer; four queries."""
    rows = visible(TimeEntry, actor, TimeEntry.objects.filter(ticket=ticket))
    sums = ticket.work_tasks.aggregate(spent=Sum("spent_seconds"), travel=Sum("travel_seconds"))
    return OnTicket(
        seconds=rows.aggregate(total=Sum("seconds"))["total"] or 0,
        tasks=(sums["spent"] or 0) + (sums["travel"] or 0),
        entries=list(rows.select_related("person", "activity").order_by("-day", "-id")[:5]),
        timer=visible(Timer, actor).select_related("ticket").first(),
    )


def activities(actor: Actor) -> list[ActivityType]:
    """Give the types of activity that are offered."""
    return list(visible(ActivityType, actor).filter(is_active=True).order_by("name"))
