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


@periodic(every=timedelta(hours=12), queue="bulk")
def warn_of_deadlines() -> None:
    """Journal licences and supplier contracts whose end or notice comes near."""
    from compagnon.park.services.licences import warn

    warn(actor=system_actor("deadlines"))
