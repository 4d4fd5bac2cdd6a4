"""From an opened request to facts."""

from __future__ import annotations

from compagnon.park.inventory.facts import Reading
from compagnon.park.inventory.limits import DEFAULT, Limits
from compagnon.park.inventory.reading import Envelope


def parse(envelope: Envelope, *, limits: Limits = DEFAULT) -> Reading:
    """Understand a request. Raises `Unreadable`."""
    raise NotImplementedError
