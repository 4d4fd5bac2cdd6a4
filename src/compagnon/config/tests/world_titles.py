"""What ``titles`` keeps of each client, for the walk of every route (see ``world.py``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compagnon.core.actor import Actor
from compagnon.titles.services.decisions import record_decision
from compagnon.titles.tests import attesting
from compagnon.titles.tests.candidacies import CONTINUOUS

# Where a route of titles names an object, and which of a side's.
PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "titles/attestations/<attestation_id>": lambda side: [side.objects["attestation"].pk],
    "titles/booklets/<person_id>": lambda side: [side.person.pk],
    "api/v1/attestations/<attestation_id>": lambda side: [side.objects["attestation"].pk],
    "titles/rules/<set_id>": lambda _side: ["arretes-2006-2008"],
    "titles/decisions/<decision_id>": lambda side: [side.objects["decision"].pk],
    "api/v1/rule-sets/<set_id>": lambda _side: ["arretes-2006-2008"],
    "api/v1/decisions/<decision_id>": lambda side: [side.objects["decision"].pk],
}


def furnish(side: Any, mark: str) -> None:
    """Add to a client one more of everything that titles keeps."""
    attesting.keys()
    side.objects["decision"] = record_decision(
        actor=Actor.system("tests"),
        organisation=side.organisation,
        document={**CONTINUOUS, "reference": f"Dossier {mark}"},
    )
    side.objects["attestation"] = attesting.attestation(
        side.organisation,
        person=side.person,
        holder=f"Zoé {mark}",
        element_name=f"Assister {mark}",
        decision=f"PV {mark}",
    )
