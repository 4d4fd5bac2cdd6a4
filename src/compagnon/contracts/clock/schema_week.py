"""Opening hours in a calendar file: the hours of a day, and the week."""

from __future__ import annotations

import re
from reprlib import repr as shown
from typing import Any

from .calendars import ALL_DAY, DAY, Hours, Week
from .schema_problems import Problems, fields
from .written import time_of_day

SEGMENTS_MAX = 48
"""Most opening segments in one day."""

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FRENCH = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_SPELLINGS = {
    **{name[:length]: i for i, name in enumerate(DAY_NAMES) for length in (2, 3, len(name))},
    **{name[:length]: i for i, name in enumerate(_FRENCH) for length in (3, len(name))},
    "tues": 1, "thur": 3, "thurs": 3, "weds": 2,
}  # fmt: skip
_GROUPS = {
    "weekdays": range(5), "weekday": range(5), "weekend": range(5, 7), "weekends": range(5, 7),
    "everyday": range(7), "daily": range(7), "all": range(7),
}  # fmt: skip
_SEPARATOR = re.compile(r"\s*(?:-|–|—|→|/|\.\.)\s*")
_FULL_DAY = {"24h", "24/24", "24x7", "24/7", "open", "all day", "always"}
_CLOSED = {"", "closed", "none", "off", "fermé"}
_PAIR = {"start": ("from", "open", "opens", "begin"), "end": ("to", "until", "close", "closes")}

Piece = tuple[int, Hours]
"""Hours, and the day they fall on: 0 the day itself, 1 the next one (after midnight)."""


def read_hours(value: object, path: str, problems: Problems) -> list[Piece]:
    """The opening segments of one day, in any accepted form.

    A segment that ends before it starts runs past midnight: its second piece is on the next day.
    """
    said = value.strip().casefold() if isinstance(value, str) else value
    if said is None or said is False or (isinstance(said, str) and said in _CLOSED):
        return []
    if said is True or (isinstance(said, str) and said in _FULL_DAY):
        return [(0, ALL_DAY[0])]
    if isinstance(said, str):
        value = [part for part in re.split(r"\s*[,;]\s*", said) if part]
    if isinstance(value, dict) or _is_pair(value):
        return _segment(value, path, problems)
    if isinstance(value, list) and len(value) <= SEGMENTS_MAX:
        return [
            piece
            for index, each in enumerate(value)
            for piece in _segment(each, f"{path}[{index}]", problems)
        ]
    if isinstance(value, list):
        problems.add("too_many", path, maximum=SEGMENTS_MAX)
    else:
        problems.add("hours_bad", path, value=shown(value))
    return []


