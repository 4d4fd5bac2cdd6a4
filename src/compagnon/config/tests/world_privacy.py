"""An erasure of each client, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from compagnon.people.models import Erasure, ErasureState
from compagnon.people.tests import factories

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client somebody whose erasure ended."""
    side.objects["erasure"] = Erasure.objects.create(
        person=factories.person(side.organisation, last_name=f"Effacé {mark}", is_active=False),
        organisation=side.organisation,
        reason=f"Demande {mark}",
        state=ErasureState.DONE,
        asked_at=timezone.now(),
        ended_at=timezone.now(),
        erased={"people.identity": 1},
        found=[{"place": "people.person.last_name", "rows": 1}],
        journal={"entries": 1, "untouched": True},
    )


PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "people/privacy/erasures/<pk>": lambda side: [side.objects["erasure"].pk],
    "people/privacy/terms/<key>": lambda _side: ["desk.mail_sent"],
    "api/v1/erasures/<erasure_id>": lambda side: [side.objects["erasure"].pk],
    "api/v1/privacy/register/<key>": lambda _side: ["desk.mail_sent"],
}
