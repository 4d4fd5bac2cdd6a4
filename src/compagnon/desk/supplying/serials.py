"""Serial numbers as people give them: one a line, pasted from a table, or a CSV file."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

MOST = 2000
LONGEST = 128
_HEADERS = re.compile(
    r"^(?:serial(?: ?(?:number|no|nr))?|s/?n|sn|n[°o]? ?(?:de )?serie|numero ?(?:de )?serie|serie)$"
)


class BadSerials(ValueError):
    """What was given is no list of serial numbers; ``code`` says why, ``about`` names what."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(f"{code}: {about}")
        self.code, self.about = code, about


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text)
    return "".join(one for one in folded if not unicodedata.combining(one)).strip().lower()


def _delimiter(line: str) -> str:
    return next((one for one in (";", "\t", ",") if one in line), ";")


def read(text: str) -> list[str]:
    """Give the serial numbers of a text, in order.

    One a line; of a table (``;``, tabs or ``,``) the column whose heading says so, else the first.

    Raises:
        BadSerials: ``too_many``, ``too_long``, ``twice``, ``control``.
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if len(lines) > MOST + 1:
        raise BadSerials("too_many", str(MOST))
    if not lines:
        return []
    rows = [
        [cell.strip() for cell in row]
        for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=_delimiter(lines[0]))
    ]
    heads = [at for at, cell in enumerate(rows[0]) if _HEADERS.match(_plain(cell))]
    column = heads[0] if heads else 0
    found = [row[column] for row in rows[1 if heads else 0 :] if len(row) > column and row[column]]
    return checked(found)


def checked(found: list[str]) -> list[str]:
    """Give the same numbers, once they are found to be some.

    Raises:
        BadSerials: see :func:`read`.
    """
    seen: set[str] = set()
    for one in found:
        if len(one) > LONGEST:
            raise BadSerials("too_long", one[:40])
        if any(unicodedata.category(letter).startswith("C") for letter in one):
            raise BadSerials("control", one[:40])
        if one.casefold() in seen:
            raise BadSerials("twice", one)
        seen.add(one.casefold())
    if len(found) > MOST:
        raise BadSerials("too_many", str(MOST))
    return found
