"""What a webhook says of an event: which events there are, and the body that is sent."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils.functional import Promise

from compagnon.core.models import Entry
from compagnon.desk import stories
from compagnon.desk.models import Ticket

TEST = "webhook.test"
NAMESPACE = uuid.UUID("a8b1f2f6-6f0e-4a52-9d0b-6f3f1f9c7a11")
# What an import or a demonstration tells happened elsewhere or never: nobody is told.
UNTOLD = frozenset({"import", "demo"})
TICKET_FIELDS = (
    "id", "reference", "kind", "title", "state", "pending_reason", "priority", "impact", "urgency",
    "channel", "organisation_id", "requester_id", "beneficiary_id", "team_id", "assignee_id",
    "category_id", "service_id", "asset_id", "opened_at", "solved_at", "closed_at", "due_at",
    "version",
)  # fmt: skip


def events() -> Mapping[str, str | Promise]:
    """Give every event that a webhook may be told of, and its words."""
    return {verb: words for verb, (words, _icon) in stories.VERBS.items()}


def message_id(webhook_id: int, entry_id: int) -> str:
    """Give the identifier of an event for a subscription: the same whenever it is asked."""
    return f"msg_{uuid.uuid5(NAMESPACE, f'{webhook_id}/{entry_id}').hex}"


def body(entry: Entry, ticket: Ticket, actor_name: str) -> str:
    """Write the body that tells of an entry of the journal about a ticket."""
    return written(
        entry.verb,
        entry.occurred_at,
        {
            "entry_id": entry.pk,
            "actor": {"kind": entry.actor_kind, "id": entry.actor_id, "name": actor_name},
            "ticket": {name: getattr(ticket, name) for name in TICKET_FIELDS}
            | {"url": f"{settings.BASE_URL}{reverse('desk:ticket', args=[ticket.pk])}"},
            "before": entry.before,
            "after": entry.after,
        },
    )


def written(event: str, at: datetime, data: Mapping[str, Any]) -> str:
    """Write a body: ``type``, ``timestamp`` and ``data``, as Standard Webhooks has it."""
    document = {"type": event, "timestamp": at, "data": data}
    return json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
