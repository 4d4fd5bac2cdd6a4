"""Dates as sources write them: a format, and a zone or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the zone is given later, if there is one
# Years that no desk lived: a date outside is a mistake of the file.
MONTHS = 12
FIRST_YEAR, LAST_YEAR = 1980, 2100
ISO = "iso"
# How a desk writes day, month and year; the time follows.
DAY_FIRST = tuple(
    f"{date} {clock}"
    for year in ("%Y", "%y")
    for clock in ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%H:%M:%S.%f")
    for date in (f"%d-%m-{year}", f"%d/%m/{year}", f"%d.%m.{year}")
)
YEAR_FIRST = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")
_DAY_AND_MONTH = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d\d)\b")


def day_place(text: str) -> int:
    """Tell where a date without letters has its day: 1 or 2; 0 where it may be either."""
    found = _DAY_AND_MONTH.match(text[:64])
    if found is None:
        return 0
    return next((place for place in (1, 2) if int(found[place]) > MONTHS), 0)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment: ``at`` in UTC, ``clock`` in seconds on the source's own clock.

    ``odd`` names what was odd about it: the hour that the clocks skip or show twice.
    """

    at: datetime
    clock: float
    odd: str = ""


class Dates:
    """Reads dates of one source.

    Args:
        formats: ``strptime`` formats that are tried in order; ``iso`` for ISO 8601.
        zone: where local dates are local.
        elapsed: whether durations count the hours that really passed, over changes of the clocks;
            else they are differences of what the clock on the wall showed.
    """

    def __init__(self, formats: tuple[str, ...], zone: ZoneInfo, *, elapsed: bool) -> None:
        self.formats = formats
        self.zone = zone
        self.elapsed = elapsed
        self.read = lru_cache(maxsize=65_536)(self._read)

    def put_month_first(self) -> None:
        """Read from now on what begins with a day as beginning with the month."""
        self.formats = tuple(
            one.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
            if one.startswith("%d")
            else one
            for one in self.formats
        )
        self.read.cache_clear()

    def _read(self, text: str) -> Moment | None:
        """Give the moment that a text says; ``None`` if it is no date that can be true."""
        found = self._parse(text.strip())
        if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            return None
        if found.tzinfo is not None:
            at = found.astimezone(UTC)
            return Moment(at, at.timestamp())
        local = found.replace(tzinfo=self.zone)
        at = local.astimezone(UTC)
        odd = ""
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            odd = "two_such_times"
            if at.astimezone(self.zone).replace(tzinfo=None) != found:
                odd = "no_such_time"
        clock = at.timestamp() if self.elapsed else (found - EPOCH).total_seconds()
        return Moment(at, clock, odd)

    def _parse(self, text: str) -> datetime | None:
        if not text or len(text) > 64:
            return None
        for pattern in self.formats:
            try:
                if pattern == ISO:
                    return datetime.fromisoformat(text)
                if pattern == "epoch":
                    return EPOCH.replace(tzinfo=UTC) + timedelta(seconds=float(text))
                return datetime.strptime(text, pattern)  # noqa: DTZ007 - the same
            except (ValueError, OverflowError):
                continue
        return None
