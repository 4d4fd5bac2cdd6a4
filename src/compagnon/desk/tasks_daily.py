"""A day's work in the background: bulk actions, and what is swept."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from compagnon.core.tasks import periodic, policy
from compagnon.desk.models import BulkRun, BulkState, Draft, LastAct, Presence

# A worker that dies counts as an attempt, and the action goes on where it was.
PREVIEW_KEPT = timedelta(days=1)
RUN_KEPT = timedelta(days=90)
DRAFT_KEPT = timedelta(days=30)
PRESENCE_KEPT = timedelta(hours=1)
UNDO_KEPT = timedelta(hours=1)
BATCH = 20


@task(queue_name="bulk")
@policy(max_attempts=50, timeout=6 * 3600)
def carry_out_bulk(pk: int) -> None:
    """Do what is left of an action on many tickets."""
    from compagnon.desk.services.bulk import carry_out

    carry_out(pk)


@periodic(every=timedelta(hours=1))
def sweep_daily() -> None:
    """Forget presences, drafts, previews and acts that are worth nothing any more."""
    now = timezone.now()
    Presence.objects.filter(seen_at__lt=now - PRESENCE_KEPT).delete()
    LastAct.objects.filter(done_at__lt=now - UNDO_KEPT).delete()
    Draft.objects.filter(updated_at__lt=now - DRAFT_KEPT).delete()
    previews = BulkRun.objects.filter(
        state=BulkState.PREVIEW, asked_at__lt=now - PREVIEW_KEPT
    ).order_by("asked_at")
    ended = BulkRun.objects.filter(ended_at__lt=now - RUN_KEPT).order_by("asked_at")
    for rows in (previews, ended):
        for run in rows[:BATCH]:
            run.delete()
