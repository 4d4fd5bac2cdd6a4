"""What each client’s people are told, and by which browsers, for the walk of every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from compagnon.desk import services
from compagnon.desk.models import Notice
from compagnon.desk.outbound import webpush
from compagnon.people.tests.factories import actor

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a browser that is told, and name something that somebody was told."""
    number = len(side.tickets)
    subscription = services.subscribe(
        actor=actor(side.manager),
        endpoint=f"https://push.example/{side.mark.lower()}/{number}",
        p256dh=webpush.encoded(webpush.public(webpush.new_key())),
        auth=webpush.encoded(b"0123456789abcdef"),
        label=f"Navigateur {mark}",
    )
    side.objects.update(
        subscription=subscription, notice=Notice.objects.filter(person=side.manager).latest("pk")
    )


PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "portal/requests/<ticket_id>": lambda side: [side.objects["ticket"].pk],
    "portal/requests/<ticket_id>/do/<name>": lambda _side: ["reply", "accept", "refuse", "reopen"],
    "desk/for-me/<notice_id>": lambda side: [side.objects["notice"].pk],
    "desk/for-me/browsers/<subscription_id>": lambda side: [side.objects["subscription"].pk],
    "api/v1/push-subscriptions/<subscription_id>": lambda side: [side.objects["subscription"].pk],
}
