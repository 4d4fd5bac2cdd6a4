"""Words in both languages, and how dates and lists are said in each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Language = Literal["fr", "en"]
_BEFORE = re.compile(r" (?=[:;!?»])")
_INSIDE = re.compile("« ")


@dataclass(frozen=True, slots=True)
class Words:
    """The same sentence in French and in English."""

    fr: str
    en: str

    def text(self, language: Language) -> str:
        """Give the sentence in one language."""
        return _spaced(self.fr) if language == "fr" else self.en

    def document(self) -> dict[str, str]:
        """Give both, as documents hold them."""
        return {"fr": _spaced(self.fr), "en": self.en}

    def fill(self, **values: object) -> Words:
        """Put values in both; a value that is :class:`Words` is said in each language."""
        return Words(
            self.fr.format(**{key: said(value, "fr") for key, value in values.items()}),
            self.en.format(**{key: said(value, "en") for key, value in values.items()}),
        )


def _spaced(french: str) -> str:
    """Put French narrow no-break spaces where an ordinary one was written."""
    return _INSIDE.sub("«\u202f", _BEFORE.sub("\u202f", french))


def said(value: object, language: Language) -> str:
    """Say a value: a date as written in that language, several things with commas."""
    if isinstance(value, Words):
        return value.text(language)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}" if language == "fr" else value.isoformat()
    if isinstance(value, str):
        return value
    if isinstance(value, Iterable):
        return ", ".join(said(one, language) for one in value)
    return str(value)


def words(table: Mapping[str, Any], key: str = "") -> Words:
    """Read ``fr`` and ``en`` (or ``KEY_fr`` and ``KEY_en``) of a table of a rule set.

    Raises:
        KeyError: one of the two languages is missing.
    """
    prefix = f"{key}_" if key else ""
    return Words(table[f"{prefix}fr"], table[f"{prefix}en"])
