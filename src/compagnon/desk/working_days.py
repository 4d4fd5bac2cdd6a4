"""Moments counted in working days of a service calendar. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from compagnon.contracts.clock.calendars import Calendar
from compagnon.contracts.clock.counting import add, elapsed
from compagnon.contracts.clock.zones import load_zone

# A calendar that does not open in two years opens no more.
SEARCHED_DAYS = 800
SECOND = timedelta(seconds=1)


def after_working_days(calendar: Calendar, start: datetime, days: int) -> datetime | None:
    """Give the moment (UTC) that many working days after ``start``, at the same hour there.

    A day is worked when the calendar opens on it, be it an hour; the day of ``start`` is not
    counted. Outside that day's hours, it is its opening. ``None``: the calendar does not open
    that often within two years.
    """
    zone = load_zone(calendar.timezone)
    local = start.astimezone(zone)
    day, counted = local.date(), 0
    for _step in range(SEARCHED_DAYS):
        day += timedelta(days=1)
        midnight = datetime.combine(day, time(), zone).astimezone(UTC)
        next_midnight = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        if elapsed(calendar, midnight, next_midnight) == 0:
            continue
        counted += 1
        if counted < days:
            continue
        wanted = datetime.combine(day, local.time().replace(microsecond=0), zone).astimezone(UTC)
        if elapsed(calendar, wanted, wanted + SECOND):
            return wanted
        opened = add(calendar, midnight, 1)
        return opened - SECOND if opened else None
    return None
