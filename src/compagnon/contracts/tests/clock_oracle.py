"""A slow second opinion on the clock, written another way on purpose.

It shares no code with the clock: it reads the JSON document itself, walks real time minute by
minute, asks what a wall clock in the zone shows at each one, and looks up holidays computed here
from Gauss's Easter and the French labour code (article L3133-1), not from a library.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MINUTE = timedelta(minutes=1)


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=512)
def french_holidays(year: int, *, alsace_moselle: bool = False) -> frozenset[date]:
    """The eleven days of article L3133-1, and the two of article L3134-13.

    Two of them were not holidays in every year since 1970: 8 May (again since 1982) and Whit
    Monday (not from 2005 to 2007).
    """
    sunday = easter(year)
    fixed = [(1, 1), (5, 1), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    fixed += [(5, 8)] if year >= 1982 else []
    fixed += [(12, 26)] if alsace_moselle else []
    moving = [1, 39] + ([50] if year not in (2005, 2006, 2007) else [])
    moving += [-2] if alsace_moselle else []
    return frozenset(
        [date(year, month, day) for month, day in fixed]
        + [sunday + timedelta(days=days) for days in moving]
    )


def minutes_of(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])


def within(wall: datetime, hours: list[list[str]]) -> bool:
    at = wall.hour * 60 + wall.minute
    return any(minutes_of(low) <= at < minutes_of(high) for low, high in hours)


def verdict(document: dict[str, Any], instant: datetime) -> str:
    """Why the minute that starts at `instant` is counted or not."""
    wall = instant.astimezone(ZoneInfo(document["timezone"]))
    day = wall.date()
    if any(covers(entry, instant, wall) for entry in document.get("openings", [])):
        return "opening"
    if any(covers(entry, instant, wall) for entry in document.get("closures", [])):
        return "closure"
    for rule in document.get("holidays", []):
        if "date" in rule:
            if rule["date"] == day.isoformat():
                return "holiday"
        elif day in french_holidays(day.year, alsace_moselle=bool(rule.get("subdivision"))):
            return "holiday"
    hours = document["weekly"].get(DAYS[day.weekday()], [])
    if not hours:
        return "weekend" if day.weekday() > 4 else "day_closed"
    return "open" if within(wall, hours) else "outside_hours"


def covers(entry: dict[str, Any], instant: datetime, wall: datetime) -> bool:
    day = wall.date().isoformat()
    if "yearly" in entry:
        return day[5:] == entry["yearly"]
    if "date" in entry:
        return day == entry["date"] and ("hours" not in entry or within(wall, entry["hours"]))
    if "T" in entry["start"]:
        start, end = (datetime.fromisoformat(entry[name]) for name in ("start", "end"))
        return start <= instant < end
    return entry["start"] <= day <= entry["end"]


def elapsed_slowly(document: dict[str, Any], start: datetime, end: datetime) -> int:
    """Counted seconds in [start, end), both on whole minutes."""
    at, total = start.astimezone(UTC), 0
    while at < end:
        total += 60 if verdict(document, at).startswith("open") else 0
        at += MINUTE
    return total