def _is_pair(value: object) -> bool:
    """Whether a list is one segment, ["09:00", "12:00"], rather than a list of segments."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(each, str) and _is_time(each) for each in value)
    )


def _is_time(text: str) -> bool:
    try:
        time_of_day(text)
    except ValueError:
        return False
    return True


def _segment(value: object, path: str, problems: Problems) -> list[Piece]:
    ends: list[tuple[Any, str]]
    if isinstance(value, str):
        ends = [(part, path) for part in _SEPARATOR.split(value.strip())]
    elif isinstance(value, dict):
        given = fields(value, _PAIR, path, problems)
        ends = [(given.get(name), f"{path}.{name}") for name in _PAIR]
    elif isinstance(value, list):
        ends = [(each, f"{path}[{index}]") for index, each in enumerate(value)]
    else:
        ends = []
    if len(ends) != 2:
        problems.add("segment_bad", path, value=shown(value))
        return []
    times: list[int] = []
    for each, where in ends:
        try:
            if not isinstance(each, str):
                raise ValueError  # noqa: TRY004, TRY301
            times.append(time_of_day(each))
        except ValueError:
            problems.add("time_bad", where, value=shown(each))
    if len(times) != 2:
        return []
    return _pieces(times[0], times[1], path, problems)


def _pieces(start: int, end: int, path: str, problems: Problems) -> list[Piece]:
    end = end or DAY  # an end at 00:00 is midnight at the end of the day
    if start in (end, DAY):
        problems.add("segment_empty", path)
        return []
    if start < end:
        return [(0, Hours(start, end))]
    return [(0, Hours(start, DAY)), (1, Hours(0, end))]


def read_week(value: object, path: str, problems: Problems) -> Week:
    """The week, in any accepted form; days that are not named are closed."""
    days: list[list[Hours]] = [[] for _ in range(7)]
    named: dict[int, str] = {}
    for key, hours, where in _entries(value, path, problems):
        indexes = [key] if isinstance(key, int) else _days(key, where, problems)
        pieces = read_hours(hours, where, problems)
        for index in indexes:
            if index in named and isinstance(value, dict):
                problems.add("day_twice", where, value=DAY_NAMES[index], first=named[index])
            named[index] = where
            for shift, each in pieces:
                days[(index + shift) % 7].append(each)
    return tuple(tuple(each) for each in days)


def _entries(value: object, path: str, problems: Problems) -> list[tuple[int | str, Any, str]]:
    """`(day, hours, path)` of each entry; `day` is 0 (Monday) to 6, or a name to read."""
    if isinstance(value, str) and value.strip().casefold() in _FULL_DAY:
        return [(index, True, path) for index in range(7)]
    if isinstance(value, dict):
        found = {str(key): hours for key, hours in value.items() if not str(key).startswith("_")}
        first = _numbering([*found], path, problems)
        return [
            (
                int(key) - first if _is_number(key) else key,
                hours,
                f"{path}.{key[:64]}" if path else key[:64],
            )
            for key, hours in found.items()
            if not _is_number(key) or 0 <= int(key) - first <= 6
        ]
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return _rows(value, path, problems)
    if isinstance(value, list) and len(value) == 7:
        return [(index, hours, f"{path}[{index}]") for index, hours in enumerate(value)]
    problems.add("week_bad", path, value=shown(value))
    return []


def _rows(
    rows: list[dict[str, Any]], path: str, problems: Problems
) -> list[tuple[int | str, Any, str]]:
    """Rows such as `{"day": "monday", "start": "09:00", "end": "12:00"}`."""
    accepted = {**_PAIR, "day": ("days", "weekday"), "hours": ("segments",)}
    read: list[tuple[list[str], Any, str]] = []
    if len(rows) > 7 * SEGMENTS_MAX:
        problems.add("too_many", path, maximum=7 * SEGMENTS_MAX)
        return []
    for index, row in enumerate(rows):
        where = f"{path}[{index}]"
        given = fields(row, accepted, where, problems)
        day = given.pop("day", None)
        wanted = [str(each) for each in (day if isinstance(day, list) else [day])]
        if "hours" in given and not given.keys().isdisjoint(_PAIR):
            problems.add("field_twice", where, value="hours")
        hours = given["hours"] if "hours" in given else [[given.get(name) for name in _PAIR]]
        read.append((wanted, hours, where))
    first = _numbering([each for wanted, _, _ in read for each in wanted], path, problems)
    return [
        (int(each) - first if _is_number(each) else each, hours, where)
        for wanted, hours, where in read
        for each in wanted
        if not _is_number(each) or 0 <= int(each) - first <= 6
    ]


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdecimal() and len(key) < 3


def _numbering(keys: list[str], path: str, problems: Problems) -> int:
    """What Monday's number is: 0 when a day is numbered 0, else 1 (ISO 8601)."""
    numbers = {int(key) for key in keys if _is_number(key)}
    first = 0 if 0 in numbers else 1
    for number in sorted(numbers):
        if not 0 <= number - first <= 6:
            problems.add("day_number", path, value=number)
    return first


def is_day(key: str) -> bool:
    """Whether a field at the root of a calendar names days of the week."""
    folded = key.strip().casefold()
    return folded in _GROUPS or all(
        _SPELLINGS.get(each.rstrip(".")) is not None
        for part in folded.split(",")
        for each in _SEPARATOR.split(part.strip())
    )


def _days(key: str, path: str, problems: Problems) -> list[int]:
    """The days named by "monday", "Mon", "lundi", "mon-fri", "sat,sun" or "weekdays"."""
    result: list[int] = []
    for part in key.strip().casefold().split(","):
        if part.strip() in _GROUPS:
            result += _GROUPS[part.strip()]
            continue
        ends = [_SPELLINGS.get(each.rstrip(".")) for each in _SEPARATOR.split(part.strip())]
        first, last = ends[0], ends[-1]
        if first is None or last is None or len(ends) > 2:
            problems.add("day_unknown", path, value=key[:64])
            return []
        result += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return result
