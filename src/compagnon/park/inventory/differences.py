"""What changed between two inventories of one machine, as lines a person reads."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from compagnon.park.inventory.documents import FIELDS
from compagnon.park.inventory.facts import Report
from compagnon.park.inventory.noise import (
    SILENT_FIELDS,
    free_band,
    quiet,
    settled,
    supply_band,
)
from compagnon.park.inventory.sections import tells


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the journal."""

    section: str
    """A field of `Report`: ``machine``, ``operating_system``, ``software``, ``volumes``…"""
    action: Literal["added", "removed", "changed"]
    subject: str
    """What it is about, readable: ``Firefox``, ``/home``; empty for the machine and its system."""
    field: str | None = None
    """For a change: the field, as named in `facts`."""
    before: str | None = None
    after: str | None = None
    """For a thing added or removed, its version, size or serial where it has one."""


def difference(before: Report, after: Report) -> list[Change]:
    """Say what changed, noise left out; of a partial report only the sections present count.

    Entries are matched by what names them (a volume by its mount point, a disk by its serial…); a
    package whose version moved is one change, not a removal and an addition.
    """
    changes = [
        *_of_one("machine", before.machine, after.machine, partial=after.partial),
        *_of_system(before, after),
    ]
    for field in FIELDS:
        if field not in SILENT_FIELDS and tells(after, field):
            changes += _of_many(field, getattr(before, field), getattr(after, field))
    return changes


def _of_system(before: Report, after: Report) -> Iterator[Change]:
    old, new = before.operating_system, after.operating_system
    if not tells(after, "operating_system") or (old is None and new is None):
        return
    if old is None or new is None:
        known = old or new
        assert known is not None  # noqa: S101  (one of the two stands)
        name = known.full_name or known.name or ""
        yield Change("operating_system", "added" if old is None else "removed", name)
        return
    yield from _of_one("operating_system", old, new, partial=after.partial)


def _of_one(section: str, before: Any, after: Any, *, partial: bool) -> Iterator[Change]:
    """Field by field. A partial report that leaves a field out says nothing of it."""
    left, right = quiet(section, before), quiet(section, after)
    for name in _names(before):
        old, new = getattr(before, name), getattr(after, name)
        if old == new or getattr(left, name) == getattr(right, name):
            continue
        if partial and new in (None, ()):
            continue
        yield Change(section, "changed", "", name, _shown(old), _shown(new))


def _of_many(section: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> Iterator[Change]:
    old, new = _by_key(section, before), _by_key(section, after)
    for key in sorted(old.keys() | new.keys(), key=repr):
        left, right = _unmatched(section, old.get(key, []), new.get(key, []))
        if len(left) == 1 and len(right) == 1:
            yield from _between(section, left[0], right[0])
            continue
        for fact in left:
            yield Change(section, "removed", _subject(fact), before=_told(section, fact))
        for fact in right:
            yield Change(section, "added", _subject(fact), after=_told(section, fact))


def _by_key(section: str, facts: tuple[Any, ...]) -> dict[Any, list[Any]]:
    grouped: dict[Any, list[Any]] = defaultdict(list)
    key: Callable[[Any], Any] = _KEYS.get(section, _subject)
    for fact in settled(facts) if section == "interfaces" else facts:
        grouped[key(fact)].append(fact)
    return grouped


def _unmatched(section: str, left: list[Any], right: list[Any]) -> tuple[list[Any], list[Any]]:
    """What is not on both sides once noise is blanked; repeated entries count once."""
    old = {quiet(section, fact): fact for fact in left}
    new = {quiet(section, fact): fact for fact in right}
    return (
        [fact for silent, fact in old.items() if silent not in new],
        [fact for silent, fact in new.items() if silent not in old],
    )


def _between(section: str, old: Any, new: Any) -> Iterator[Change]:
    """One entry that changed: each field that did."""
    left, right = quiet(section, old), quiet(section, new)
    for name in _names(old):
        if getattr(left, name) == getattr(right, name):
            continue
        shown = _LEVELS.get((section, name))
        told = [shown(fact) if shown else _shown(getattr(fact, name)) for fact in (old, new)]
        yield Change(section, "changed", _subject(new), name, *told)


def _names(fact: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(fact))


def _shown(value: Any) -> str | None:
    if value is None or value == ():
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(
            str(_subject(one) if dataclasses.is_dataclass(one) else one) for one in value
        )
    return str(value)


def _subject(fact: Any) -> str:
    """What a person calls this entry."""
    for name in _SUBJECTS:
        value = getattr(fact, name, None)
        if value not in (None, "", ()):
            return str(value)
    return ""


def _told(section: str, fact: Any) -> str | None:
    """What is said beside the subject of a thing added or removed."""
    for name in _BESIDE.get(section, ("serial",)):
        value = getattr(fact, name, None)
        if value not in (None, ""):
            return f"{value} MiB" if name.endswith("_mib") else str(value)
    return None


def _free(volume: Any) -> str | None:
    if free_band(volume) is None:
        return _shown(volume.free_mib)
    return f"{100 * volume.free_mib // volume.total_mib} %"


def _level(cartridge: Any) -> str | None:
    return cartridge.value if supply_band(cartridge) is None else f"{cartridge.level_percent} %"


_LEVELS: Final[dict[tuple[str, str], Callable[[Any], str | None]]] = {
    ("volumes", "free_mib"): _free,
    ("cartridges", "level_percent"): _level,
}
_SUBJECTS: Final = (
    "name",
    "mount",
    "full_name",
    "caption",
    "slot",
    "model",
    "description",
    "device",
    "profile",
    "identifier",
    "login",
    "serial",
    "number",
    "index",
    "type",
    "status",
)
_BESIDE: Final = {
    "software": ("version",),
    "memory": ("capacity_mib", "serial"),
    "storages": ("serial", "size_mib"),
    "volumes": ("total_mib",),
    "interfaces": ("mac", "ipv4"),
    "virtual_machines": ("uuid", "status"),
    "databases": ("version",),
    "antivirus": ("version",),
    "firmwares": ("version",),
    "ports": ("mac",),
}
_KEYS: Final[dict[str, Callable[[Any], Any]]] = {
    "processors": lambda fact: (fact.name, fact.serial),
    "memory": lambda fact: (fact.slot, fact.caption),
    "storages": lambda fact: fact.serial or (fact.name, fact.model),
    "volumes": lambda fact: fact.mount or fact.device or fact.serial,
    "interfaces": lambda fact: fact.name or fact.mac,
    "monitors": lambda fact: fact.serial or fact.name,
    "software": lambda fact: ((fact.name or "").lower(), fact.architecture),
    "virtual_machines": lambda fact: (fact.uuid or "").lower() or fact.name,
    "databases": lambda fact: (fact.name, fact.port),
    "batteries": lambda fact: (fact.name, fact.serial),
    "controllers": lambda fact: (fact.pci_slot, fact.name),
    "usb_devices": lambda fact: (fact.vendor_id, fact.product_id, fact.serial),
    "ports": lambda fact: fact.number if fact.number is not None else fact.name,
    "components": lambda fact: (fact.index, fact.name),
}
"""What names an entry; elsewhere, its subject."""
