"""What ties each client's desk to other programs, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils import timezone

from compagnon.desk.models import Webhook, WebhookDelivery

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a webhook that is paused, with a message of a ticket."""
    now = timezone.now()
    webhook = Webhook.objects.create(
        organisation=side.organisation, owner=side.manager, name=f"Vers {mark}",
        url=f"https://{side.mark.lower()}.example/in", state="paused", secret="x", since=now,
        created_at=now,
    )  # fmt: skip
    ticket = side.objects["ticket"]
    delivery = WebhookDelivery.objects.create(
        webhook=webhook, entry_id=ticket.pk, message_id=f"msg_{side.mark}", event="ticket.open",
        ticket=ticket, occurred_at=now, payload=f'{{"title": "{mark}"}}', created_at=now,
        answer=f"Reçu par {mark}",
    )  # fmt: skip
    side.objects.update(webhook=webhook, delivery=delivery)


def kept(name: str) -> Callable[[Any], list[Any]]:
    """Name one of a side's objects."""
    return lambda side: [side.objects[name].pk]


def words(*values: str) -> Callable[[Any], list[Any]]:
    """Give values that name no object."""
    return lambda _side: list(values)


ROWS: dict[type[Model], Callable[[Any], Model]] = {}
PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "desk/webhooks/<webhook_id>": kept("webhook"),
    "desk/webhooks/<webhook_id>/do/<name>": words("pause", "resume", "test", "rotate", "remove"),
    "desk/webhook-messages/<delivery_id>": kept("delivery"),
    "desk/webhook-messages/<delivery_id>/do/<name>": words("replay", "skip"),
    "api/v1/webhooks/<webhook_id>": kept("webhook"),
    "api/v1/webhook-messages/<delivery_id>": kept("delivery"),
}
# Each page, and the operations that do what it does.
TWINS: Mapping[str, str] = {
    "desk/webhooks/": "GET /webhooks",
    "desk/webhooks/new/": "POST /webhooks",
    "desk/webhooks/<webhook_id>/":
        "GET /webhooks/{webhook_id}, GET /webhooks/{webhook_id}/messages",
    "desk/webhooks/<webhook_id>/change/": "PATCH /webhooks/{webhook_id}",
    "desk/webhooks/<webhook_id>/do/<name>/":
        "POST /webhooks/{webhook_id}/pause, POST /webhooks/{webhook_id}/resume, "
        "POST /webhooks/{webhook_id}/test, POST /webhooks/{webhook_id}/rotate, "
        "DELETE /webhooks/{webhook_id}",
    "desk/webhook-messages/<delivery_id>/": "GET /webhook-messages/{delivery_id}",
    "desk/webhook-messages/<delivery_id>/do/<name>/":
        "POST /webhook-messages/{delivery_id}/replay, POST /webhook-messages/{delivery_id}/skip",
}  # fmt: skip
