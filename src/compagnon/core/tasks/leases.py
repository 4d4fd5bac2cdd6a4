"""Taking tasks with a lease, keeping it, and giving them back: the only writer of their state.

A row is held by (worker's name, attempt). Each write of a holder names both, so that one who lost
its lease (stopped too long, cut from the database) changes nothing any more. The times of leases
are those of the database's clock: workers on several machines need not agree on the time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from compagnon.core.models import Task, TaskState, Worker
from compagnon.core.tasks.moment import now
from compagnon.core.tasks.policies import Policy, delay, policy_of

log = structlog.get_logger(__name__)

ERROR_LENGTH = 20_000
RECLAIMED_AT_ONCE = 1000
LOST = "compagnon.core.tasks.leases.Lost"
LOST_TEXT = "The worker stopped without a word: killed, out of memory, or its machine cut off."


@dataclass(frozen=True, slots=True)
class Failure:
    """How an attempt failed.

    Args:
        kind: the dotted name of the exception's class.
        text: its traceback, whose end is kept.
        after: seconds until the next attempt; the policy's own when ``None``.
        final: no other attempt, whatever the policy.
    """

    kind: str
    text: str
    after: float | None = None
    final: bool = False


# The queues and priorities that have a due task, found by hopping along the index from one
# priority to the next lower one: DISTINCT would read every waiting task.
HEADS = """
WITH RECURSIVE heads (queue, priority) AS (
    SELECT queue, (SELECT max(priority) FROM core_task
                   WHERE state = 'waiting' AND queue = given.queue)
    FROM ({given}) AS given
  UNION ALL
    SELECT queue, (SELECT max(priority) FROM core_task
                   WHERE state = 'waiting' AND queue = heads.queue
                     AND priority < heads.priority)
    FROM heads WHERE priority IS NOT NULL
), first AS (
    SELECT queue, priority, (SELECT min(run_after) FROM core_task
                             WHERE state = 'waiting' AND queue = heads.queue
                               AND priority = heads.priority) AS run_after
    FROM heads WHERE priority IS NOT NULL
)
SELECT queue, priority FROM first WHERE run_after <= {now}
ORDER BY priority DESC, run_after
"""


def _heads(queues: Collection[str]) -> list[tuple[str, int]]:
    """Give the (queue, priority) pairs that have a due task, the first to serve first."""
    given = " UNION ALL ".join(["SELECT %s AS queue"] * len(queues))
    parameters: list[Any] = list(queues)
    if connection.vendor == "postgresql":
        present = "statement_timestamp()"
    else:
        present = "%s"
        parameters.append(connection.ops.adapt_datetimefield_value(timezone.now()))
    with connection.cursor() as cursor:
        # Only our own words are put into the text; every value is a parameter.
        cursor.execute(HEADS.format(given=given, now=present), parameters)
        return [(queue, priority) for queue, priority in cursor.fetchall()]


def claim(*, worker: str, queues: Collection[str], limit: int, lease: float) -> list[Task]:
    """Take up to ``limit`` due tasks for ``lease`` seconds; each goes to one worker only.

    The highest priority first, then the one due for longest.
    """
    # Looked at outside a transaction: on SQLite that would lock out every writer, for nothing.
    taken: list[Task] = []
    for queue, priority in _heads(queues):
        if len(taken) == limit:
            break
        taken += _claim(worker, queue, priority, limit - len(taken), lease)
    return taken


def _claim(worker: str, queue: str, priority: int, limit: int, lease: float) -> list[Task]:
    due = Task.objects.filter(
        state=TaskState.WAITING, queue=queue, priority=priority, run_after__lte=now()
    ).order_by("run_after")
    with transaction.atomic():
        skipping = connection.features.has_select_for_update_skip_locked
        rows = list(due.select_for_update(skip_locked=skipping)[:limit])
        if rows:
            Task.objects.filter(pk__in=[row.pk for row in rows]).update(
                state=TaskState.RUNNING,
                worker=worker,
                attempts=F("attempts") + 1,
                lease_until=now() + timedelta(seconds=lease),
                started_at=now(),
            )
    for row in rows:
        row.state, row.worker, row.attempts = TaskState.RUNNING, worker, row.attempts + 1
        row.started_at = timezone.now()
    return rows


def renew(*, worker: str, keys: Collection[int], lease: float) -> None:
    """Keep the tasks that this worker still holds for ``lease`` seconds from now."""
    if keys:
        Task.objects.filter(pk__in=keys, worker=worker, state=TaskState.RUNNING).update(
            lease_until=now() + timedelta(seconds=lease)
        )


def _held(row: Task) -> QuerySet[Task]:
    return Task.objects.filter(
        pk=row.pk, worker=row.worker, attempts=row.attempts, state=TaskState.RUNNING
    )


def finish(row: Task, result: Any) -> bool:
    """Note that the task is done; false when its lease was lost meanwhile."""
    return bool(
        _held(row).update(
            state=TaskState.DONE,
            result=result,
            error="",
            error_class="",
            lease_until=None,
            finished_at=now(),
        )
    )


def fail(row: Task, failure: Failure, rule: Policy) -> TaskState | None:
    """Note a failed attempt: to be tried again, or dead when there were enough of them.

    Returns:
        the state given; ``None`` when the lease was lost meanwhile, and nothing was written.
    """
    return _fail(_held(row), row, failure, rule)


def _fail(held: QuerySet[Task], row: Task, failure: Failure, rule: Policy) -> TaskState | None:
    values: dict[str, Any] = {
        "error_class": failure.kind[:200],
        # PostgreSQL has no text with a NUL.
        "error": failure.text[-ERROR_LENGTH:].replace("\x00", "\N{REPLACEMENT CHARACTER}"),
        "lease_until": None,
    }
    if failure.final or row.attempts >= rule.max_attempts:
        state = TaskState.DEAD
        values["finished_at"] = now()
    else:
        state = TaskState.WAITING
        wait = delay(rule, row.attempts) if failure.after is None else failure.after
        values["run_after"] = now() + timedelta(seconds=wait)
    return state if held.update(state=state, **values) else None


def release(rows: Iterable[Task]) -> int:
    """Give back tasks that were not ended, to be taken at once; the attempt does not count."""
    return sum(
        _held(row).update(state=TaskState.WAITING, lease_until=None, attempts=F("attempts") - 1)
        for row in rows
    )


def reclaim() -> int:
    """Take back what dead workers held: to be tried again, or dead after too many attempts."""
    # A lease is always written with the state; a running row without one was written by hand.
    expired = Q(lease_until__lt=now()) | Q(lease_until=None)
    lost = Task.objects.filter(expired, state=TaskState.RUNNING)
    count = 0
    for row in lost[:RECLAIMED_AT_ONCE]:
        # Its worker may have come back to life since it was read: the lease is looked at again.
        held = _held(row).filter(expired)
        state = _fail(held, row, Failure(kind=LOST, text=LOST_TEXT, after=0), policy_of(row.path))
        if state is not None:
            count += 1
            log.warning("task reclaimed", task=row.pk, path=row.path, worker=row.worker, to=state)
    return count


def seen(*, worker: str, queues: Collection[str], threads: int) -> None:
    """Note that this worker lives."""
    if not Worker.objects.filter(pk=worker).update(seen_at=now()):
        Worker.objects.create(
            name=worker,
            queues=sorted(queues),
            threads=threads,
            started_at=now(),
            seen_at=now(),
        )


def left(*, worker: str) -> None:
    """Note that this worker stopped as it should."""
    Worker.objects.filter(pk=worker).delete()
