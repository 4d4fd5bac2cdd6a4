"""Reads of what ties the desk to other programs, all through visibility."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.models import DeliveryState, Webhook, WebhookDelivery

MOST_WAITING = 1000


def standing(actor: Actor) -> QuerySet[Webhook]:
    """Give the webhooks that the actor keeps, with how many messages wait (``waiting``)."""
    waits = Q(deliveries__state=DeliveryState.WAITING)
    rows = visible(Webhook, actor).select_related("organisation", "owner")
    return rows.annotate(waiting=Count("deliveries", filter=waits)).order_by("name", "id")


def head(webhook: Webhook) -> WebhookDelivery | None:
    """Give the message whose turn it is, if one waits."""
    rows = webhook.deliveries.filter(state=DeliveryState.WAITING).defer("payload")
    return rows.order_by("id").first()


def waiting(webhook: Webhook) -> int:
    """Give how many messages wait, up to a thousand."""
    rows = webhook.deliveries.filter(state=DeliveryState.WAITING)
    return rows.values("pk")[:MOST_WAITING].count()


def signs_twice(webhook: Webhook) -> timedelta | None:
    """Give for how long the former secret still signs, if it does."""
    left = webhook.previous_until - timezone.now() if webhook.previous_until else timedelta(0)
    return left if left > timedelta(0) else None
