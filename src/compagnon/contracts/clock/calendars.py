"""A service calendar as frozen values: when the clock counts, and why it does not.

Hours of a day are wall-clock seconds since 00:00 in the calendar's zone. Days are civil days there.
Only `InstantRange` holds instants (UTC). Read and write calendars as JSON with `schema`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from .errors import CalendarError, Problem
from .zones import load_zone, to_instant, to_seconds

DAY = 86_400
"""Seconds in a wall-clock day; an end of `DAY` is 24:00."""


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """Open from `start` to just before `end`, in seconds of the wall-clock day."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= DAY:
            raise CalendarError([Problem("hours_bounds")])


ALL_DAY = (Hours(0, DAY),)


@dataclass(frozen=True, slots=True)
class HolidayRule:
    """The public holidays of a country, from the `holidays` library.

    `subdivision` is that library's code ("57", "6AE", "974", …) or "" for the whole country.
    `exceptions` are worked all the same: ISO dates, "MM-DD", or a holiday's name.
    """

    country: str
    subdivision: str = ""
    categories: tuple[str, ...] = ("public",)
    observed: bool = True
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedDay:
    """One public holiday given by its date."""

    day: date
    label: str = ""


@dataclass(frozen=True, slots=True)
class DayRange:
    """Closed on whole civil days, from `first` to `last`, both included."""

    first: date
    last: date
    label: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise CalendarError([Problem("range_reversed")])


@dataclass(frozen=True, slots=True)
class YearlyDay:
    """Closed on the same day every year (29 February: leap years only)."""

    month: int
    day: int
    label: str = ""

    def __post_init__(self) -> None:
        try:
            date(2000, self.month, self.day)  # 2000 was a leap year
        except ValueError:
            params = {"value": f"{self.month:02}-{self.day:02}"}
            raise CalendarError([Problem("month_day_bad", params=params)]) from None


@dataclass(frozen=True, slots=True)
class DayHours:
    """Closed, or exceptionally open, at these hours of one civil day."""

    day: date
    hours: tuple[Hours, ...]
    label: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hours", merged(self.hours))


@dataclass(frozen=True, slots=True)
class InstantRange:
    """Closed, or exceptionally open, from one instant to just before another (whole UTC seconds).

    InstantError when one is naive or outside the known years.
    """

    start: datetime
    end: datetime
    label: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", to_instant(to_seconds(self.start)))
        object.__setattr__(self, "end", to_instant(to_seconds(self.end)))
        if self.end <= self.start:
            raise CalendarError([Problem("range_reversed")])


Holiday = HolidayRule | NamedDay
Closure = DayRange | YearlyDay | DayHours | InstantRange
Opening = DayHours | InstantRange
Week = tuple[tuple[Hours, ...], ...]


def merged(hours: Iterable[Hours]) -> tuple[Hours, ...]:
    """The same open time as sorted stretches that neither overlap nor touch."""
    result: list[Hours] = []
    for each in sorted(hours):
        if result and each.start <= result[-1].end:
            result[-1] = Hours(result[-1].start, max(result[-1].end, each.end))
        else:
            result.append(each)
    return tuple(result)


@dataclass(frozen=True)
class Calendar:
    """When a commitment's time counts.

    `weekly` holds seven tuples of hours, Monday first. What wins, from strongest to weakest:
    openings, closures, holidays, weekly hours. Equal calendars share one compiled plan, whatever
    object they are, so that building one from the database for every ticket costs little.
    """

    timezone: str
    weekly: Week
    name: str = ""
    holidays: tuple[Holiday, ...] = ()
    closures: tuple[Closure, ...] = ()
    openings: tuple[Opening, ...] = ()
    always_open: bool = field(init=False, repr=False, compare=False)
    fingerprint: str = field(init=False, repr=False, compare=False)
    """SHA-256 of what the calendar says: the same in every process."""

    def __post_init__(self) -> None:
        load_zone(self.timezone)
        if len(self.weekly) != 7:
            raise CalendarError([Problem("weekly_seven", "weekly")])
        weekly = tuple(merged(hours) for hours in self.weekly)
        object.__setattr__(self, "weekly", weekly)
        object.__setattr__(
            self,
            "always_open",
            not (self.holidays or self.closures) and all(hours == ALL_DAY for hours in weekly),
        )
        said = repr(
            (
                self.timezone,
                weekly,
                self.name,
                self.holidays,
                self.closures,
                self.openings,
            )
        )
        object.__setattr__(self, "fingerprint", hashlib.sha256(said.encode()).hexdigest())
        object.__setattr__(self, "_hash", hash(int(self.fingerprint[:15], 16)))

    def __hash__(self) -> int:
        # Computed once: the plan cache hashes the calendar on every reading of a clock.
        result: int = self.__dict__["_hash"]
        return result
