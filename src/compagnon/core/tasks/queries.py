"""What is known of background work: for its page, ``doctor`` and the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.models import PeriodicRun, Task, TaskState, Worker
from compagnon.core.tasks.jobs import discover
from compagnon.core.visibility import get_visible, visible


def counts() -> dict[tuple[str, TaskState], int]:
    """Give the number of tasks by queue and state; what is not there is zero."""
    rows = Task.objects.order_by().values_list("queue", "state").annotate(n=Count("pk"))
    return {(queue, TaskState(state)): n for queue, state, n in rows}


def oldest_waiting() -> dict[str, timedelta]:
    """Give, by queue, for how long the longest-waiting due task has waited."""
    now = timezone.now()
    rows = (
        Task.objects.filter(state=TaskState.WAITING, run_after__lte=now)
        .order_by()
        .values_list("queue")
        .annotate(first=Min("run_after"))
    )
    return {queue: now - first for queue, first in rows}


def live_workers(*, within: timedelta = timedelta(minutes=1)) -> QuerySet[Worker]:
    """Give the workers seen not longer ago than that."""
    return Worker.objects.filter(seen_at__gte=timezone.now() - within).order_by("name")


def failing_jobs() -> QuerySet[PeriodicRun]:
    """Give the periodic jobs whose last run failed."""
    return PeriodicRun.objects.filter(failures__gt=0).order_by("name")


@dataclass(frozen=True, slots=True)
class JobLine:
    """A declared periodic job and its last run; ``run`` is ``None`` until a worker has seen it."""

    name: str
    every: timedelta
    queue: str
    run: PeriodicRun | None


def jobs(*, actor: Actor) -> list[JobLine]:
    """Give every declared periodic job with its last run, by name.

    Raises:
        Refused: the actor may not see background work.
    """
    check(actor)
    runs = {run.pk: run for run in visible(PeriodicRun, actor)}
    return [
        JobLine(job.name, job.every, job.queue, runs.get(job.name))
        for job in sorted(discover().values(), key=lambda job: job.name)
    ]


def check(actor: Actor) -> None:
    """Refuse who may not see background work.

    Raises:
        Refused: the actor may not.
    """
    if not actor.scope.allows("task.manage", None):
        raise Refused(_("Your roles do not let you manage tasks."))


def tasks_in(*, actor: Actor, state: TaskState | None = None) -> QuerySet[Task]:
    """Give the tasks of a state, or all of them.

    Raises:
        Refused: the actor may not see background work.
    """
    check(actor)
    rows = visible(Task, actor)
    return rows if state is None else rows.filter(state=state)


def dead_tasks(*, actor: Actor) -> QuerySet[Task]:
    """Give the tasks that were given up, the latest first."""
    return visible(Task, actor).filter(state=TaskState.DEAD).order_by("-finished_at", "-pk")


def get_task(*, actor: Actor, task_id: int) -> Task:
    """Give one task.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    return get_visible(Task, actor, pk=task_id)
