"""Calendars as JSON: read them with precise refusals, write them back, publish the schema.

`dump_calendar` writes the one canonical form, which `JSON_SCHEMA` describes. `load_calendar` also
accepts the other spellings listed in docs/reference/clock.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from .calendars import ALL_DAY, Calendar, Week
from .errors import CalendarError, Problem
from .schema_days import read_closures, read_holidays, read_openings
from .schema_dump import dump_days
from .schema_problems import LABEL_MAX, Problems, fields, text_of
from .schema_week import DAY_NAMES, is_day, read_week
from .written import write_time
from .zones import load_zone

FILE_MAX = 1_000_000
"""Largest calendar file, in bytes."""

_CLOSED_WEEK: Week = ((),) * 7
_ROOT = {
    "name": ("title", "label"),
    "timezone": ("tz", "zone"),
    "weekly": (
        "week", "hours", "weekly_hours", "working_hours", "business_hours", "opening_hours",
        "schedule",
    ),
    "always_open": ("24x7", "24/7"),
    "holidays": ("public_holidays",),
    "closures": ("closed", "closings", "extra_closures"),
    "openings": ("exceptional_openings", "extra_openings", "special_openings"),
}  # fmt: skip


def load_calendar_text(text: str | bytes, *, default_name: str = "") -> Calendar:
    """The calendar in a JSON document. CalendarError names every problem with its path."""
    if len(text) > FILE_MAX:
        raise CalendarError([Problem("too_large", params={"maximum": str(FILE_MAX)})])
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        raw = json.loads(text, object_pairs_hook=_no_duplicate, parse_constant=_no_constant)
    except CalendarError:  # a ValueError, that must not be taken for one below
        raise
    except UnicodeDecodeError:
        raise CalendarError([Problem("not_utf8")]) from None
    except RecursionError:
        raise CalendarError([Problem("too_deep")]) from None
    except json.JSONDecodeError as error:
        params = {"line": str(error.lineno), "column": str(error.colno), "value": error.msg}
        raise CalendarError([Problem("json_bad", params=params)]) from None
    except ValueError:  # an integer of thousands of digits
        params = {"line": "?", "column": "?", "value": "number"}
        raise CalendarError([Problem("json_bad", params=params)]) from None
    return load_calendar(raw, default_name=default_name)


def _no_duplicate(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise CalendarError([Problem("json_duplicate", params={"value": key[:64]})])
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise CalendarError([Problem("json_constant", params={"value": name})])


def load_calendar(raw: object, *, default_name: str = "") -> Calendar:
    """The calendar in a decoded JSON object. CalendarError names every problem with its path."""
    problems = Problems()
    if not isinstance(raw, Mapping) or not all(isinstance(key, str) for key in raw):
        raise CalendarError([Problem("not_object")])
    days = {key: value for key, value in raw.items() if is_day(key)}
    rest = {key: value for key, value in raw.items() if key not in days}
    given = fields(rest, _ROOT, "", problems)
    name = text_of(given.get("name"), "name", problems, limit=LABEL_MAX) or default_name
    timezone = _timezone(given.get("timezone"), problems)
    weekly = _weekly(given, days, problems)
    holidays = read_holidays(given.get("holidays"), "holidays", problems)
    closures = read_closures(given.get("closures"), "closures", timezone, weekly, problems)
    openings = read_openings(given.get("openings"), "openings", timezone, weekly, problems)
    problems.raise_any()
    return Calendar(timezone, weekly, name, holidays, closures, openings)


def _timezone(value: object, problems: Problems) -> str:
    """The zone's name; UTC in its place when it is wrong, so that reading goes on."""
    key = text_of(value, "timezone", problems, limit=64)
    if not key:
        problems.add("field_missing", "timezone")
        return "UTC"
    try:
        load_zone(key)
    except CalendarError as error:
        problems.adopt(error, "")
        return "UTC"
    return key


def _weekly(given: Mapping[str, Any], days: Mapping[str, Any], problems: Problems) -> Week:
    always = given.get("always_open", False)
    ways = [bool(days), given.get("weekly") is not None, always is True]
    if not isinstance(always, bool):
        problems.add("not_bool", "always_open")
    elif sum(ways) > 1:
        problems.add("weekly_ways", "weekly")
    elif always:
        return (ALL_DAY,) * 7
    elif days:
        return read_week(days, "", problems)
    elif given.get("weekly") is not None:
        return read_week(given["weekly"], "weekly", problems)
    else:
        problems.add("field_missing", "weekly")
    return _CLOSED_WEEK


def dump_calendar(calendar: Calendar) -> dict[str, Any]:
    """The calendar in canonical form: `load_calendar` gives an equal one back."""
    return {
        "name": calendar.name,
        "timezone": calendar.timezone,
        "weekly": {
            day: [[write_time(each.start), write_time(each.end)] for each in hours]
            for day, hours in zip(DAY_NAMES, calendar.weekly, strict=True)
        },
        **dump_days(calendar),
    }
