"""A short text in the two languages of the interface, for parts that know no gettext."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

NARROW = "\u202f"
"""Narrow no-break space: French typography wants it before « : ; ! ? » and inside guillemets."""


@dataclass(frozen=True, slots=True)
class Text:
    """The same short text in French and in English."""

    fr: str
    en: str

    @classmethod
    def same(cls, value: str) -> Text:
        """A text that a person typed, shown as it is in both languages."""
        return cls(value, value)

    def in_language(self, language: Language) -> str:
        """The text in `language`."""
        return self.fr if language == "fr" else self.en
