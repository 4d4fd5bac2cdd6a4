"""MAC addresses and dates, from the ways agents write them to one."""

from __future__ import annotations

import re
from functools import lru_cache

_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_MAC_DIGITS = re.compile(r"[0-9a-fA-F]{12}")
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_DAYS_FIRST = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_CTIME = re.compile(
    r"(?:[A-Z][a-z]{2},? +)?([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (?:[A-Z]+ )?(\d{4})"
)
_MONTHS = dict(
    zip(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        range(1, 13),
        strict=True,
    )
)


@lru_cache(maxsize=4096)
def normal_mac(value: str) -> str | None:
    """Give ``aa:bb:cc:dd:ee:ff`` from any usual spelling; None when it is none or all zeros."""
    if len(value) > 40:
        return None
    mac = value.strip().lower()
    if not _MAC.fullmatch(mac):
        digits = re.sub(r"[:.\- ]", "", mac)
        if not _MAC_DIGITS.fullmatch(digits):
            return None
        mac = ":".join(digits[at : at + 2] for at in range(0, 12, 2))
    return None if mac == "00:00:00:00:00:00" else mac


@lru_cache(maxsize=4096)
def iso_date(value: str, month_first: bool = False) -> str | None:
    """Read the ways agents write dates: ISO, ``31/12/2024``, ``20241231``, ``Tue Jul 19 …``.

    ``month_first``: ``12/31/2024``, as firmware writes it. Where only one reading is possible, it
    is taken. None when it is no date, or the epoch (an unknown date).
    """
    value = value.strip()[:40]
    found = _ISO.match(value)
    if found:
        return _date(found[1], found[2], found[3], found[4], found[5], found[6])
    found = _DAYS_FIRST.match(value)
    if found:
        first, second = (found[2], found[1]) if month_first else (found[1], found[2])
        if int(second) > 12:
            first, second = second, first
        return _date(found[3], second, first, found[4], found[5], found[6])
    found = _COMPACT.fullmatch(value)
    if found:
        return _date(found[1], found[2], found[3], None, None, None)
    found = _CTIME.match(value)
    if found and found[1] in _MONTHS:
        return _date(found[6], str(_MONTHS[found[1]]), found[2], found[3], found[4], found[5])
    return None


def _date(  # noqa: PLR0917  (a date's parts, in order)
    year: str,
    month: str,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
) -> str | None:
    numbers = (int(year), int(month), int(day))
    if not (1971 <= numbers[0] <= 2200 and 1 <= numbers[1] <= 12 and 1 <= numbers[2] <= 31):
        return None
    date = f"{numbers[0]:04}-{numbers[1]:02}-{numbers[2]:02}"
    if hour is None or int(hour) > 23 or int(minute or 0) > 59 or int(second or 0) > 59:
        return date
    return f"{date}T{int(hour):02}:{minute}:{second or '00'}"
