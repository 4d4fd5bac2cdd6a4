"""Holidays, closures and exceptional openings in a calendar file."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from reprlib import repr as shown
from typing import Any

from .calendars import (
    Closure,
    DayHours,
    DayRange,
    Holiday,
    Hours,
    InstantRange,
    NamedDay,
    Opening,
    Week,
    YearlyDay,
)
from .errors import CalendarError, InstantError
from .public_holidays import canonical_rule
from .schema_problems import Problems, entries_of, fields, text_of
from .schema_week import read_hours
from .written import moment
from .zones import FIRST_YEAR, LAST_YEAR, resolve_local

_LABEL = ("name", "reason", "title")
_RULE = {
    "country": (),
    "subdivision": ("subdiv", "region", "state", "province", "department"),
    "categories": ("category",),
    "observed": (),
    "except": ("exceptions", "exclude", "worked"),
}
_DAY = {"date": ("day",), "name": ("label", "reason", "title")}
_RANGE = {
    "date": ("day",),
    "start": ("from", "first", "begin"),
    "end": ("to", "until", "last"),
    "yearly": ("every_year",),
    "hours": ("segments",),
    "label": _LABEL,
}
_BETWEEN = re.compile(r"\s*(?:\.\.|/)\s*")
_COUNTRY_STRING = re.compile(r"[A-Za-z]{2,3}(?:-.+)?")
_MONTH_DAY = re.compile(r"(?:--)?(\d{1,2})-(\d{1,2})")


def read_holidays(value: object, path: str, problems: Problems) -> tuple[Holiday, ...]:
    """Rules and dates, from a rule, a list of rules and dates, or an object of date to name."""
    if isinstance(value, dict) and not _is_dates(value):
        return tuple(_rule(value, path, problems))
    if isinstance(value, dict):
        value = [{"date": day, "name": name} for day, name in value.items()]
    if isinstance(value, str):
        value = [value]
    result: list[Holiday] = []
    for index, each in enumerate(entries_of(value, path, problems)):
        where = f"{path}[{index}]"
        if isinstance(each, str) and _COUNTRY_STRING.fullmatch(each.strip()):
            country, _, subdivision = each.strip().partition("-")
            each = {"country": country, "subdivision": subdivision}  # noqa: PLW2901
        if isinstance(each, dict) and "date" not in each and "day" not in each:
            result += _rule(each, where, problems)
            continue
        given = fields(each, _DAY, where, problems) if isinstance(each, dict) else {"date": each}
        day = _date(given.get("date"), f"{where}.date" if "name" in given else where, problems)
        label = text_of(given.get("name"), f"{where}.name", problems)
        if day:
            result.append(NamedDay(day, label))
    return tuple(result)


def _is_dates(value: dict[str, Any]) -> bool:
    return bool(value) and all(re.match(r"\d{4}", key) for key in value)


def _rule(value: dict[str, Any], path: str, problems: Problems) -> list[Holiday]:
    given = fields(value, _RULE, path, problems)
    country = text_of(given.get("country"), f"{path}.country", problems)
    subdivision = given.get("subdivision")
    if isinstance(subdivision, int) and not isinstance(subdivision, bool):
        subdivision = str(subdivision)  # 57 for "57"
    region = text_of(subdivision, f"{path}.subdivision", problems)
    categories = given.get("categories", ["public"])
    observed = given.get("observed", True)
    if isinstance(categories, str):
        categories = [categories]
    lists = (categories, given.get("except") or [])
    if not all(isinstance(each, list) and all(isinstance(x, str) for x in each) for each in lists):
        problems.add("rule_lists", path)
        return []
    if not isinstance(observed, bool):
        problems.add("not_bool", f"{path}.observed")
        return []
    if not country:
        problems.add("field_missing", f"{path}.country")
        return []
    exceptions = tuple(given.get("except") or ())[:100]
    try:
        return [
            canonical_rule(
                country, region, tuple(categories), observed=observed, exceptions=exceptions
            )
        ]
    except CalendarError as error:
        problems.adopt(error, path)
        return []


def read_closures(
    value: object, path: str, zone: str, week: Week, problems: Problems
) -> tuple[Closure, ...]:
    """Closures: days, ranges of days, hours of a day, stretches between instants, yearly days."""
    result: list[Closure] = []
    for index, each in enumerate(entries_of(value, path, problems)):
        where = f"{path}[{index}]"
        given = _given(each, where, problems)
        if given is None:
            continue
        label = text_of(given.get("label"), f"{where}.label", problems)
        if "yearly" in given:
            result += _yearly(given["yearly"], label, f"{where}.yearly", problems)
        elif "hours" in given:
            result += _day_hours(given, label, where, week, problems)
        else:
            result += _range(given, label, where, zone, problems)
    return tuple(result)


def read_openings(
    value: object, path: str, zone: str, week: Week, problems: Problems
) -> tuple[Opening, ...]:
    """Exceptional openings: hours of a day (by default the weekday's own), or two instants."""
    result: list[Opening] = []
    for index, each in enumerate(entries_of(value, path, problems)):
        where = f"{path}[{index}]"
        given = _given(each, where, problems)
        if given is None:
            continue
        label = text_of(given.get("label"), f"{where}.label", problems)
        if "yearly" in given:
            problems.add("opening_yearly", f"{where}.yearly")
        elif "date" in given:
            result += _day_hours(given, label, where, week, problems)
        else:
            for found in _range(given, label, where, zone, problems):
                if isinstance(found, InstantRange):
                    result.append(found)
                else:
                    problems.add("opening_hours", where)
    return tuple(result)


def _given(each: object, path: str, problems: Problems) -> dict[str, Any] | None:
    """One closure or opening under canonical names, from an object, a string or a list."""
    if isinstance(each, dict):
        found = fields(each, _RANGE, path, problems)
        return {name: value for name, value in found.items() if value is not None}
    if isinstance(each, str):
        each = _BETWEEN.split(each.strip())
    if isinstance(each, list) and 0 < len(each) <= 3:
        if len(each) == 1:
            return {"date": each[0]}
        return dict(zip(("start", "end", "label"), each, strict=False))
    problems.add("range_bad", path, value=shown(each))
    return None


def _yearly(value: object, label: str, path: str, problems: Problems) -> list[Closure]:
    found = _MONTH_DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found:
        try:
            return [YearlyDay(int(found[1]), int(found[2]), label)]
        except CalendarError:
            pass
    problems.add("month_day_bad", path, value=shown(value))
    return []


def _day_hours(
    given: dict[str, Any], label: str, path: str, week: Week, problems: Problems
) -> list[DayHours]:
    if "start" in given or "end" in given:
        problems.add("range_mixed", path)
        return []
    day = _date(given.get("date"), f"{path}.date", problems)
    if day is None:
        return []
    if "hours" not in given:
        hours = week[day.weekday()]
        if not hours:
            problems.add("opening_hours", path)
            return []
        return [DayHours(day, hours, label)]
    parts: dict[int, list[Hours]] = {0: [], 1: []}
    for shift, piece in read_hours(given["hours"], f"{path}.hours", problems):
        parts[shift].append(piece)
    if not any(parts.values()):
        problems.add("hours_none", f"{path}.hours")
    return [
        DayHours(day + timedelta(days=shift), tuple(pieces), label)
        for shift, pieces in parts.items()
        if pieces
    ]


def _range(
    given: dict[str, Any], label: str, path: str, zone: str, problems: Problems
) -> list[DayRange | InstantRange]:
    if "date" in given:
        if "start" in given or "end" in given:
            problems.add("range_mixed", path)
            return []
        given = {"start": given["date"], "end": given["date"]}
    bounds = [_moment(given.get(name), f"{path}.{name}", problems) for name in ("start", "end")]
    start, end = bounds
    if start is None or end is None:
        return []
    try:
        if not isinstance(start, datetime) and not isinstance(end, datetime):
            return [DayRange(start, end, label)]
        return [InstantRange(_first(start, zone), _last(end, zone), label)]
    except CalendarError as error:
        problems.adopt(error, path)
    except InstantError as error:
        problems.add(error.code, path, **error.problem.params)
    return []


def _first(bound: date | datetime, zone: str) -> datetime:
    wall = bound if isinstance(bound, datetime) else datetime.combine(bound, datetime.min.time())
    return resolve_local(wall, zone)


def _last(bound: date | datetime, zone: str) -> datetime:
    """A last day given as a date is closed until its end."""
    if isinstance(bound, datetime):
        return resolve_local(bound, zone)
    return _first(bound + timedelta(days=1), zone)


def _moment(value: object, path: str, problems: Problems) -> date | datetime | None:
    try:
        if not isinstance(value, str):
            raise ValueError  # noqa: TRY004, TRY301
        found = moment(value)
    except ValueError:
        problems.add("moment_bad", path, value=shown(value))
        return None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        problems.add("instant_range", path, value=value[:64])
        return None
    return found


def _date(value: object, path: str, problems: Problems) -> date | None:
    found = _moment(value, path, problems)
    if isinstance(found, datetime):
        if found.time() == datetime.min.time() and found.tzinfo is None:
            return found.date()
        problems.add("date_bad", path, value=shown(value))
        return None
    return found
