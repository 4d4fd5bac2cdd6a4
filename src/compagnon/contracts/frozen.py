"""From a calendar's rows to the frozen value that clocks count with, and back from a revision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

from compagnon.contracts.clock.calendars import Calendar as ClockCalendar
from compagnon.contracts.clock.errors import CalendarError
from compagnon.contracts.clock.schema import load_calendar
from compagnon.contracts.models import Calendar, CalendarRevision, Closure, ClosureKind
from compagnon.core.errors import Invalid

_HELD_MAX = 2000
_held: dict[str, ClockCalendar] = {}


def calendar_of(revision: CalendarRevision) -> ClockCalendar:
    """Give the frozen calendar of a revision; each is read once by a process.

    The cache goes by fingerprint and not by key, which a rolled-back transaction may give twice.
    """
    found = _held.get(revision.fingerprint)
    if found is None:
        found = load_calendar(revision.document)
        if len(_held) >= _HELD_MAX:
            _held.clear()
        _held[revision.fingerprint] = found
    return found


def document_of(calendar: Calendar, closures: Iterable[Closure]) -> dict[str, Any]:
    """Write a calendar's rows as the document of the clock's schema (docs/reference/clock.md)."""
    document: dict[str, Any] = {"name": calendar.name, "timezone": calendar.time_zone}
    if calendar.is_always_open:
        document["always_open"] = True
    else:
        document["weekly"] = calendar.weekly or {}
    if calendar.holiday_country:
        rule: dict[str, Any] = {"country": calendar.holiday_country}
        if calendar.holiday_subdivision:
            rule["subdivision"] = calendar.holiday_subdivision
        if calendar.holiday_categories:
            rule["categories"] = list(calendar.holiday_categories)
        if calendar.holiday_exceptions:
            rule["except"] = list(calendar.holiday_exceptions)
        document["holidays"] = [rule]
    rows = list(closures)
    document["closures"] = [
        each for row in rows if row.kind == ClosureKind.CLOSED for each in _entries(row)
    ]
    document["openings"] = [
        each for row in rows if row.kind == ClosureKind.OPEN for each in _entries(row)
    ]
    return document


def freeze(calendar: Calendar, closures: Iterable[Closure]) -> ClockCalendar:
    """Read a calendar's rows as the clock does.

    Raises:
        Invalid: the clock cannot count with them; each problem stands under its field.
    """
    try:
        return load_calendar(document_of(calendar, closures))
    except CalendarError as error:
        raise refusal(error) from error


def refusal(error: CalendarError) -> Invalid:
    """Tell a calendar's problems under the names of the form's fields, in the reader's language."""
    from django.utils.translation import get_language

    language = "en" if (get_language() or "fr").startswith("en") else "fr"
    fields: dict[str, list[Any]] = {}
    for problem in error.problems:
        root = problem.path.split(".")[0].split("[")[0]
        fields.setdefault(_FIELDS.get(root, root or "weekly"), []).append(
            problem.text("en" if language == "en" else "fr")
        )
    return Invalid(error.text("en" if language == "en" else "fr"), fields=fields)


_FIELDS = {"timezone": "time_zone", "holidays": "holiday_country", "openings": "closures"}


def _entries(row: Closure) -> list[dict[str, Any]]:
    """Write one row: a range of days, the same day every year, or the hours of each day."""
    label = {"label": row.label} if row.label else {}
    if row.every_year:
        return [{"yearly": f"{day:%m-%d}", **label} for day in _days(row.first_day, row.last_day)]
    if row.from_time is None or row.until_time is None:
        return [{"start": row.first_day.isoformat(), "end": row.last_day.isoformat(), **label}]
    end = "24:00" if row.until_time == time(0) else f"{row.until_time:%H:%M}"
    hours = [[f"{row.from_time:%H:%M}", end]]
    return [
        {"date": day.isoformat(), "hours": hours, **label}
        for day in _days(row.first_day, row.last_day)
    ]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=index) for index in range((last - first).days + 1)]
