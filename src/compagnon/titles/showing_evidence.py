"""How coverage, evidence and marks are told on pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from compagnon.titles.evidence.coverage import Advice, Covered, Level
from compagnon.titles.evidence.masking import Found, Kind
from compagnon.titles.models import EvidenceState
from compagnon.titles.queries.evidence import Cell

LEVELS: Mapping[Level, tuple[str | Promise, str, str]] = {
    Level.STRONG: (pgettext_lazy("coverage", "strong"), "green", "check"),
    Level.THIN: (pgettext_lazy("coverage", "thin"), "yellow", "progress"),
    Level.MISSING: (pgettext_lazy("coverage", "missing"), "red", "x"),
}
STATES: Mapping[str, tuple[str, str]] = {
    EvidenceState.PROPOSED: ("blue", "sparkles"),
    EvidenceState.CHOSEN: ("orange", "square-check"),
    EvidenceState.ATTESTED: ("green", "check"),
    EvidenceState.ASIDE: ("secondary", "x"),
}
_ADVICE: Mapping[Advice, str | Promise] = {
    Advice.NOTHING: _("Nothing more is needed."),
    Advice.FIND: _("No work of this kind yet: ask for some, or prepare a situation."),
    Advice.ATTEST: _("Ask your tutor or your trainer to attest one."),
    Advice.MORE: _("Add a second piece of work done here."),
}
WORDS: Mapping[Kind, str | Promise] = {
    Kind.PERSON: pgettext_lazy("mask", "person"),
    Kind.ORGANISATION: pgettext_lazy("mask", "organisation"),
    Kind.EMAIL: pgettext_lazy("mask", "mail address"),
    Kind.PHONE: pgettext_lazy("mask", "phone"),
    Kind.ADDRESS: pgettext_lazy("mask", "place"),
    Kind.NETWORK: pgettext_lazy("mask", "network address"),
    Kind.SERIAL: pgettext_lazy("mask", "serial number"),
    Kind.MACHINE: pgettext_lazy("mask", "machine"),
    Kind.NUMBER: pgettext_lazy("mask", "number"),
}


def words() -> dict[Kind, str]:
    """Give how each kind of mark is called, in the language in force."""
    return {kind: str(word) for kind, word in WORDS.items()}


def advice(covered: Covered) -> str:
    """Say what to do next for a competence."""
    if covered.advice is Advice.CHOOSE:
        return ngettext(
            "Choose among your proposals: %(count)d waits.",
            "Choose among your proposals: %(count)d wait.",
            covered.proposed,
        ) % {"count": covered.proposed}
    if covered.advice is Advice.CRITERIA:
        count = len(covered.missing_criteria)
        return ngettext(
            "%(count)d criterion is shown by nothing yet.",
            "%(count)d criteria are shown by nothing yet.",
            count,
        ) % {"count": count}
    return str(_ADVICE[covered.advice])


@dataclass(frozen=True, slots=True)
class Told:
    """A competence's coverage in words."""

    cell: Cell
    level: str | Promise
    colour: str
    icon: str
    advice: str


def told(cell: Cell) -> Told:
    """Tell a competence's coverage."""
    word, colour, icon = LEVELS[cell.covered.level]
    return Told(cell, word, colour, icon, advice(cell.covered))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: plain, or found, with the value of its tick box."""

    text: str
    found: Found | None = None
    key: str = ""
    word: str | Promise = ""


def spans(text: str, found: Sequence[Found], at: int = 0) -> list[Span]:
    """Cut a text where something was found; ``at`` is where it begins in the whole account."""
    parts: list[Span] = []
    place = 0
    for one in found:
        if one.start > place:
            parts.append(Span(text[place : one.start]))
        parts.append(Span(one.text, one, f"{one.start + at}:{one.end + at}", WORDS[one.kind]))
        place = one.end
    if place < len(text):
        parts.append(Span(text[place:]))
    return parts
