"""Holidays, closures and openings written in canonical form."""

from __future__ import annotations

from typing import Any

from .calendars import (
    Calendar,
    Closure,
    DayHours,
    DayRange,
    Holiday,
    InstantRange,
    NamedDay,
    Opening,
    YearlyDay,
)
from .written import write_time
from .zones import load_zone


def dump_days(calendar: Calendar) -> dict[str, list[dict[str, Any]]]:
    """The holidays, closures and openings in canonical form."""
    return {
        "holidays": [_dump_holiday(each) for each in calendar.holidays],
        "closures": [_dump_range(each, calendar.timezone) for each in calendar.closures],
        "openings": [_dump_range(each, calendar.timezone) for each in calendar.openings],
    }


def _dump_holiday(holiday: Holiday) -> dict[str, Any]:
    if isinstance(holiday, NamedDay):
        return {"date": holiday.day.isoformat(), "name": holiday.label}
    return {
        "country": holiday.country,
        "subdivision": holiday.subdivision,
        "categories": list(holiday.categories),
        "observed": holiday.observed,
        "except": list(holiday.exceptions),
    }


def _dump_range(each: Closure | Opening, zone: str) -> dict[str, Any]:
    match each:
        case YearlyDay():
            return {"yearly": f"{each.month:02}-{each.day:02}", "label": each.label}
        case DayHours():
            hours = [[write_time(hour.start), write_time(hour.end)] for hour in each.hours]
            return {"date": each.day.isoformat(), "hours": hours, "label": each.label}
        case DayRange() if each.first == each.last:
            return {"date": each.first.isoformat(), "label": each.label}
        case DayRange():
            ends = {"start": each.first.isoformat(), "end": each.last.isoformat()}
        case InstantRange():
            local = [end.astimezone(load_zone(zone)) for end in (each.start, each.end)]
            ends = {"start": local[0].isoformat(), "end": local[1].isoformat()}
    return {**ends, "label": each.label}
