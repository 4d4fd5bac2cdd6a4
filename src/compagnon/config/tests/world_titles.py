"""What ``titles`` keeps of each client, for the walk of every route (see ``world.py``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compagnon.titles.tests import attesting

# Where a route of titles names an object, and which of a side's.
PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "titles/attestations/<attestation_id>": lambda side: [side.objects["attestation"].pk],
    "titles/booklets/<person_id>": lambda side: [side.person.pk],
    "api/v1/attestations/<attestation_id>": lambda side: [side.objects["attestation"].pk],
}


def furnish(side: Any, mark: str) -> None:
    """Add to a client one more of everything that titles keeps."""
    attesting.keys()
    side.objects["attestation"] = attesting.attestation(
        side.organisation,
        person=side.person,
        holder=f"Zoé {mark}",
        element_name=f"Assister {mark}",
        decision=f"PV {mark}",
    )
