"""Time zones: instants as whole UTC seconds, and the stretches of constant offset of a year.

The clock counts in whole seconds since 1970 (UTC). An instant with a fraction is floored to its
second, always the same way, so that sums stay exact. The years known are 1970 to 2100: the public
holidays of the `holidays` library stop there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import CalendarError, InstantError, Problem

FIRST_YEAR = 1970
LAST_YEAR = 2100

_EPOCH = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
# A probe every six hours cannot miss a change of offset: no zone has had two within a day.
_PROBE = 21_600

YEAR_STARTS = tuple(
    (datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // _SECOND
    for year in range(FIRST_YEAR, LAST_YEAR + 2)
)
"""UTC second at which each known year starts, then the end of the last one."""

DOMAIN_END = YEAR_STARTS[-1]

# The system's own zone and the leap-second copies would make a calendar depend on the machine.
_IANA = re.compile(
    r"(?!posix/|right/|localtime$|posixrules$|Factory$)[A-Za-z][A-Za-z0-9_+\-/]{1,63}"
)


@lru_cache(maxsize=1024)
def load_zone(key: str) -> ZoneInfo:
    """The IANA zone called `key`. CalendarError `zone_unknown` when there is none."""
    if _IANA.fullmatch(key):
        with suppress(ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo(key)
    raise CalendarError([Problem("zone_unknown", "timezone", {"value": key[:64]})])


def to_seconds(instant: datetime) -> int:
    """Whole UTC seconds since 1970 of an aware `instant`.

    InstantError `instant_naive` without offset, `instant_range` outside 1970–2100.
    """
    if instant.utcoffset() is None:
        raise InstantError("instant_naive", value=instant.isoformat())
    seconds = (instant - _EPOCH) // _SECOND
    if not 0 <= seconds <= DOMAIN_END:
        raise InstantError("instant_range", value=instant.isoformat())
    return seconds


def to_instant(seconds: int) -> datetime:
    """The UTC datetime of whole seconds since 1970."""
    return _EPOCH + timedelta(seconds=seconds)


def year_of(seconds: int) -> int:
    """The UTC year that holds `seconds`; the very end of the domain belongs to the last year."""
    return min(FIRST_YEAR + bisect_right(YEAR_STARTS, seconds) - 1, LAST_YEAR)


def year_bounds(year: int) -> tuple[int, int]:
    """First UTC second of `year` and of the next one."""
    index = year - FIRST_YEAR
    return YEAR_STARTS[index], YEAR_STARTS[index + 1]


def resolve_local(wall: datetime, key: str) -> datetime:
    """The instant (UTC) of a wall-clock time written without offset, in zone `key`.

    As RFC 5545 section 3.3.5 says: a time that happens twice is its first occurrence; a time that
    never happens takes the offset from before the gap (02:30 in a 02:00–03:00 gap is 03:30). A
    time that has its own offset keeps it.
    """
    try:
        if wall.utcoffset() is None:
            wall = wall.replace(tzinfo=load_zone(key), fold=0)
        return wall.astimezone(UTC)
    except OverflowError:
        raise InstantError("instant_range", value=wall.isoformat()) from None


def on_wall(instant: datetime, key: str) -> str:
    """An instant in words for a person: ISO 8601 on the walls of zone `key`, with its offset."""
    return instant.astimezone(load_zone(key)).isoformat()


def wall_trouble(wall: datetime, key: str) -> Literal["", "wall_twice", "wall_never"]:
    """Whether a time written without offset happens twice, or never, in zone `key`."""
    if wall.utcoffset() is not None:
        return ""
    zone = load_zone(key)
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return ""
    back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return "wall_twice" if back == wall.replace(fold=0) else "wall_never"


@lru_cache(maxsize=512)
def offset_pieces(key: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """`(start, end, offset)` in seconds: the stretches of the UTC `year` with one UTC offset."""
    zone = load_zone(key)

    def offset_at(seconds: int) -> int:
        offset = datetime.fromtimestamp(seconds, zone).utcoffset()
        return (offset or timedelta()) // _SECOND

    start, end = year_bounds(year)
    pieces: list[tuple[int, int, int]] = []
    piece_start, current = start, offset_at(start)
    for low in range(start, end, _PROBE):
        high = min(low + _PROBE, end - 1)
        after = offset_at(high)
        if after == current:
            continue
        before = low
        while high - before > 1:
            middle = (before + high) // 2
            before, high = (middle, high) if offset_at(middle) == current else (before, middle)
        pieces.append((piece_start, high, current))
        piece_start, current = high, after
    pieces.append((piece_start, end, current))
    return tuple(pieces)
