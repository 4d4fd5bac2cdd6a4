"""Writing calendars. Each change freezes a new revision, which running clocks follow from then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypedDict

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.contracts import policies
from compagnon.contracts.clock.calendars import Calendar as ClockCalendar
from compagnon.contracts.clock.schema import dump_calendar
from compagnon.contracts.errors import InUse
from compagnon.contracts.frozen import freeze
from compagnon.contracts.models import Calendar, CalendarRevision, Closure, ClosureKind
from compagnon.contracts.services.following import clocks_on, follow
from compagnon.contracts.terms import touch
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, Text
from compagnon.core.services import service
from compagnon.people.services import rows

VERB = "calendar.manage"
MOST_CLOSURES = 500
LONGEST_REASON = 120


class CalendarChanges(TypedDict, total=False):
    """What may be changed of a calendar; a key that is absent stays as it is.

    ``weekly`` is a day's stretches by its English name, as in docs/reference/clock.md.
    """

    code: str
    name: str
    time_zone: str
    is_always_open: bool
    weekly: dict[str, Any]
    holiday_country: str
    holiday_subdivision: str
    holiday_categories: list[str]
    holiday_exceptions: list[str]
    is_active: bool


@dataclass(frozen=True, slots=True)
class ClosureLine:
    """Days when the weekly hours do not hold, as written; see ``models.Closure``."""

    first_day: date
    last_day: date
    kind: str = ClosureKind.CLOSED
    from_time: time | None = None
    until_time: time | None = None
    every_year: bool = False
    label: str = ""


@service(VERB)
def create(
    *, actor: Actor, values: CalendarChanges, closures: Sequence[ClosureLine] = ()
) -> Calendar:
    """Write a new calendar. Around the clock, weekly hours and holidays given are dropped.

    Raises:
        Refused: the actor manages no calendars.
        Invalid: the clock cannot count with it; each problem stands under its field.
    """
    policies.check_everywhere(actor, VERB)
    made = Calendar()
    rows.revise(made, values, allowed=CalendarChanges.__annotations__)
    _drop_idle(made)
    freeze(made, [])
    rows.keep(made)
    _write_closures(made, closures)
    revise(made, at=timezone.now())
    journal.record(
        actor=actor, verb="calendar.create", subject=made, after={"code": made.code, "revision": 1}
    )
    return made


@service(VERB)
def change(
    *,
    actor: Actor,
    calendar: Calendar,
    changes: CalendarChanges,
    closures: Sequence[ClosureLine] | None = None,
    expected_version: int | None = None,
) -> Calendar:
    """Change a calendar, and its closures as a whole if they are given.

    Clocks that run on it count by it from now on; what they counted before stays.

    Raises:
        Refused: the actor manages no calendars.
        Invalid: the clock cannot count with it.
        Stale: it has another version than expected.
    """
    policies.check_everywhere(actor, VERB)
    row = rows.lock(calendar, expected_version=expected_version)
    before = row.revision
    revision = rows.revise(row, changes, allowed=CalendarChanges.__annotations__)
    if not revision.names and closures is None:
        return row
    _drop_idle(row)
    freeze(row, [])
    rows.keep(row)
    if closures is not None:
        row.closures.all().delete()
        _write_closures(row, closures)
    now = timezone.now()
    if revise(row, at=now):
        follow(actor=actor, clocks=clocks_on(row.pk), at=now)
    # What a revision says is kept in its own row: the journal names it.
    journal.record(
        actor=actor,
        verb="calendar.change",
        subject=row,
        before={**revision.before, "revision": before},
        after={**revision.after, "revision": row.revision},
    )
    return row


@service(VERB)
def remove(*, actor: Actor, calendar: Calendar) -> None:
    """Delete a calendar that no contract and no clock ever counted on.

    Raises:
        Refused: the actor manages no calendars.
        InUse: something refers to it.
    """
    policies.check_everywhere(actor, VERB)
    row = rows.lock(calendar)
    journal.record(actor=actor, verb="calendar.remove", subject=row, before={"code": row.code})
    try:
        row.delete()
    except ProtectedError:
        raise InUse(_("A contract counts on this calendar: take it off offer instead.")) from None
    touch()


def as_changed(
    calendar: Calendar, changes: CalendarChanges, closures: Sequence[ClosureLine] | None
) -> ClockCalendar:
    """Give the calendar as a change would leave it; nothing is written.

    Raises:
        Invalid: the clock cannot count with it.
    """
    row = copy(calendar)
    rows.revise(row, changes, allowed=CalendarChanges.__annotations__)
    _drop_idle(row)
    if closures is None:
        return freeze(row, calendar.closures.all())
    found = [closure_of(row, line) for line in closures]
    for each in found:
        refuse_impossible(each)
    return freeze(row, found)


def _drop_idle(row: Calendar) -> None:
    """Forget what says nothing: hours and holidays around the clock, a region without country."""
    if row.is_always_open:
        row.weekly = {}
        row.holiday_country = ""
    if not row.holiday_country:
        row.holiday_subdivision = ""
        row.holiday_categories = []
        row.holiday_exceptions = []


def _write_closures(calendar: Calendar, lines: Iterable[ClosureLine]) -> None:
    found = [closure_of(calendar, line) for line in lines]
    if len(found) > MOST_CLOSURES:
        raise Invalid(fields={"closures": [_("A calendar has at most 500 closures.")]})
    for row in found:
        refuse_impossible(row)
    try:
        with transaction.atomic():
            Closure.objects.bulk_create(found)
    except IntegrityError:
        message = _("An opening and a closure for part of a day need both times.")
        raise Invalid(fields={"closures": [message]}) from None


def closure_of(calendar: Calendar, line: ClosureLine) -> Closure:
    """Give the row, not saved, of a closure as written."""
    return Closure(
        calendar=calendar,
        kind=line.kind,
        first_day=line.first_day,
        last_day=line.last_day,
        from_time=line.from_time,
        until_time=line.until_time,
        every_year=line.every_year,
        label=line.label,
    )


def refuse_impossible(row: Closure) -> None:
    """Say in words what the table's constraints refuse.

    Raises:
        Invalid: the days or the hours of the closure make no sense.
    """
    whole_days = row.from_time is None and row.until_time is None
    message: Text | None = None
    if row.kind not in ClosureKind.values:
        message = _("A closure is closed or open.")
    elif len(row.label) > LONGEST_REASON:
        message = _("A reason has at most 120 characters.")
    elif row.last_day < row.first_day:
        message = _("The last day comes before the first.")
    elif (row.last_day - row.first_day).days > 366:
        message = _("A closure lasts a year at most.")
    elif (row.from_time is None) != (row.until_time is None):
        message = _("Give both times, or none for whole days.")
    elif row.kind == ClosureKind.OPEN and whole_days:
        message = _("An exceptional opening needs its hours.")
    elif row.every_year and (row.kind == ClosureKind.OPEN or not whole_days):
        message = _("Only closures of whole days come back every year.")
    if message is not None:
        raise Invalid(message, fields={"closures": [message]})


def revise(calendar: Calendar, *, at: datetime) -> bool:
    """Freeze a calendar's rows as its next revision; tell whether they say something new.

    Raises:
        Invalid: the clock cannot count with them.
    """
    frozen = freeze(calendar, calendar.closures.all())
    latest = CalendarRevision.objects.filter(calendar=calendar, number=calendar.revision).first()
    if latest is not None and latest.fingerprint == frozen.fingerprint:
        return False
    calendar.revision += 1
    CalendarRevision.objects.create(
        calendar=calendar,
        number=calendar.revision,
        document=dump_calendar(frozen),
        fingerprint=frozen.fingerprint,
        created_at=at,
    )
    calendar.save(update_fields=["revision"])
    touch()
    return True
