"""Writing the journal and reading it.

The journal is append-only and complete: each service that changes something writes one entry in
the transaction of the change. It is the history a page shows, the audit trail, the source of
indicators and the evidence of a competence. ``before`` and ``after`` hold keys and values that are
not personal; text that a person wrote lives in rows that can be erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.models import Entry, OutboxItem

Values = Mapping[str, Any]


def record(
    *,
    actor: Actor,
    verb: str,
    subject: Model,
    organisation_id: int | None = None,
    before: Values | None = None,
    after: Values | None = None,
    occurred_at: datetime | None = None,
) -> Entry:
    """Write one entry, and its place in the outbox, in the running transaction.

    Args:
        subject: the saved row that changed.
        organisation_id: whose it is, for visibility; the subject's own unless given.
        before: values as they were, only those that changed; JSON types, dates, UUIDs, decimals.
        after: the same keys, as they are now.
        occurred_at: when it happened, if that is not now (an import, a mail that waited).
    """
    if organisation_id is None:
        organisation_id = getattr(subject, "organisation_id", None)
    now = timezone.now()
    entry = Entry.objects.create(
        occurred_at=occurred_at or now,
        recorded_at=now,
        source=actor.source,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label="" if actor.id else actor.label[:60],
        on_behalf_of=actor.on_behalf_of,
        verb=verb,
        object_type=subject._meta.label_lower,
        object_id=subject.pk,
        organisation_id=organisation_id,
        before=dict(before or {}),
        after=dict(after or {}),
        correlation_id=actor.correlation_id,
    )
    OutboxItem.objects.create(entry_id=entry.pk, entry_recorded_at=now)
    return entry


def changes(before: Values, after: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keep of two mappings only the keys whose values differ."""
    keys = [key for key in after if before.get(key) != after[key]]
    return {key: before.get(key) for key in keys}, {key: after[key] for key in keys}


def history(subject: Model) -> QuerySet[Entry]:
    """Give the entries about a row, oldest first. The caller has already shown it is visible."""
    return Entry.objects.filter(
        object_type=subject._meta.label_lower,
        object_id=subject.pk,
    ).order_by("occurred_at", "id")
