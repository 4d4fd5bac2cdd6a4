"""One section's values, whatever their type.

What can be read is read; what cannot is left out, with a note. A wrong type in one
field never loses the machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

from compagnon.park.inventory.limits import Limits
from compagnon.park.inventory.spellings import iso_date, normal_mac
from compagnon.park.inventory.texts import FORBIDDEN

Built = TypeVar("Built")

_NUMBER = re.compile(r"([+-]?\d{1,18})(?:[.,]\d*)?")
_NUMBER_AND_UNIT = re.compile(r"([+-]?\d{1,15})(?:[.,](\d{1,6})\d*)?\s*([A-Za-z%/]*)")
_TRUE = {"1", "true", "yes", "on", "enabled", "oui"}
_FALSE = {"0", "false", "no", "off", "disabled", "non", "none"}
_LARGEST = 2**53


class Notes:
    """What was tolerated, each thing once, no more than a bound."""

    def __init__(self, limits: Limits, held: tuple[str, ...] = ()) -> None:
        self.limits = limits
        self._held = dict.fromkeys(held)

    def add(self, note: str) -> None:
        if len(self._held) < self.limits.notes:
            self._held[note] = None

    def as_tuple(self) -> tuple[str, ...]:
        return tuple(self._held)


class Fields:
    """An entry of a section; each reader takes the names to try, the first with a value counts."""

    __slots__ = ("entry", "notes", "section")

    def __init__(self, entry: Mapping[str, Any], section: str, notes: Notes) -> None:
        self.entry = entry
        self.section = section
        self.notes = notes

    def text(self, *names: str, prose: bool = False) -> str | None:
        """A trimmed text, control characters dropped; None when absent or empty."""
        entry = self.entry
        for name in names:
            value = entry.get(name)
            if value is None or value == "":
                continue
            if type(value) is not str:
                value = self._as_text(name, value)
                if not value:
                    continue
            cleaned = self._clean(name, value, prose)
            if cleaned:
                return cleaned
        return None

    def integer(self, *names: str, negative: bool = False) -> int | None:
        """A whole number from a number or digits; decimals are cut. None for anything else."""
        for name in names:
            value = self.entry.get(name)
            if value is None or value == "":
                continue
            found = self._as_integer(name, value)
            if found is None:
                continue
            if abs(found) > _LARGEST or (found < 0 and not negative):
                self.notes.add(f"{self.section}.{name}: out of range, left out")
                continue
            return found
        return None

    def quantity(self, units: Mapping[str, int], *names: str) -> int | None:
        """A number with its unit (``48000 mWh``), in the smallest of `units`, as without unit."""
        for name in names:
            value = self.entry.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST:
                return value
            found = _NUMBER_AND_UNIT.match(value.strip()) if isinstance(value, str) else None
            if found is None or found[1].startswith("-"):
                continue
            factor = units.get(found[3].lower(), 1)
            decimals = found[2] or ""
            return int(found[1]) * factor + (
                int(decimals) * factor // 10 ** len(decimals) if decimals else 0
            )
        return None

    def boolean(self, *names: str) -> bool | None:
        for name in names:
            value = self.entry.get(name)
            if isinstance(value, bool):
                return value
            if isinstance(value, str | int):
                word = str(value).strip().lower()
                if word in _TRUE:
                    return True
                if word in _FALSE:
                    return False
        return None

    def mac(self, *names: str) -> str | None:
        """A MAC address as ``aa:bb:cc:dd:ee:ff``; None when it is none or all zeros."""
        for name in names:
            value = self.entry.get(name)
            if isinstance(value, list):
                value = value[0] if value else None
            if isinstance(value, str):
                mac = normal_mac(value)
                if mac:
                    return mac
        return None

    def date(self, *names: str, month_first: bool = False) -> str | None:
        """A date or a time, ISO 8601; None when it cannot be read or is the epoch."""
        value = self.text(*names)
        return iso_date(value, month_first) if value else None

    def texts(self, name: str) -> tuple[str, ...]:
        """A repeated value, each once, in order."""
        value = self.entry.get(name)
        values = value if isinstance(value, list) else [value]
        found = (self._as_text(name, one) for one in values if one not in (None, ""))
        return tuple(dict.fromkeys(self._clean(name, one, False) for one in found if one))

    def inside(self, name: str) -> Fields:
        """A nested object; empty when absent or something else."""
        value = self.entry.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, dict):
            value = {}
        return Fields(value, f"{self.section}.{name}", self.notes)

    def each(self, name: str, inner: str | None = None) -> Iterator[Fields]:
        """The entries of a nested list; ``inner`` where XML wraps them (PORTS/PORT)."""
        value = self.entry.get(name)
        if inner is not None and isinstance(value, dict) and inner in value:
            value = value[inner]
        elif isinstance(value, list) and inner is not None:
            value = [one.get(inner, one) if isinstance(one, dict) else one for one in value]
        for one in flat(value):
            if isinstance(one, dict):
                yield Fields(one, f"{self.section}.{name}", self.notes)
            elif one not in (None, ""):
                self.notes.add(f"{self.section}.{name}: entries of a wrong type, left out")

    def _as_text(self, name: str, value: object) -> str | None:
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value not in (None, [], {}):
            self.notes.add(f"{self.section}.{name}: of a wrong type, left out")
        return None

    def _as_integer(self, name: str, value: object) -> int | None:
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str):
            found = _NUMBER.fullmatch(value.strip())
            if found:
                return int(found[1])
        self.notes.add(f"{self.section}.{name}: no number, left out")
        return None

    def _clean(self, name: str, value: str, prose: bool) -> str:
        if not value.isprintable():
            value = FORBIDDEN.sub("", value)
        value = value.strip()
        limits = self.notes.limits
        most = limits.prose_chars if prose else limits.value_chars
        if len(value) > most:
            self.notes.add(f"{self.section}.{name}: longer than {most} characters, cut")
            value = value[:most].rstrip()
        return value


def flat(value: object) -> list[Any]:
    """A section as a list: an object alone counts for one, nothing for none."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def build_all(
    content: Mapping[str, Any],
    section: str,
    notes: Notes,
    build: Callable[[Fields], Built | None],
) -> tuple[tuple[Built, ...], int]:
    """Build each entry of a section; give them, and how many entries said nothing."""
    built: list[Built] = []
    silent = 0
    for entry in flat(content.get(section))[: notes.limits.entries]:
        if not isinstance(entry, dict):
            if entry in (None, ""):
                silent += 1
            else:
                notes.add(f"{section}: entries of a wrong type, left out")
            continue
        fact = build(Fields(entry, section, notes))
        if fact is None:
            silent += 1
        else:
            built.append(fact)
    if len(flat(content.get(section))) > notes.limits.entries:
        notes.add(f"{section}: more than {notes.limits.entries} entries, the others left out")
    return tuple(built), silent


def section_names(content: Mapping[str, Any]) -> frozenset[str]:
    """The sections that a message holds and that can be read; 200 at most."""
    names = (name for name, value in content.items() if len(name) <= 60 and _readable(value))
    return frozenset(islice(names, 200))


def _readable(value: object) -> bool:
    """Whether a section says something that can be read: a list of texts is no list of entries."""
    if isinstance(value, list) and value:
        return any(isinstance(one, dict) for one in value)
    return True
