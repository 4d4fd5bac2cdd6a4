"""A day's work in the background: bulk actions, and what is swept."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils import timezone
from django_tasks import task

from compagnon.core.errors import CompagnonError
from compagnon.core.tasks import periodic, policy, system_actor
from compagnon.desk.models import (
    Approval,
    ApprovalState,
    BulkRun,
    BulkState,
    Draft,
    LastAct,
    Presence,
)

# A worker that dies counts as an attempt, and the action goes on where it was.
PREVIEW_KEPT = timedelta(days=1)
RUN_KEPT = timedelta(days=90)
DRAFT_KEPT = timedelta(days=30)
PRESENCE_KEPT = timedelta(hours=1)
UNDO_KEPT = timedelta(hours=1)
BATCH = 20
AT_ONCE = 500
log = structlog.get_logger(__name__)


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


@periodic(every=timedelta(minutes=5))
def remind_approvers() -> None:
    """Remind those whose approval is awaited, on the calendar of the client's contract."""
    from compagnon.desk.services.approval_keeping import remind_approvers as remind

    due = Approval.objects.filter(state=ApprovalState.ASKED, next_at__lte=timezone.now())
    for pk in due.order_by("next_at", "id").values_list("pk", flat=True)[:AT_ONCE]:
        try:
            remind(actor=system_actor("approvals"), approval_id=pk)
        except CompagnonError as error:  # answered meanwhile: the next one must not wait
            log.info("approvers not reminded", approval=pk, reason=error.code)
