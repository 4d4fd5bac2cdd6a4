"""When requests come: by season, day and hour, with the gusts of a bad morning."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DAYS = 365
# Monday first; a Monday morning brings the week-end's surprises.
WEEKDAY = (1.28, 1.07, 0.98, 1.02, 0.86, 0.045, 0.03)
MONTH = (1.18, 1.0, 1.05, 0.98, 0.84, 1.02, 0.8, 0.5, 1.35, 1.12, 1.0, 0.86)
HOUR = (
    0.01, 0.01, 0.0, 0.0, 0.01, 0.03, 0.12, 0.9, 2.9, 3.6, 2.9, 2.0,
    0.8, 1.5, 2.6, 2.3, 1.9, 1.2, 0.5, 0.22, 0.13, 0.1, 0.06, 0.03,
)  # fmt: skip
# What makes many call at once: kind of request, share of the site, within so many minutes.
GUSTS = (("network.internet", 0.3, 40), ("applications.erp", 0.35, 90), ("mail.junk", 0.25, 60))


def arrivals(
    rng: Random, count: int, *, until: datetime, is_holiday: Callable[[date], bool]
) -> list[datetime]:
    """Draw so many moments of the year that ends at ``until``, in order."""
    last = until.astimezone(PARIS).date()
    days = [last - timedelta(days=ago) for ago in range(DAYS, -1, -1)]
    # A desk that is known is asked more: a fifth more at the end of the year than at its start.
    weights = [
        WEEKDAY[day.weekday()]
        * MONTH[day.month - 1]
        * (0.04 if is_holiday(day) else 1)
        * (1 + 0.2 * rank / DAYS)
        * _year_end(day)
        for rank, day in enumerate(days)
    ]
    by_day, by_hour = list(accumulate(weights)), list(accumulate(HOUR))
    found: list[datetime] = []
    while len(found) < count:
        day = days[bisect(by_day, rng.random() * by_day[-1])]
        hour = bisect(by_hour, rng.random() * by_hour[-1])
        local = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), PARIS)
        moment = local.astimezone(UTC)
        if moment < until:
            found.append(moment)
    return sorted(found)


def _year_end(day: date) -> float:
    return 0.3 if (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 2) else 1.0
