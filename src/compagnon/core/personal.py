"""The personal data that the program keeps: what, whose, why, for how long, and how it goes.

Each room registers its *holdings* in its ``personal.py``: one for each kind of personal data, as
the register of processing (article 30 of the General Data Protection Regulation) lists them. A
holding knows how to count, to give and to erase what concerns one person, and to erase what is
past its term. ``people.services.personal`` asks them all in turn.

The journal is no holding: it holds keys and values that are not personal, and nothing changes it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Text
from compagnon.core.models import StoredFile

ERASED = "[…]"
SHORTEST_NAME = 3
"""Letters of a name that is looked for in the texts of others: «Li» stands in half the words."""


class Basis(StrEnum):
    """Why the law allows it: article 6 of the regulation."""

    CONTRACT = "contract"
    LEGAL = "legal"
    INTEREST = "interest"
    CONSENT = "consent"


BASES: Mapping[Basis, Text] = {
    Basis.CONTRACT: _("the contract of service"),
    Basis.LEGAL: _("a legal obligation"),
    Basis.INTEREST: _("a legitimate interest"),
    Basis.CONSENT: _("consent"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The person that is asked about, and what tells them in a text.

    Args:
        names: full names in each order, then the last name alone where it is long enough.
        addresses: of mail, in lower case.
        numbers: of phones, digits only, the national part.
    """

    person_id: int
    first_names: Sequence[str] = ()
    names: Sequence[str] = ()
    addresses: Sequence[str] = ()
    numbers: Sequence[str] = ()

    @property
    def words(self) -> list[str]:
        """What a search for them in every text looks for, as it is written."""
        return [*self.names, *self.addresses]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One kind of personal data.

    Args:
        key: ``room.kind``, never changed: terms are kept under it.
        days: how long it is kept unless an administrator says otherwise; ``None``: no term.
        since: from when the term runs, in words.
        erase: erases what concerns the person, gives how many rows; ``None`` where it stays.
        stays: why it stays, or what of it stays.
        hindrances: what must end first, in words.
        models: labels of the tables whose rows are this, as «desk.message».
        expire: erases up to so many rows whose term ran out before the moment, gives how many.
    """

    key: str
    title: Text
    concerned: Text
    content: Text
    purpose: Text
    basis: Basis
    recipients: Text
    since: Text = ""
    days: int | None = None
    count: Callable[[Subject], int]
    export: Callable[[Subject], Iterable[Mapping[str, Any]]]
    files: Callable[[Subject], Iterable[tuple[str, StoredFile]]] = lambda _subject: ()
    erase: Callable[[Subject], int] | None = None
    stays: Text = ""
    hindrances: Callable[[Subject], list[str]] = lambda _subject: []
    expire: Callable[[datetime, int], int] | None = None
    models: Sequence[str] = ()
    order: int = 50


_HOLDINGS: dict[str, Holding] = {}


def register(*holdings: Holding) -> None:
    """Add kinds of personal data to the register.

    Raises:
        ValueError: at start, if a key is taken.
    """
    for holding in holdings:
        if holding.key in _HOLDINGS:
            raise ValueError(f"{holding.key} is registered already")
        _HOLDINGS[holding.key] = holding


def holdings() -> list[Holding]:
    """Give every kind of personal data, in the order in which it is told and erased."""
    for config in apps.get_app_configs():
        name = f"{config.name}.personal"
        if config.name.startswith("compagnon.") and name != __name__ and find_spec(name):
            import_module(name)
    return sorted(_HOLDINGS.values(), key=lambda one: (one.order, one.key))


def holding(key: str) -> Holding | None:
    """Give the kind of that key."""
    return next((one for one in holdings() if one.key == key), None)


# --- finding a person in texts -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mask:
    """Takes a person's names, addresses and numbers out of texts that others wrote."""

    patterns: Sequence[tuple[re.Pattern[str], bool]]
    numbers: Sequence[str]

    def __call__(self, text: str) -> str:
        """Give the text with marks in their stead; the same text if they are not in it."""
        folded = folded_alike(text)
        cuts = [
            match.span()
            for pattern, is_name in self.patterns
            for match in pattern.finditer(folded)
            # «Petit» names somebody, «petit» does not.
            if not is_name or text[match.start()].isupper()
        ]
        for match in _NUMBER.finditer(text) if self.numbers else ():
            digits = re.sub(r"\D", "", match[0])
            if any(digits.endswith(number) for number in self.numbers):
                cuts.append(match.span())
        out, place = [], 0
        for start, end in sorted(cuts, key=lambda cut: (cut[0], -cut[1])):
            if start < place:
                continue
            out += [text[place:start], ERASED]
            place = end
        return "".join([*out, text[place:]]) if out else text


_NUMBER = re.compile(r"\+?\(?\d(?:[ .\-/()\u00a0\u202f]{0,2}\d){6,16}")


def mask_of(subject: Subject, *, first_names: bool = False) -> Mask:
    """Make the mask of a person.

    Args:
        first_names: where they are spoken to («Bonjour Claire,»), their first name alone too.
    """
    names = [*subject.names, *(subject.first_names if first_names else ())]
    wanted = sorted({*names, *subject.addresses}, key=len, reverse=True)
    found = [(_pattern(one), one not in subject.addresses) for one in wanted if one.strip()]
    return Mask(found, subject.numbers)


def _pattern(name: str) -> re.Pattern[str]:
    # Blanks of any kind between the parts of a name, and none of its letters in a longer word.
    parts = [re.escape(part) for part in folded_alike(name).split()]
    return re.compile(r"(?<!\w)" + r"\s+".join(parts) + r"(?!\w)")


def folded_alike(text: str) -> str:
    """Fold case and accents, one character for one, so that places in the text stay the same."""
    out = []
    for letter in text:
        low = unicodedata.normalize("NFD", letter)[0].lower()
        out.append(low if len(low) == 1 else letter)
    return "".join(out)
