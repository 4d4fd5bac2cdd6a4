"""What changed between two inventories of one machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compagnon.park.inventory.facts import Report


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the journal."""

    section: str
    """``machine``, ``operating_system``, ``software``, ``volumes``…: a field of `Report`."""
    action: Literal["added", "removed", "changed"]
    subject: str
    """What it is about, readable: ``Firefox``, ``/home``, ``serial``."""
    field: str | None = None
    """For a change: the field, as named in `facts`."""
    before: str | None = None
    after: str | None = None


def difference(before: Report, after: Report) -> list[Change]:
    """Say what changed, noise left out; of a partial report only the sections present count."""
    raise NotImplementedError
