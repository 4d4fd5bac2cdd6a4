"""Finding what names a person, a place or a machine in a text, and putting marks in its stead.

A help, not a judge: what it finds is shown to the candidate, who decides, and reads the text again.
The same thing gets the same mark throughout («[personne 1]»), so that the account still reads.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a stretch of text names."""

    PERSON = "person"
    ORGANISATION = "organisation"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    NETWORK = "network"
    SERIAL = "serial"
    MACHINE = "machine"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch ``text[start:end]`` that names something, and how it was known."""

    start: int
    end: int
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Known:
    """A name that is known to stand behind this work: of a requester, a company, a machine."""

    text: str
    kind: Kind


# Order matters: an address of mail holds what looks like a machine's name.
PATTERNS: Sequence[tuple[Kind, re.Pattern[str]]] = (
    (Kind.EMAIL, re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")),
    (Kind.NETWORK, re.compile(r"\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b", re.IGNORECASE)),
    (Kind.NETWORK, re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?\b")),
    (Kind.NETWORK, re.compile(r"\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}\b", re.IGNORECASE)),
    (Kind.NETWORK, re.compile(r"\bhttps?://[^\s<>\"')\]]{1,500}", re.IGNORECASE)),
    (Kind.NETWORK, re.compile(r"\\\\[\w.-]{1,80}(?:\\[\w.$ -]{1,80}){0,8}")),
    # French social security numbers: 13 digits and a key, told by their first digit.
    (Kind.NUMBER, re.compile(r"\b[12] ?\d{2} ?\d{2} ?\d{2} ?\d{3} ?\d{3}(?: ?\d{2})?\b")),
    (Kind.NUMBER, re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")),
    (
        Kind.PHONE,
        re.compile(r"(?<![\d.])(?:\+\d{2,3}[ .]?(?:\(0\))?\d|0[1-9])(?:[ .-]?\d{2}){4}(?!\.?\d)"),
    ),
    (
        Kind.ADDRESS,
        re.compile(
            r"\b\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|av\.|boulevard|bd|place|chemin|impasse|"
            r"allée|allee|quai|route|cours|square)\b[^\n,.;]{2,60}"
            r"(?:,? \d{5} [A-ZÉ][\w' -]{1,40})?",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.SERIAL,
        re.compile(
            r"(?:\bs/?n\b|\bserial(?: number)?|n[°o] de série|numéro de série|service tag)"
            r"\s*[:=#]?\s*([A-Z0-9][A-Z0-9-]{4,30})",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.PERSON,
        re.compile(
            r"\b(?:M\.|Mme|Mlle|Monsieur|Madame|Mr\.?|Mrs\.?|Ms\.?|Dr\.?) "
            r"((?:[A-ZÀ-Ý][\w'’-]+)(?: [A-ZÀ-Ý][\w'’-]+){0,2})"
        ),
    ),
    (Kind.MACHINE, re.compile(r"\b(?=[A-Z0-9-]*\d)(?:[A-Z]{2,8}-){1,3}[A-Z0-9]{1,12}\b")),
)
LIMIT = 200_000


def find(text: str, known: Iterable[Known] = ()) -> list[Found]:
    """Give what names somebody or something, in order, no two overlapping.

    Args:
        text: up to 200,000 characters; what is beyond is not read.
        known: names to find wherever they stand, whatever their accents or case.
    """
    text = text[:LIMIT]
    found: list[Found] = []
    taken: list[tuple[int, int]] = []

    def take(start: int, end: int, kind: Kind) -> None:
        if end > start and not any(start < other_end and other < end for other, other_end in taken):
            taken.append((start, end))
            found.append(Found(start, end, kind, text[start:end]))

    for kind, pattern in PATTERNS[:1]:
        for match in pattern.finditer(text):
            take(match.start(), match.end(), kind)
    plain = _plain(text)
    # Longest first: «Société Martin» before «Martin».
    for name in sorted(known, key=lambda one: -len(one.text)):
        wanted = _plain(name.text.strip())
        if len(wanted) < 2:
            continue
        for match in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain):
            take(match.start(), match.end(), name.kind)
    for kind, pattern in PATTERNS[1:]:
        for match in pattern.finditer(text):
            group = 1 if pattern.groups else 0
            take(match.start(group), match.end(group), kind)
    return sorted(found, key=lambda one: one.start)


def _plain(text: str) -> str:
    """Fold case and accents, one character for one, so that places stay the same."""
    out = []
    for letter in text:
        base = unicodedata.normalize("NFD", letter)[0]
        low = base.lower()
        out.append(low if len(low) == 1 else letter)
    return "".join(out)


def mask(text: str, found: Sequence[Found], words: dict[Kind, str]) -> str:
    """Put a mark in the stead of each stretch: its kind's word and a number, the same for the same.

    Args:
        found: as :func:`find` gives them; leave out what the candidate keeps.
        words: how each kind is called in the text's language.
    """
    numbers: dict[tuple[Kind, str], int] = {}
    counts: dict[Kind, int] = {}
    parts: list[str] = []
    place = 0
    for one in sorted(found, key=lambda item: item.start):
        if one.start < place or text[one.start : one.end] != one.text:
            continue
        key = (one.kind, _plain(one.text))
        if key not in numbers:
            counts[one.kind] = counts.get(one.kind, 0) + 1
            numbers[key] = counts[one.kind]
        parts += [text[place : one.start], f"[{words[one.kind]} {numbers[key]}]"]
        place = one.end
    return "".join([*parts, text[place:]])
