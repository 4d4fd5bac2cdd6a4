"""The fact that an attestation states, and how it is written for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What was gained."""

    TITLE = "title"
    CCP = "ccp"
    CCS = "ccs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Who gained what, when, and who says so.

    Args:
        number: of the attestation, unique at its issuer («AT-2026-3-00012»).
        holder: the person's name as it is printed.
        title_code: code of the title («TP-00485»); ``title_name`` its official name.
        element_code: of the certificate, where it is one («CCP 1», «CCS 1»); empty for the title.
        version: of the referential, as it is cited («08, 19/03/2013»); may be empty.
        level: in words («5 (Europe)»); may be empty.
        decided_on: the day of the jury's decision.
        decision: how the decision is cited (number of the minutes); may be empty.
        issued_at: with its zone.
        page: address where it can be checked.
        language: «fr» or «en», the language that it is written in.
    """

    kind: Kind
    number: str
    holder: str
    title_code: str
    title_name: str
    decided_on: date
    issuer: str
    issued_at: datetime
    page: str
    element_code: str = ""
    element_name: str = ""
    version: str = ""
    level: str = ""
    decision: str = ""
    language: str = "fr"

    @property
    def achievement(self) -> str:
        """The name of what was gained."""
        return self.element_name or self.title_name

    @property
    def code(self) -> str:
        """The code of what was gained: «TP-00485», «TP-00485 CCP 1»."""
        return f"{self.title_code} {self.element_code}".strip()


_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
}  # fmt: skip


def long_date(day: date, language: str) -> str:
    """Write a day in full: «1er mars 2026», «1 March 2026»."""
    months = _MONTHS.get(language, _MONTHS["en"])
    number = "1er" if day.day == 1 and language == "fr" else str(day.day)
    return f"{number} {months[day.month - 1]} {day.year}"
