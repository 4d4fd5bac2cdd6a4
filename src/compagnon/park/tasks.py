"""The park's work in the background."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Lock

from django.db import connection
from django.utils import timezone
from django_tasks import task

from compagnon.core.tasks import periodic, policy, system_actor

PAUSE_SECONDS = 0.01
ARRIVING = timedelta(seconds=3)
_turn = Lock()


@task(queue_name="bulk", priority=5)
@policy(max_attempts=8, timeout=120)
def process_report(pk: int) -> None:
    """Write what a kept report says."""
    from compagnon.park.ingestion.intake import process

    if connection.vendor != "sqlite" or not _are_arriving():
        process(pk)
        return
    # SQLite has one writer at a time, and those who wait look again after up to a tenth of a
    # second: without a pause agents would be kept waiting until every report is written.
    with _turn:
        process(pk)
        time.sleep(PAUSE_SECONDS)


def _are_arriving() -> bool:
    from compagnon.park.models import InventoryReport

    newest = InventoryReport.objects.order_by("-pk").values_list("received_at", flat=True).first()
    return newest is not None and newest > timezone.now() - ARRIVING


@periodic(every=timedelta(hours=6), queue="bulk")
def forget_old_reports() -> None:
    """Let go of raw reports that are kept no longer."""
    from compagnon.park.services.reports import forget

    forget(actor=system_actor("inventory"), now=timezone.now())


@periodic(every=timedelta(hours=1), queue="bulk")
def watch_alerts() -> None:
    """Raise what comes near or runs low, and write once to each person concerned."""
    from compagnon.park.services import alerts

    actor = system_actor("alerts")
    alerts.raise_due(actor=actor)
    alerts.tell(actor=actor)


@task(queue_name="mail")
@policy(max_attempts=10, timeout=120)
def send_alerts(letter_id: int) -> None:
    """Send one letter of alerts, unless it left."""
    from compagnon.park.letters import send

    send(letter_id)
