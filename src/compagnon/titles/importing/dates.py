"""Dates as French documents write them."""

from __future__ import annotations

import re
from datetime import date

from compagnon.titles.importing.labels import fold

MONTHS = {
    name: number
    for number, name in enumerate(
        ["janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre",
         "octobre", "novembre", "decembre"],
        start=1,
    )
}  # fmt: skip
FIGURES = re.compile(r"(?<![\d-])(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?!\d)")
WORDS = re.compile(r"(?<!\d)(1\s?er|\d{1,2})\s+([a-zA-ZûÛéÉ]{3,10})\s+(\d{4})(?!\d)")
ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")


def dates(text: str) -> list[date]:
    """Give the dates that stand in the text, in order: 19/03/2013, 1er août 2008, 2013-03-19."""
    found: list[tuple[int, date]] = []
    for match in FIGURES.finditer(text):
        _add(found, match.start(), match[3], match[2], match[1])
    for match in WORDS.finditer(text):
        month = MONTHS.get(fold(match[2]))
        if month:
            _add(found, match.start(), match[3], str(month), match[1].rstrip("er "))
    for match in ISO.finditer(text):
        _add(found, match.start(), match[1], match[2], match[3])
    return [day for _at, day in sorted(found)]


def first_date(text: str) -> date | None:
    """Give the first date in the text, if there is one."""
    found = dates(text)
    return found[0] if found else None


def _add(found: list[tuple[int, date]], at: int, year: str, month: str, day: str) -> None:
    try:
        found.append((at, date(int(year), int(month), int(day))))
    except ValueError:  # 31/02: not a date, whatever it looks like
        return
