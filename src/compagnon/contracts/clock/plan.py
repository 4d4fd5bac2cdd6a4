"""A calendar compiled for one UTC year: every second of it, counted or not, and why.

An instant is open exactly when a wall clock in the calendar's zone shows, at that instant, a time
inside an opening. So hours inside a spring gap count nothing, a repeated autumn hour counts both
times it passes, and a civil day that a zone skipped does not exist. Openings are laid out on the
wall-clock axis and carried to UTC through the year's stretches of constant offset, which needs no
conversion of an ambiguous time.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from .calendars import (
    DAY,
    Calendar,
    Closure,
    DayHours,
    DayRange,
    HolidayRule,
    Hours,
    InstantRange,
    NamedDay,
    Opening,
    YearlyDay,
)
from .public_holidays import holidays_of
from .texts import Text
from .zones import offset_pieces, to_seconds, year_bounds, year_of

_EPOCH_DAY = date(1970, 1, 1).toordinal()


class Why(StrEnum):
    """Why a stretch of the ledger is counted or not. The values are stable codes."""

    OPEN = "open"
    OPENING = "opening"
    OUTSIDE_HOURS = "outside_hours"
    WEEKEND = "weekend"
    DAY_CLOSED = "day_closed"
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    PAUSED = "paused"
    STOPPED = "stopped"
    SET_ASIDE = "set_aside"


COUNTED = frozenset({Why.OPEN, Why.OPENING})


@dataclass(frozen=True, slots=True)
class Reason:
    """A code, and the name of the holiday, closure or opening if it has one."""

    why: Why
    label: Text | None = None


Stretch = tuple[int, int, Reason]
"""Start and end in seconds on one axis (wall clock or UTC), and the reason."""

_OPEN = Reason(Why.OPEN)
_OUTSIDE = Reason(Why.OUTSIDE_HOURS)


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The UTC year as stretches: stretch i is [bounds[i], bounds[i+1]) with `reasons[kinds[i]]`.

    `counted[i]` is the number of counted seconds from the year's start to `bounds[i]`.
    """

    bounds: array[int]
    counted: array[int]
    kinds: array[int]
    reasons: tuple[Reason, ...]

    @property
    def total(self) -> int:
        """Counted seconds of the whole year."""
        return self.counted[-1]

    def counted_before(self, seconds: int) -> int:
        """Counted seconds from the year's start to the UTC second `seconds` of this year."""
        index = min(bisect_right(self.bounds, seconds) - 1, len(self.kinds) - 1)
        sofar = self.counted[index]
        if self.counted[index + 1] > sofar:
            sofar += seconds - self.bounds[index]
        return sofar

    def second_when(self, count: int) -> int:
        """The first UTC second at which `count` (1 to `total`) seconds have been counted."""
        index = bisect_left(self.counted, count) - 1
        return self.bounds[index] + count - self.counted[index]

    def stretches(self, start: int, end: int) -> Iterator[Stretch]:
        """The stretches of [start, end), clipped to it; both within the year."""
        index = max(bisect_right(self.bounds, start) - 1, 0)
        while start < end:
            upto = min(self.bounds[index + 1], end)
            yield start, upto, self.reasons[self.kinds[index]]
            start, index = upto, index + 1


@lru_cache(maxsize=512)
def year_plan(calendar: Calendar, year: int) -> YearPlan:
    """The compiled year of a calendar; the last 512 calendar-years are kept (about 20 kB each)."""
    pieces = offset_pieces(calendar.timezone, year)
    start, end = year_bounds(year)
    offsets = [offset for _, _, offset in pieces]
    first_day = (start + min(offsets)) // DAY
    last_day = (end + max(offsets)) // DAY
    line = _to_utc(_wall_days(calendar, year, first_day, last_day), pieces)
    for layer, why in ((calendar.closures, Why.CLOSURE), (calendar.openings, Why.OPENING)):
        line = _paint(line, _timed(layer, why, pieces))
    return _compiled(line, end)


def _compiled(line: list[Stretch], end: int) -> YearPlan:
    bounds, counted, kinds = array("q"), array("q"), array("H")
    index: dict[Reason, int] = {}
    total = 0
    previous: Reason | None = None
    for low, high, reason in line:
        if reason != previous:
            bounds.append(low)
            counted.append(total)
            kinds.append(index.setdefault(reason, len(index)))
            previous = reason
        if reason.why in COUNTED:
            total += high - low
    bounds.append(end)
    counted.append(total)
    return YearPlan(bounds, counted, kinds, tuple(index))


def _wall_days(calendar: Calendar, year: int, first: int, last: int) -> list[Stretch]:
    """Whole days on the wall-clock axis, numbered from 1970: weekly hours, holidays, closures."""
    closed = _closed_days(calendar, year, first, last)
    templates = [_template(hours, weekday) for weekday, hours in enumerate(calendar.weekly)]
    line: list[Stretch] = []
    for number in range(first, last + 1):
        midnight = number * DAY
        reason = closed.get(number)
        if reason is not None:
            line.append((midnight, midnight + DAY, reason))
            continue
        # 1 January 1970, day 0, was a Thursday.
        for low, high, why in templates[(number + 3) % 7]:
            line.append((midnight + low, midnight + high, why))
    return line


