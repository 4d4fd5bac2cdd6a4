"""Finding a calendar by what a person writes: a file, or a name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .builtin import BUILT_IN
from .calendars import Calendar
from .errors import CalendarError, Problem
from .schema import FILE_MAX, load_calendar_text

ResolveName = Callable[[str], Calendar | None]
"""Finds a calendar by its name, None when there is none; the room looks in its database."""


def find_calendar(wanted: str, resolve_name: ResolveName | None = None) -> Calendar:
    """The calendar of a file or a name. A name is looked up by `resolve_name`, then built in.

    CalendarError `file_unreadable`, `calendar_unknown`, or any refusal of the file.
    """
    path = Path(wanted)
    if not wanted.lower().endswith(".json") and path.name == wanted:
        found = resolve_name(wanted) if resolve_name else None
        found = found or BUILT_IN.get(wanted)
        if found:
            return found
        if _is_file(path):
            return _read_file(path)
        params = {"value": wanted[:64], "known": ", ".join(BUILT_IN)}
        raise CalendarError([Problem("calendar_unknown", params=params)])
    return _read_file(path)


def _is_file(path: Path) -> bool:
    with suppress(OSError, ValueError):  # a name too long, or with a null character
        return path.is_file()
    return False


def _read_file(path: Path) -> Calendar:
    try:
        with path.open("rb") as stream:
            content = stream.read(FILE_MAX + 1)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        detail = getattr(error, "strerror", None) or str(error)
        params = {"value": str(path)[:200], "detail": detail}
        raise CalendarError([Problem("file_unreadable", params=params)]) from None
    return load_calendar_text(content, default_name=path.stem)
