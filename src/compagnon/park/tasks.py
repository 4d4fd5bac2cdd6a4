"""The park's work in the background."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from compagnon.core.tasks import periodic, policy, system_actor


@task(queue_name="bulk", priority=5)
@policy(max_attempts=8, timeout=120)
def process_report(pk: int) -> None:
    """Write what a kept report says."""
    from compagnon.park.ingestion.intake import process

    process(pk)


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