def _template(hours: tuple[Hours, ...], weekday: int) -> list[Stretch]:
    if not hours:
        return [(0, DAY, Reason(Why.WEEKEND if weekday >= 5 else Why.DAY_CLOSED))]
    line: list[Stretch] = []
    cursor = 0
    for each in hours:
        if cursor < each.start:
            line.append((cursor, each.start, _OUTSIDE))
        line.append((each.start, each.end, _OPEN))
        cursor = each.end
    if cursor < DAY:
        line.append((cursor, DAY, _OUTSIDE))
    return line


def _closed_days(calendar: Calendar, year: int, first: int, last: int) -> dict[int, Reason]:
    """Days closed from midnight to midnight. Closures win over holidays."""
    closed: dict[int, Reason] = {}

    def close(number: int, reason: Reason) -> None:
        if first <= number <= last:
            closed.setdefault(number, reason)

    for closure in calendar.closures:
        reason = Reason(Why.CLOSURE, _label(getattr(closure, "label", "")))
        if isinstance(closure, DayRange):
            low, high = (each.toordinal() - _EPOCH_DAY for each in (closure.first, closure.last))
            for number in range(max(low, first), min(high, last) + 1):
                close(number, reason)
        elif isinstance(closure, YearlyDay):
            for each in (year - 1, year, year + 1):
                if closure.month != 2 or closure.day != 29 or _is_leap(each):
                    day = date(each, closure.month, closure.day)
                    close(day.toordinal() - _EPOCH_DAY, reason)
    for holiday in calendar.holidays:
        for day, name in _holiday_days(holiday, year):
            close(day.toordinal() - _EPOCH_DAY, Reason(Why.HOLIDAY, name))
    return closed


def _holiday_days(holiday: HolidayRule | NamedDay, year: int) -> Iterable[tuple[date, Text | None]]:
    if isinstance(holiday, NamedDay):
        return [(holiday.day, _label(holiday.label))]
    # The first and last wall-clock days of a UTC year may belong to its neighbours.
    return [
        each for near in (year - 1, year, year + 1) for each in holidays_of(holiday, near).items()
    ]


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _label(label: str) -> Text | None:
    return Text.same(label) if label else None


def _to_utc(wall: list[Stretch], pieces: tuple[tuple[int, int, int], ...]) -> list[Stretch]:
    """Carry sorted wall-clock stretches to UTC. In a fold the same stretch comes out twice."""
    ends = [high for _, high, _ in wall]
    line: list[Stretch] = []
    for start, end, offset in pieces:
        index = bisect_right(ends, start + offset)
        while index < len(wall) and wall[index][0] < end + offset:
            low, high, reason = wall[index]
            line.append((max(low - offset, start), min(high - offset, end), reason))
            index += 1
    return line


def _timed(
    ranges: tuple[Closure, ...] | tuple[Opening, ...],
    why: Why,
    pieces: tuple[tuple[int, int, int], ...],
) -> list[Stretch]:
    """The closures or openings that have hours, as sorted disjoint UTC stretches of the year."""
    wall: list[Stretch] = []
    utc: list[Stretch] = []
    start, end = pieces[0][0], pieces[-1][1]
    for each in ranges:
        reason = Reason(why, _label(each.label))
        if isinstance(each, DayHours):
            midnight = (each.day.toordinal() - _EPOCH_DAY) * DAY
            wall += [(midnight + hour.start, midnight + hour.end, reason) for hour in each.hours]
        elif isinstance(each, InstantRange):
            low, high = max(to_seconds(each.start), start), min(to_seconds(each.end), end)
            if low < high:
                utc.append((low, high, reason))
    return _disjoint(_to_utc(_disjoint(wall), pieces) + utc)


def _disjoint(line: list[Stretch]) -> list[Stretch]:
    """Sorted and without overlap: of two that overlap, the earlier one keeps its whole length."""
    result: list[Stretch] = []
    cursor: int | None = None
    for low, high, reason in sorted(line, key=lambda each: each[:2]):
        begin = low if cursor is None else max(low, cursor)
        if begin < high:
            result.append((begin, high, reason))
            cursor = high
    return result


def _paint(base: list[Stretch], over: list[Stretch]) -> list[Stretch]:
    """`base` with `over` laid on top of it; both sorted and disjoint, `over` within `base`."""
    if not over:
        return base
    result: list[Stretch] = []
    layer = iter([*over, (base[-1][1], base[-1][1], _OPEN)])
    low, high, reason = next(layer)
    for start, end, below in base:
        cursor = start
        while cursor < end:
            if cursor < low:
                upto = min(end, low)
                result.append((cursor, upto, below))
            else:
                upto = min(end, high)
                if upto > cursor:
                    result.append((cursor, upto, reason))
            cursor = upto
            if cursor == high and low < high:
                low, high, reason = next(layer)
    return result


def stretches(calendar: Calendar, start: int, end: int) -> Iterator[Stretch]:
    """Every stretch of [start, end) in UTC seconds; equal neighbours may touch at a year's end."""
    if calendar.always_open and not calendar.openings:
        if start < end:
            yield start, end, _OPEN
        return
    while start < end:
        year = year_of(start)
        upto = min(end, year_bounds(year)[1])
        yield from year_plan(calendar, year).stretches(start, upto)
        start = upto
