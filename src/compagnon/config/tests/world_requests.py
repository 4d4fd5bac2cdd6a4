"""Service requests of each client, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from compagnon.desk import links, services
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import system

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a request that waits for an approval."""
    asked = factories.ticket(side.person, title=f"Achat {mark}", team=side.team)
    approval = services.ask(
        actor=system(), ticket_id=asked.pk, name=f"Accord {mark}", details=f"Devis {mark}",
        persons=[side.manager], amount_cents=123_400,
    )  # fmt: skip
    side.tickets.append(asked)
    token = links.approval_link(approval.voices.get()).rstrip("/").rpartition("/")[2]
    side.objects.update(approval=approval, approval_token=token)


def _kept(name: str) -> Callable[[Any], list[Any]]:
    return lambda side: [side.objects[name].pk]


PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "portal/approvals/<approval_id>": _kept("approval"),
    "portal/approvals/<approval_id>/do/<name>": lambda _side: ["decide", "hand-over", "give-up"],
    "approve/<token>": lambda side: [side.objects["approval_token"]],
    "api/v1/approvals/<approval_id>": _kept("approval"),
}
