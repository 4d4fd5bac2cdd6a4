"""A calendar drawn before it is trusted: its week, its year day by day, its next openings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from compagnon.contracts.clock.calendars import DAY, Calendar
from compagnon.contracts.clock.plan import COUNTED, Why, stretches
from compagnon.contracts.clock.words import WHY
from compagnon.contracts.clock.written import write_time
from compagnon.contracts.clock.zones import FIRST_YEAR, LAST_YEAR, to_instant, to_seconds
from compagnon.contracts.showing import language

OPENINGS_SHOWN = 6
LOOK_AHEAD = timedelta(days=90)
# Which reason names a day on which nothing counts, strongest first.
_STRENGTH = (Why.CLOSURE, Why.HOLIDAY, Why.WEEKEND, Why.DAY_CLOSED, Why.OUTSIDE_HOURS)
_COLOURS = {
    "open": "green",
    "opening": "blue",
    "closure": "orange",
    "holiday": "red",
    "weekend": "secondary",
    "day_closed": "secondary",
    "outside_hours": "secondary",
}


@dataclass(frozen=True, slots=True)
class Day:
    """One civil day: why it is open or closed, and how many seconds of it count."""

    day: date
    kind: str
    label: str
    open_seconds: int

    @property
    def colour(self) -> str:
        """The colour of its square."""
        return _COLOURS[self.kind]

    @property
    def title(self) -> str:
        """What the square says when it is pointed at."""
        return f"{date_format(self.day, 'DATE_FORMAT')}, {self.label}"


@dataclass(frozen=True, slots=True)
class Run:
    """Special days in a row that say the same."""

    first: date
    last: date
    label: str
    open_seconds: int


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch that counts, in the calendar's zone."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """Hours open on one day of the week, as seconds of the day."""

    start: int
    end: int

    @property
    def text(self) -> str:
        """«09:00–12:30»."""
        return f"{write_time(self.start)}–{write_time(self.end)}"

    @property
    def left(self) -> int:
        """Where it begins, in thousandths of the day."""
        return self.start * 1000 // DAY

    @property
    def width(self) -> int:
        """How long it is, in thousandths of the day."""
        return max(1, (self.end - self.start) * 1000 // DAY)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a page shows of a calendar."""

    zone: str
    year: int
    week: list[tuple[str, list[Block]]]
    months: list[tuple[str, list[Day]]]
    special: list[Day]
    openings: list[Opening]
    open_hours: int
    open_days: int
    previous_year: int | None = field(default=None)
    next_year: int | None = field(default=None)

    @property
    def special_runs(self) -> list[Run]:
        """The special days, a fortnight's closure as one line."""
        found: list[Run] = []
        for day in self.special:
            last = found[-1] if found else None
            if (
                last is not None
                and last.label == day.label
                and last.last + timedelta(days=1) == day.day
            ):
                total = last.open_seconds + day.open_seconds
                found[-1] = Run(last.first, day.day, day.label, total)
            else:
                found.append(Run(day.day, day.day, day.label, day.open_seconds))
        return found


def preview(calendar: Calendar, *, year: int, now: datetime) -> Preview:
    """Draw a calendar's year and its next openings from ``now``; a millisecond or so a month.

    A year outside those that the clock knows is taken as the nearest one.
    """
    year = max(FIRST_YEAR + 1, min(year, LAST_YEAR - 1))
    days = list(_days(calendar, year))
    months: dict[int, list[Day]] = {}
    for each in days:
        months.setdefault(each.day.month, []).append(each)
    return Preview(
        zone=calendar.timezone,
        year=year,
        week=_week(calendar),
        months=[(date_format(date(year, month, 1), "F"), found) for month, found in months.items()],
        special=[each for each in days if each.kind in {"holiday", "closure", "opening"}],
        openings=_openings(calendar, now),
        open_hours=sum(each.open_seconds for each in days) // 3600,
        open_days=sum(each.open_seconds > 0 for each in days),
        previous_year=year - 1 if year > FIRST_YEAR + 1 else None,
        next_year=year + 1 if year < LAST_YEAR - 1 else None,
    )


def _week(calendar: Calendar) -> list[tuple[str, list[Block]]]:
    monday = date(2024, 1, 1)
    return [
        (
            date_format(monday + timedelta(days=index), "l"),
            [Block(each.start, each.end) for each in hours],
        )
        for index, hours in enumerate(calendar.weekly)
    ]


def _days(calendar: Calendar, year: int) -> Iterator[Day]:
    zone = ZoneInfo(calendar.timezone)
    day = date(year, 1, 1)
    start = _midnight(day, zone)
    while day.year == year:
        after = day + timedelta(days=1)
        end = _midnight(after, zone)
        yield _day(calendar, day, start, end)
        day, start = after, end


def _midnight(day: date, zone: ZoneInfo) -> int:
    return to_seconds(datetime.combine(day, time(0), tzinfo=zone))


def _day(calendar: Calendar, day: date, start: int, end: int) -> Day:
    spoken = language()
    opened = 0
    found: dict[Why, str] = {}
    for low, high, reason in stretches(calendar, start, end):
        if reason.why in COUNTED:
            opened += high - low
        name = reason.label.in_language(spoken) if reason.label else ""
        found.setdefault(reason.why, name or WHY[reason.why].in_language(spoken))
    if opened:
        kind = Why.OPENING if Why.OPENING in found else Why.OPEN
    else:
        kind = next((why for why in _STRENGTH if why in found), Why.OUTSIDE_HOURS)
    return Day(day, str(kind), found.get(kind, ""), opened)


def _openings(calendar: Calendar, now: datetime) -> list[Opening]:
    zone = ZoneInfo(calendar.timezone)
    found: list[Opening] = []
    low = to_seconds(now)
    end = to_seconds(now + LOOK_AHEAD)
    for start, high, reason in stretches(calendar, low, end):
        if reason.why not in COUNTED:
            continue
        opening = Opening(to_instant(start).astimezone(zone), to_instant(high).astimezone(zone))
        if found and found[-1].end == opening.start:
            found[-1] = Opening(found[-1].start, opening.end)
        elif len(found) == OPENINGS_SHOWN:
            break
        else:
            found.append(opening)
    return found
