"""Times, dates and durations as people write them, for calendar files and the command line."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from .calendars import DAY

_TIME = re.compile(r"(\d{1,2})(?:\s?[:hH]\s?(?:(\d{2})(?::(\d{2}))?)?)?")
_MIDNIGHT_END = re.compile(r"[T ]24(?::00){0,2}(?=$|Z|[+-])")


def time_of_day(text: str) -> int:
    """Seconds since 00:00 of "9:00", "09:00:30", "9h", "9h30", "24:00". ValueError otherwise."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > DAY:
        raise ValueError(text)
    return total


def write_time(seconds: int) -> str:
    """Seconds of the day as "HH:MM", or "HH:MM:SS" when there are seconds; `DAY` is "24:00"."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}" + (f":{rest:02}" if rest else "")


def moment(text: str) -> date | datetime:
    """An ISO 8601 date, or date and time with or without offset. ValueError otherwise.

    `T24:00` is midnight at the end of the day. A date alone gives a `date`, for the caller to read
    as its first or last instant.
    """
    text = text.strip().upper()
    if len(text) > 40:
        raise ValueError(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    ends_at_midnight = _MIDNIGHT_END.search(text)
    if ends_at_midnight:
        text = text[: ends_at_midnight.start()] + "T00:00" + text[ends_at_midnight.end() :]
    found = datetime.fromisoformat(text)
    try:
        return found + timedelta(days=1) if ends_at_midnight else found
    except OverflowError:
        raise ValueError(text) from None


def duration(text: str) -> int:
    """Seconds of "14400", "4h", "1h30", "1h30m", "90m", "45s" or "PT4H30M". ValueError otherwise.

    Days are refused: a working day has no fixed length.
    """
    bare = text.strip().lower().removeprefix("pt")
    if not 0 < len(bare) <= 20:
        raise ValueError(text)
    if bare.isdecimal() and bare.isascii():
        return int(bare)
    found = re.fullmatch(
        r"(?:(\d+)\s*h)?\s*(?:(\d+)\s*(?:m|min)?)??\s*(?:(\d+)\s*s)?", bare, re.ASCII
    )
    if not found or not any(found.groups()):
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
