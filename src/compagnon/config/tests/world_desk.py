"""What ties each client's tickets together, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from compagnon.desk import services
from compagnon.desk.models import LinkKind
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import system

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client two tickets that are linked and one that is merged."""
    ticket = side.objects["ticket"]
    part = factories.ticket(side.person, title=f"Partie {mark}", team=side.team)
    merged = factories.ticket(side.manager, title=f"Doublon {mark}", team=side.team)
    link = services.link_tickets(
        actor=system(), ticket_id=part.pk, other_id=ticket.pk, kind=LinkKind.CHILD
    )
    services.merge_tickets(
        actor=system(), ticket_id=merged.pk, into_id=part.pk, reason=f"Le même {mark}"
    )
    services.watch(actor=system(), ticket_id=ticket.pk, person_id=side.manager.pk)
    manager = side.manager
    services.add_note(
        actor=system(),
        ticket_id=part.pk,
        text=f"@{manager.first_name} {manager.last_name} : {mark}",
    )
    side.tickets += [part, merged]
    side.objects.update(link=link, merged=merged)


PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "api/v1/tickets/<ticket_id>/links/<link_id>": lambda side: [side.objects["link"].pk],
    "api/v1/tickets/<ticket_id>/watchers/<person_id>": lambda side: [side.manager.pk],
    "api/v1/tickets/<ticket_id>/messages/<message_id>": lambda side: [side.objects["message"].pk],
}
