"""Counted time between two instants, and its inverse.

Three laws hold for every calendar and every a ≤ b ≤ c (see `tests/test_clock_laws.py`):

    elapsed(a, c) = elapsed(a, b) + elapsed(b, c)
    0 ≤ elapsed(a, b) ≤ b − a
    add(a, n) is the earliest instant t ≥ a with elapsed(a, t) = n
"""

from __future__ import annotations

from datetime import datetime

from .calendars import Calendar
from .errors import TimelineError
from .plan import year_plan
from .zones import DOMAIN_END, LAST_YEAR, to_instant, to_seconds, year_of

HORIZON_YEARS = 25
"""A due time is looked for in so many civil years after the start, and no further."""

TARGET_MAX = 10 * 366 * 86_400
"""The longest target in seconds."""


def elapsed(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Counted seconds in [start, end). TimelineError `end_before_start` when end < start."""
    low, high = to_seconds(start), to_seconds(end)
    if high < low:
        raise TimelineError("end_before_start", start=start.isoformat(), end=end.isoformat())
    return counted_between(calendar, low, high)


def add(calendar: Calendar, start: datetime, seconds: int) -> datetime | None:
    """The earliest instant (UTC) by which `seconds` have been counted since `start`.

    With 0 seconds that is `start` itself, open or not. None when the calendar does not open long
    enough within `HORIZON_YEARS`. TimelineError `target_bounds` outside 0…`TARGET_MAX`.
    """
    if not 0 <= seconds <= TARGET_MAX:
        raise TimelineError("target_bounds", value=seconds, maximum=TARGET_MAX)
    reached = reach(calendar, to_seconds(start), seconds)
    return None if reached is None else to_instant(reached)


def counted_between(calendar: Calendar, start: int, end: int) -> int:
    """`elapsed` in UTC seconds, for start ≤ end within the known years."""
    if calendar.always_open:
        return end - start
    first, last = year_of(start), year_of(end)
    counted = year_plan(calendar, last).counted_before(end)
    counted -= year_plan(calendar, first).counted_before(start)
    return counted + sum(year_plan(calendar, year).total for year in range(first, last))


def reach(
    calendar: Calendar, start: int, seconds: int, *, searched_from: int | None = None
) -> int | None:
    """`add` in UTC seconds; the horizon runs from `searched_from` (default `start`)."""
    if seconds == 0:
        return start
    if calendar.always_open:
        return start + seconds if start + seconds <= DOMAIN_END else None
    if not any(calendar.weekly) and not calendar.openings:
        return None
    first = year_of(start)
    horizon = year_of(start if searched_from is None else searched_from) + HORIZON_YEARS
    wanted = seconds + year_plan(calendar, first).counted_before(start)
    for year in range(first, min(horizon, LAST_YEAR) + 1):
        plan = year_plan(calendar, year)
        if wanted <= plan.total:
            return plan.second_when(wanted)
        wanted -= plan.total
    return None
