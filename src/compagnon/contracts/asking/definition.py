"""Reading a form's document: what may stand in it, and what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compagnon.contracts.asking import conditions, limits
from compagnon.contracts.asking.limits import normal

SECTIONS_MAX, FIELDS_MAX, CHOICES_MAX = 20, 100, 200
LABEL_MAX, HELP_MAX = 200, 2000
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
KINDS = (
    "text", "long", "number", "money", "date", "datetime", "choice", "choices", "yesno",
    "person", "site", "asset", "file", "note",
)  # fmt: skip
CHOSEN = frozenset({"choice", "choices"})


@dataclass(frozen=True, slots=True)
class Words:
    """A text in French and English; French where there is no English."""

    fr: str = ""
    en: str = ""

    def said(self, language: str) -> str:
        """The text in that language."""
        return self.fr if language.startswith("fr") or not self.en else self.en


@dataclass(frozen=True, slots=True)
class Field:
    """One question, or a text that explains (``note``)."""

    key: str
    kind: str
    label: Words
    help: Words
    required: bool
    default: str
    least: str
    most: str
    pattern: str
    currency: str
    choices: tuple[tuple[str, Words], ...]
    show: Mapping[str, Any] | None
    require: Mapping[str, Any] | None
    section: str

    @property
    def asks(self) -> bool:
        """Whether it takes an answer."""
        return self.kind != "note"


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under a title."""

    key: str
    title: Words
    show: Mapping[str, Any] | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A whole form, fields in their order."""

    sections: tuple[Section, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field, in order."""
        return tuple(field for section in self.sections for field in section.fields)

    def field(self, key: str) -> Field | None:
        """The field of that key."""
        return next((one for one in self.fields if one.key == key), None)


def words(value: object) -> Words:
    """Read a text in two languages."""
    if isinstance(value, str):
        return Words(value)
    found = value if isinstance(value, Mapping) else {}
    return Words(str(found.get("fr") or ""), str(found.get("en") or ""))


def read(document: Mapping[str, Any]) -> Form:
    """Read a document that has no fault (:func:`faults`)."""
    return Form(
        tuple(
            Section(
                key=section["key"],
                title=words(section.get("title")),
                show=section.get("show"),
                fields=tuple(_field(one, section["key"]) for one in section.get("fields", [])),
            )
            for section in document.get("sections", [])
        )
    )


def _field(one: Mapping[str, Any], section: str) -> Field:
    return Field(
        key=one["key"],
        kind=one["kind"],
        label=words(one.get("label")),
        help=words(one.get("help")),
        required=bool(one.get("required")),
        default=str(one.get("default") or ""),
        least=str(one.get("min") or ""),
        most=str(one.get("max") or ""),
        pattern=str(one.get("pattern") or ""),
        currency=str(one.get("currency") or "EUR"),
        choices=tuple(
            (str(choice["value"]), words(choice.get("label"))) for choice in one.get("choices", [])
        ),
        show=one.get("show"),
        require=one.get("require"),
        section=section,
    )


Fault = tuple[str, str]
"""Where (the key of a field or section, empty for the whole), and what, as a code."""


def faults(document: object, *, empty: bool = False) -> list[Fault]:
    """Say what is wrong with a form's document; nothing when it can be published.

    Args:
        empty: a draft may still have no field.
    """
    if not isinstance(document, dict) or not isinstance(document.get("sections"), list):
        return [("", "shape")]
    sections = document["sections"]
    if not all(isinstance(one, dict) and isinstance(one.get("fields", []), list)
               for one in sections):  # fmt: skip
        return [("", "shape")]
    fields = [one for section in sections for one in section.get("fields", [])]
    if len(sections) > SECTIONS_MAX or len(fields) > FIELDS_MAX:
        return [("", "too_many")]
    found: list[Fault] = [] if empty or any(
        isinstance(one, dict) and one.get("kind") != "note" for one in fields
    ) else [("", "nothing_asked")]  # fmt: skip
    earlier: dict[str, dict[str, Any]] = {}
    known: set[str] = set()
    for section in sections:
        found += _section_faults(section, known, earlier)
        for one in section.get("fields", []):
            found += _field_faults(one, known, earlier)
            if (
                isinstance(one, dict)
                and isinstance(one.get("key"), str)
                and one.get("kind") != "note"
            ):
                earlier.setdefault(one["key"], one)
    return found


def _key_faults(key: object, known: set[str]) -> list[Fault]:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        return [(str(key)[:40], "key")]
    if key in known:
        return [(key, "key_twice")]
    known.add(key)
    return []


def _section_faults(
    section: dict[str, Any], known: set[str], earlier: Mapping[str, Mapping[str, Any]]
) -> list[Fault]:
    found = _key_faults(section.get("key"), known)
    where = str(section.get("key"))[:40]
    found += [(where, code) for code in _words_faults(section.get("title"), LABEL_MAX, False)]
    found += [(where, code) for code in conditions.faults(section.get("show"), earlier)]
    return found


def _words_faults(value: object, most: int, needed: bool) -> list[str]:
    if value is not None and not isinstance(value, str | dict):
        return ["words"]
    if isinstance(value, dict) and not all(
        isinstance(value.get(name) or "", str) for name in ("fr", "en")
    ):
        return ["words"]
    said = words(value)
    if needed and not said.fr.strip():
        return ["label"]
    return ["too_long"] if max(len(said.fr), len(said.en)) > most else []


def _field_faults(
    one: object, known: set[str], earlier: Mapping[str, Mapping[str, Any]]
) -> list[Fault]:
    if not isinstance(one, dict):
        return [("", "shape")]
    found = _key_faults(one.get("key"), known)
    codes: list[str] = []
    if not isinstance(one.get("kind"), str) or one["kind"] not in KINDS:
        return [*found, (str(one.get("key"))[:40], "kind")]
    most = HELP_MAX if one.get("kind") == "note" else LABEL_MAX
    codes += _words_faults(one.get("label"), most, True)
    codes += _words_faults(one.get("help"), HELP_MAX, False)
    for name in ("show", "require"):
        codes += conditions.faults(one.get(name), earlier)
    if not isinstance(one.get("required") or False, bool):
        codes.append("required")
    codes += _choice_faults(one) + limits.faults(one)
    return found + [(str(one.get("key"))[:40], code) for code in dict.fromkeys(codes)]


def _choice_faults(one: dict[str, Any]) -> list[str]:
    choices = one.get("choices", [])
    if one.get("kind") not in CHOSEN:
        return ["choices"] if choices else []
    if not isinstance(choices, list) or not 1 <= len(choices) <= CHOICES_MAX:
        return ["choices"]
    values = []
    for choice in choices:
        if not isinstance(choice, dict) or not isinstance(choice.get("value"), str):
            return ["choices"]
        value = choice["value"]
        # A blank at its end, and no answer would ever be this one.
        if not 0 < len(value) <= 80 or value != normal(value):
            return ["choices"]
        if _words_faults(choice.get("label"), LABEL_MAX, True):
            return ["choices"]
        values.append(value)
    return ["choices"] if len(set(values)) < len(values) else []
