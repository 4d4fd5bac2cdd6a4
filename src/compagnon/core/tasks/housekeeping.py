"""The jobs of ``core`` itself."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from compagnon.core import outbox
from compagnon.core.api.idempotency import forget_expired
from compagnon.core.journal_table import ensure_partitions
from compagnon.core.models import Task, TaskState, Worker
from compagnon.core.tasks.jobs import periodic

DONE_KEPT = timedelta(days=7)
# A worker that left as it should removed its own row: these are the killed ones.
WORKER_KEPT = timedelta(days=1)
DELETED_AT_ONCE = 5_000


@periodic(every=timedelta(hours=1))
def forget_done_tasks() -> None:
    """Delete tasks done more than a week ago; the dead ones stay until somebody decides."""
    old = Task.objects.filter(
        state=TaskState.DONE, finished_at__lt=timezone.now() - DONE_KEPT
    ).order_by("finished_at")
    # In short transactions: others wait for none of them.
    while keys := list(old.values_list("pk", flat=True)[:DELETED_AT_ONCE]):
        Task.objects.filter(pk__in=keys).delete()


@periodic(every=timedelta(hours=1))
def forget_dead_workers() -> None:
    """Delete the rows of workers not seen for a day."""
    Worker.objects.filter(seen_at__lt=timezone.now() - WORKER_KEPT).delete()


@periodic(every=timedelta(days=1))
def make_journal_partitions() -> None:
    """Have the journal's partitions of the coming months stand before they are needed."""
    ensure_partitions()


@periodic(every=timedelta(hours=1))
def forget_idempotency_keys() -> None:
    """Delete the answers that the API kept, a day after they were given."""
    forget_expired()


@periodic(every=timedelta(minutes=10))
def forget_calls() -> None:
    """Delete the counts of calls of minutes that are over."""
    from compagnon.core.api.shared_counts import forget_before

    forget_before(int(timezone.now().timestamp()) // 60 - 10)


@periodic(every=timedelta(seconds=5))
def sequence_outbox() -> None:
    """Give the journal's new entries their positions, though nobody follows them yet."""
    outbox.sequence()


@periodic(every=timedelta(hours=6))
def forget_followed_entries() -> None:
    """Delete what every consumer of the outbox has long passed."""
    outbox.forget_followed()
