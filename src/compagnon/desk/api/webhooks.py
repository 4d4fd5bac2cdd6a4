"""Webhooks by API: keeping them, their history, sending again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.api.etag import expected_version
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.models import Webhook, WebhookDelivery
from compagnon.desk.services import webhooks as services
from compagnon.people.models import Organisation

router = Routes(tag="webhooks")

EventName = Annotated[str, Field(max_length=60, examples=["ticket.open"])]
Url = Annotated[str, Field(min_length=1, max_length=500, examples=["https://hooks.example/in"])]
Name = Annotated[str, Field(min_length=1, max_length=80, examples=["Chat"])]


class WebhookOut(Schema):
    """A subscription, without its secret."""

    id: int
    name: str
    url: str
    organisation_id: int
    owner_id: int = Field(description="The person through whose eyes tickets are read.")
    events: list[str] = Field(description="Empty: every event.")
    state: Literal["active", "paused", "stopped"]
    stopped_reason: str
    failures: int
    next_at: datetime | None
    last_sent_at: datetime | None
    created_at: datetime
    version: int


class WebhookWithSecretOut(Schema):
    """A subscription with its secret, which is shown this once."""

    webhook: WebhookOut
    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class WebhookMessageOut(Schema):
    """A message of a subscription, without its body."""

    id: int
    webhook_id: int
    message_id: str
    event: str
    ticket_id: int | None
    occurred_at: datetime
    is_replay: bool
    state: Literal["waiting", "sent", "skipped"]
    attempts: int
    status: int | None
    error: str
    seconds: float | None
    created_at: datetime
    ended_at: datetime | None


class WebhookMessageWithBodyOut(WebhookMessageOut):
    """A message with what was sent and what was answered."""

    payload: str
    answer: str


class WebhookIn(Body):
    """What is told, and to whom."""

    organisation_id: Id
    name: Name
    url: Url
    events: Annotated[list[EventName], Field(max_length=100)] = []


class WebhookChangeIn(Body):
    """What changes; what is absent stays."""

    name: Name | None = None
    url: Url | None = None
    events: Annotated[list[EventName], Field(max_length=100)] | None = None


class WebhookQuery(ListQuery):
    """Which subscriptions, in which order."""

    state: Literal["active", "paused", "stopped"] | None = None
    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    ordering: Literal["name", "-name", "created_at", "-created_at"] = "name"


class WebhookMessageQuery(ListQuery):
    """Which messages, in which order."""

    state: Literal["waiting", "sent", "skipped"] | None = None
    event: EventName | None = None
    ordering: Literal["created_at", "-created_at"] = "-created_at"


@router.index("/webhooks", WebhookOut)
def list_webhooks(request: ApiRequest, query: Query[WebhookQuery]) -> QuerySet[Webhook]:
    """List the webhooks that you keep."""
    return visible(Webhook, request.actor)


@router.show("/webhooks/{webhook_id}", WebhookOut)
def get_webhook(request: ApiRequest, webhook_id: Id) -> Webhook:
    """Read a webhook."""
    return get_visible(Webhook, request.actor, pk=webhook_id)


@router.create(
    "/webhooks", WebhookWithSecretOut, location=lambda made: f"/webhooks/{made.webhook.pk}"
)
def create_webhook(request: ApiRequest, body: WebhookIn) -> services.Made:
    """Have events sent to an address.

    Each is a POST with `webhook-id`, `webhook-timestamp` and `webhook-signature` by Standard
    Webhooks. The secret is in this answer and nowhere else.
    """
    given = body.model_dump()
    organisation = get_visible(Organisation, request.actor, pk=given.pop("organisation_id"))
    return services.create_webhook(actor=request.actor, organisation=organisation, **given)


@router.change("/webhooks/{webhook_id}", WebhookOut)
def change_webhook(request: ApiRequest, webhook_id: Id, body: WebhookChangeIn) -> Webhook:
    """Change a webhook; it reads through your eyes from then on."""
    webhook = get_visible(Webhook, request.actor, pk=webhook_id)
    changes = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    return services.change_webhook(
        actor=request.actor,
        webhook=webhook,
        changes=changes,
        expected_version=expected_version(request, webhook),
    )


@router.remove("/webhooks/{webhook_id}")
def remove_webhook(request: ApiRequest, webhook_id: Id) -> None:
    """Take a webhook away, with its history."""
    webhook = get_visible(Webhook, request.actor, pk=webhook_id)
    expected_version(request, webhook)
    services.remove_webhook(actor=request.actor, webhook=webhook)


@router.act("/webhooks/{webhook_id}/rotate", WebhookWithSecretOut)
def rotate_webhook(request: ApiRequest, webhook_id: Id) -> services.Made:
    """Give a new secret; the old one signs beside it for a day."""
    webhook = get_visible(Webhook, request.actor, pk=webhook_id)
    return services.rotate_webhook(actor=request.actor, webhook=webhook)


@router.act("/webhooks/{webhook_id}/pause", WebhookOut)
def pause_webhook(request: ApiRequest, webhook_id: Id) -> Webhook:
    """Send no more, and keep nothing of what happens meanwhile."""
    webhook = get_visible(Webhook, request.actor, pk=webhook_id)
    return services.pause_webhook(actor=request.actor, webhook=webhook)


@router.act("/webhooks/{webhook_id}/resume", WebhookOut)
def resume_webhook(request: ApiRequest, webhook_id: Id) -> Webhook:
    """Send again, what was kept first."""
    webhook = get_visible(Webhook, request.actor, pk=webhook_id)
    return services.resume_webhook(actor=request.actor, webhook=webhook)


@router.act("/webhooks/{webhook_id}/test", WebhookMessageOut)
def test_webhook(request: ApiRequest, webhook_id: Id) -> WebhookDelivery:
    """Send a message that tells of nothing."""
    webhook = get_visible(Webhook, request.actor, pk=webhook_id)
    return services.send_test(actor=request.actor, webhook=webhook)


@router.index("/webhooks/{webhook_id}/messages", WebhookMessageOut)
def list_webhook_messages(
    request: ApiRequest, webhook_id: Id, query: Query[WebhookMessageQuery]
) -> QuerySet[WebhookDelivery]:
    """List the messages of a webhook, of the last thirty days."""
    webhook = get_visible(Webhook, request.actor, pk=webhook_id)
    return visible(WebhookDelivery, request.actor).filter(webhook=webhook).defer("payload")


@router.show("/webhook-messages/{delivery_id}", WebhookMessageWithBodyOut)
def get_webhook_message(request: ApiRequest, delivery_id: Id) -> WebhookDelivery:
    """Read a message, what was sent and what was answered."""
    return get_visible(WebhookDelivery, request.actor, pk=delivery_id)


@router.act("/webhook-messages/{delivery_id}/replay", WebhookMessageOut)
def replay_webhook_message(request: ApiRequest, delivery_id: Id) -> WebhookDelivery:
    """Send a message again under the same identifier; gives the new row."""
    found = get_visible(WebhookDelivery, request.actor, pk=delivery_id)
    return services.replay_delivery(actor=request.actor, delivery=found)


@router.act("/webhook-messages/{delivery_id}/skip", WebhookMessageOut)
def skip_webhook_message(request: ApiRequest, delivery_id: Id) -> WebhookDelivery:
    """Give up a message that waits, so that the next ones leave."""
    found = get_visible(WebhookDelivery, request.actor, pk=delivery_id)
    return services.skip_delivery(actor=request.actor, delivery=found)
