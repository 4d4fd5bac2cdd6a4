"""What ``titles`` keeps of each client, for the walk of every route (see ``world.py``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compagnon.config.tests import world_candidacies, world_results, world_sessions
from compagnon.core.actor import Actor
from compagnon.titles.importing.outline import Activity, Competence, Recognised
from compagnon.titles.models import Correspondence, TitleVersion
from compagnon.titles.services import referentials
from compagnon.titles.services.decisions import record_decision
from compagnon.titles.tests import attesting
from compagnon.titles.tests.candidacies import CONTINUOUS

# Where a route of titles names an object, and which of a side's.
PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "titles/referentials/versions/<version_id>": lambda _side: [_first(TitleVersion)],
    "titles/referentials/correspondences/<correspondence_id>": lambda _side: [
        _first(Correspondence)
    ],
    "titles/referentials/documents/<document_id>": lambda side: [side.objects["document"].pk],
    "api/v1/title-versions/<version_id>": lambda _side: [_first(TitleVersion)],
    "api/v1/correspondences/<correspondence_id>": lambda _side: [_first(Correspondence)],
    "titles/attestations/<attestation_id>": lambda side: [side.objects["attestation"].pk],
    "titles/booklets/<person_id>": lambda side: [side.person.pk],
    "api/v1/booklets/<person_id>": lambda side: [side.person.pk],
    "api/v1/attestations/<attestation_id>": lambda side: [side.objects["attestation"].pk],
    "titles/rules/<set_id>": lambda _side: ["arretes-2006-2008"],
    "titles/decisions/<decision_id>": lambda side: [side.objects["decision"].pk],
    "api/v1/rule-sets/<set_id>": lambda _side: ["arretes-2006-2008"],
    "api/v1/decisions/<decision_id>": lambda side: [side.objects["decision"].pk],
    **world_candidacies.PARAMETERS,
    **world_sessions.PARAMETERS,
    **world_results.PARAMETERS,
}


def _first(model: Any) -> int:
    return int(model.objects.earliest("pk").pk)


def _document(mark: str) -> Any:
    """A document that somebody imported: its name says whose it was."""
    found = Recognised("descriptor", title="Gardien de refuge", code="TP-09999")
    found.activities = [Activity(1, "Tenir un refuge", [Competence(1, "Accueillir")])]
    content = f"Descriptif {mark}".encode()
    system = Actor.system("tests")
    return referentials.import_document(
        actor=system, found=found, name=f"{mark}.txt", content=content
    ).document


def furnish(side: Any, mark: str) -> None:
    """Add to a client one more of everything that titles keeps."""
    attesting.keys()
    referentials.install_shipped(actor=Actor.system("tests"))
    side.objects["document"] = _document(mark)
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
    world_candidacies.furnish(side, mark)
    world_sessions.furnish(side, mark)
    world_results.furnish(side, mark)
