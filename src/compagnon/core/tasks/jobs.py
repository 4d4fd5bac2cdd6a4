"""Jobs run once per period, whatever the number of workers.

A room declares them in its ``tasks.py``::

    @periodic(every=timedelta(minutes=5))
    def forget_old_links() -> None: ...

The row of the job is its lock: the worker whose compare-and-set wins runs it, under a lease. A job
whose worker died is taken up when the lease ends; one that fails is noted, and runs again at its
next time. As a task, it must bear being run twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db.models import F, Q, QuerySet

from compagnon.core.models import PeriodicRun
from compagnon.core.tasks.moment import now

ERROR_LENGTH = 4_000


@dataclass(frozen=True, slots=True)
class Job:
    """A declared periodic job."""

    name: str
    function: Callable[[], None]
    every: timedelta
    queue: str
    timeout: float


_JOBS: dict[str, Job] = {}


def periodic(
    *, every: timedelta, queue: str = "default", timeout: float = 300.0
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Declare a function without arguments as a job run once per ``every``.

    Args:
        queue: only workers of that queue run it.
        timeout: seconds after which a run is given up as failed.
    """

    def register(function: Callable[[], None]) -> Callable[[], None]:
        name = f"{function.__module__}.{function.__qualname__}"
        _JOBS[name] = Job(name, function, every, queue, timeout)
        return function

    return register


def discover() -> dict[str, Job]:
    """Import each installed room's ``tasks`` module and give every declared job by its name."""
    import_module("compagnon.core.tasks.housekeeping")
    for config in apps.get_app_configs():
        name = f"{config.name}.tasks"
        if config.name.startswith("compagnon.") and find_spec(name):
            import_module(name)
    return dict(_JOBS)


def install(jobs: Collection[Job]) -> None:
    """Make the row of each job that has none."""
    PeriodicRun.objects.bulk_create(
        [PeriodicRun(name=job.name) for job in jobs], ignore_conflicts=True
    )


def due(job: Job) -> QuerySet[PeriodicRun]:
    """Give the job's row if it is time to run it and nobody does."""
    period_over = Q(lease_until=None) & (
        Q(last_started_at=None) | Q(last_started_at__lte=now() - job.every)
    )
    return PeriodicRun.objects.filter(period_over | Q(lease_until__lt=now()), name=job.name)


def claim(job: Job, *, worker: str, lease: float) -> bool:
    """Take the job if it is due; of several workers that try, one gets true."""
    return due(job).exists() and bool(
        due(job).update(
            last_started_at=now(), worker=worker, lease_until=now() + timedelta(seconds=lease)
        )
    )


def renew(*, worker: str, names: Collection[str], lease: float) -> None:
    """Keep the jobs that this worker still runs for ``lease`` seconds from now."""
    if names:
        PeriodicRun.objects.filter(pk__in=names, worker=worker, lease_until__isnull=False).update(
            lease_until=now() + timedelta(seconds=lease)
        )


def finish(job: Job, *, worker: str, error: str = "") -> bool:
    """Note the end of a run, well or badly; false when the lease was lost meanwhile."""
    rows = PeriodicRun.objects.filter(pk=job.name, worker=worker, lease_until__isnull=False)
    if error:
        return bool(
            rows.update(
                lease_until=None,
                last_finished_at=now(),
                last_error=error[-ERROR_LENGTH:].replace("\x00", "\N{REPLACEMENT CHARACTER}"),
                failures=F("failures") + 1,
            )
        )
    return bool(rows.update(lease_until=None, last_finished_at=now(), last_error="", failures=0))


def release(job: Job, *, worker: str) -> None:
    """Give back a job that was not ended: due at once for another worker."""
    PeriodicRun.objects.filter(pk=job.name, worker=worker, lease_until__isnull=False).update(
        lease_until=None, last_started_at=None
    )
