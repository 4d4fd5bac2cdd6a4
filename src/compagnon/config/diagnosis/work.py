"""Background work: somebody does it, and it gets done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compagnon.config.diagnosis.findings import Check, Finding, failed, ok, warning
from compagnon.core.models import TaskState
from compagnon.core.tasks import queries

LONG_WAIT = timedelta(minutes=5)


def worker() -> Iterator[Finding]:
    """A worker must be there when there is work."""
    living = queries.live_workers().count()
    oldest = max(queries.oldest_waiting().values(), default=timedelta(0))
    waited = _("the oldest waiting task has waited %(minutes)d minutes") % {
        "minutes": oldest.total_seconds() // 60
    }
    if living and oldest <= LONG_WAIT:
        message = ngettext("%(number)d worker", "%(number)d workers", living)
        yield ok("worker", message % {"number": living})
    elif living:
        yield warning(
            "worker",
            _("The worker does not keep up: %(waited)s.") % {"waited": waited},
            _("Start another: compagnon worker; any number share the work."),
        )
    elif oldest > timedelta(0):
        yield failed(
            "worker",
            _("No worker runs, and %(waited)s.") % {"waited": waited},
            _("Start it: compagnon run, or compagnon worker. Nothing waiting is lost."),
        )
    else:
        yield warning(
            "worker",
            _("No worker runs: mail would not leave."),
            _("Start it: compagnon run, or compagnon worker."),
        )


def given_up() -> Iterator[Finding]:
    """Tasks given up and jobs that fail wait for somebody to look."""
    dead = sum(n for (_queue, state), n in queries.counts().items() if state is TaskState.DEAD)
    if dead:
        yield warning(
            "tasks-given-up",
            ngettext(
                "%(number)d task was given up after its last attempt.",
                "%(number)d tasks were given up after their last attempt.",
                dead,
            )
            % {"number": dead},
            _("Look at the page of background work: it says why, and can start them again."),
        )
    for job in queries.failing_jobs():
        yield warning(
            "periodic-jobs",
            _("The job %(name)s failed %(number)d times in a row: %(error)s")
            % {"name": job.name, "number": job.failures, "error": job.last_error[:200]},
            _("The worker's log has the whole story; it is tried again at its next time."),
        )


CHECKS: list[Check] = [worker, given_up]
