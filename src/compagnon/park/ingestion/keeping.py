"""Keeping what an agent sent, before anything is written of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from compagnon.core import files
from compagnon.park.inventory.errors import REASONS, Unreadable
from compagnon.park.inventory.limits import DEFAULT
from compagnon.park.models import Agent, Asset, InventoryReport, Outcome

SETTLED = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a body, and for whom it may be kept."""

    organisation_id: int
    site_id: int | None = None
    token_id: int | None = None
    address: str | None = None
    user_agent: str = ""
    agent_id: str = ""
    proxy_id: str = ""
    deviceid: str = ""
    source: str = "agent"
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """The report of a body, and whether it is one that came before."""

    report: InventoryReport
    is_repeated: bool


def keep(raw: bytes, sender: Sender, *, enqueue: bool = True, at: datetime | None = None) -> Kept:
    """Keep a body and enqueue its processing; the very same one again is only counted as seen.

    When this returns, outside a transaction, the bytes are flushed to the disk and the row is
    written: the agent may be told that we have it.

    Args:
        enqueue: have a task process it; without, the caller does.
        at: when it was received, if that is not now.

    Raises:
        TooLarge: it is over the limit; nothing was kept.
    """
    digest = hashlib.sha256(raw).hexdigest()
    now = at or timezone.now()
    if (known := repeated(digest, sender)) is not None:
        see_again(known, now)
        return Kept(known, is_repeated=True)
    written = files.put(raw, limit=DEFAULT.body_bytes)
    return Kept(write(written, sender, now, enqueue=enqueue), is_repeated=False)


def write(
    written: files.Written, sender: Sender, now: datetime, *, enqueue: bool
) -> InventoryReport:
    """Write the row of a body that stands on the disk, and enqueue its processing."""
    with transaction.atomic():
        report = InventoryReport.objects.create(
            raw=files.row_of(written),
            digest=written.sha256,
            size=written.size,
            received_at=now,
            last_received_at=now,
            **of_sender(sender),
        )
        if enqueue:
            from compagnon.park.tasks import process_report

            process_report.enqueue(report.pk)
    return report


def keep_refused(raw: bytes, sender: Sender, error: Unreadable) -> InventoryReport:
    """Keep, for inspection, a body that cannot be read; the same again is only counted.

    Raises:
        TooLarge: it is over the limit; nothing was kept.
    """
    digest = hashlib.sha256(raw).hexdigest()
    now = timezone.now()
    if (known := repeated(digest, sender)) is not None:
        see_again(known, now)
        return known
    return InventoryReport.objects.create(
        raw=files.store(raw, limit=DEFAULT.body_bytes),
        digest=digest,
        size=len(raw),
        received_at=now,
        last_received_at=now,
        outcome=Outcome.REFUSED,
        reason=error.reason_code[:60],
        detail=f"{error.sentence} {error.detail}".replace("\x00", "")[:500],
        processed_at=now,
        **of_sender(sender),
    )


def of_sender(sender: Sender) -> dict[str, Any]:
    """Give a report's columns that say who sent it."""
    return {
        "organisation_id": sender.organisation_id,
        "site_id": sender.site_id,
        "token_id": sender.token_id,
        "address": sender.address,
        "user_agent": sender.user_agent[:200],
        "sender_id": sender.agent_id[:64],
        "proxy_id": sender.proxy_id[:200],
        "deviceid": sender.deviceid[:255],
        "source": sender.source,
        "file_name": sender.file_name[-300:],
    }


def repeated(digest: str, sender: Sender) -> InventoryReport | None:
    """Give the report of the very same bytes, where processing them again would write nothing.

    That is so while they wait, while no rule could settle them, and for a machine as long as
    nothing else was written of it since.
    """
    found = (
        InventoryReport.objects.filter(
            digest=digest, organisation_id=sender.organisation_id, sender_id=sender.agent_id[:64]
        )
        .select_related("asset__machine")
        .order_by("-id")
        .first()
    )
    if found is None or found.outcome not in SETTLED:
        same_again = found is not None and (
            found.outcome == Outcome.WAITING
            or (found.outcome == Outcome.REFUSED and found.reason in REASONS)
        )
        return found if same_again else None
    asset = found.asset
    if asset is None or asset.merged_into_id is not None:
        return None
    machine = getattr(asset, "machine", None)
    last = machine.last_report_id if machine else None
    return found if last == found.pk else None


def see_again(report: InventoryReport, at: datetime) -> None:
    """Note that a report came once more: three columns, and nothing else."""
    InventoryReport.objects.filter(pk=report.pk).update(times=F("times") + 1, last_received_at=at)
    if report.asset_id is not None:
        Asset.objects.filter(pk=report.asset_id).update(last_seen=at)
    if report.agent_id is not None:
        Agent.objects.filter(pk=report.agent_id).update(last_contact_at=at)
