"""When something may be told: quiet hours that hold back, and the digest's next hour. Pure.

Hours are read on a wall clock: at a change of the hour, what does not exist there is taken as the
moment that follows it, and nothing is ever planned in the past.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DIGEST_AT = time(8)
# Past these many steps a calendar opens no more, and nothing is held for it.
STEPS = 400


def every_day(_day: date) -> bool:
    """The calendar of who named none."""
    return True


@dataclass(frozen=True, slots=True)
class Hours:
    """One person's hours, in their zone. ``opens`` tells the days of their calendar."""

    zone: tzinfo
    quiet_from: time | None = None
    quiet_to: time | None = None
    digest_at: time = DIGEST_AT
    opens: Callable[[date], bool] = every_day
    quiet_closed_days: bool = False


def quiet_until(hours: Hours, at: datetime) -> datetime | None:
    """Give when the quiet that holds at that moment ends (UTC), or ``None`` if there is none."""
    moment = at.astimezone(UTC)
    for _step in range(STEPS):
        local = moment.astimezone(hours.zone)
        end = _end_of_quiet(hours, local)
        if end is None:
            return moment if moment > at else None
        later = _instant(end, hours.zone, moment)
        if later <= moment:
            return moment if moment > at else None
        moment = later
    return None


def next_digest(hours: Hours, at: datetime) -> datetime:
    """Give the next moment (UTC) at which the digest leaves, later than ``at``."""
    local = at.astimezone(hours.zone)
    first = None
    for days in range(STEPS):
        day = local.date() + timedelta(days=days)
        moment = _instant(datetime.combine(day, hours.digest_at), hours.zone, at)
        if moment <= at:
            continue
        if hours.opens(day):
            return moment
        first = first or moment
    # A calendar that opens no more must not keep everything for ever.
    return first or at + timedelta(days=1)


def _end_of_quiet(hours: Hours, local: datetime) -> datetime | None:
    """Give where, on the wall clock, the quiet of that local moment ends."""
    today = local.date()
    if hours.quiet_closed_days and not hours.opens(today):
        return datetime.combine(today + timedelta(days=1), time())
    start, end = hours.quiet_from, hours.quiet_to
    if start is None or end is None or start == end:
        return None
    now = local.time()
    if start < end:
        return datetime.combine(today, end) if start <= now < end else None
    if now >= start:
        return datetime.combine(today + timedelta(days=1), end)
    return datetime.combine(today, end) if now < end else None


def _instant(wall: datetime, zone: tzinfo, after: datetime) -> datetime:
    """Give the moment of a wall clock; of two, the first that is later than ``after``."""
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return first if first > after else wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
