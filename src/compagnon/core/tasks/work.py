"""What a worker's thread holds and runs: a task or a periodic job, seen the same way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from compagnon.core.models import Task
from compagnon.core.tasks import jobs, leases, running
from compagnon.core.tasks.jobs import Job
from compagnon.core.tasks.policies import policy_of

TIMED_OUT = "compagnon.core.tasks.work.TimedOut"


@dataclass(slots=True, eq=False)
class TaskWork:
    """A task that this worker holds."""

    row: Task
    begun: float = field(default_factory=time.monotonic)
    # Set by the heartbeat when it gives the attempt up: the thread is then nobody's.
    abandoned: bool = False

    @property
    def name(self) -> str:
        """The function's dotted path."""
        return self.row.path

    @property
    def timeout(self) -> float:
        """Seconds that it may run."""
        return policy_of(self.row.path).timeout

    def run(self) -> None:
        """Run it and note the outcome; never raises."""
        running.run(self.row)

    def time_out(self) -> None:
        """Note that it ran too long."""
        text = f"Still running after {self.timeout:g} s: given up."
        leases.fail(self.row, leases.Failure(TIMED_OUT, text), policy_of(self.row.path))

    def release(self) -> None:
        """Give it back, to be taken at once by another worker."""
        leases.release([self.row])


@dataclass(slots=True, eq=False)
class JobWork:
    """A periodic job that this worker holds."""

    job: Job
    worker: str
    begun: float = field(default_factory=time.monotonic)
    abandoned: bool = False

    @property
    def name(self) -> str:
        """The function's dotted path."""
        return self.job.name

    @property
    def timeout(self) -> float:
        """Seconds that it may run."""
        return self.job.timeout

    def run(self) -> None:
        """Run it and note the outcome; never raises."""
        error = running.run_job(self.job)
        # Given up meanwhile, and perhaps begun again by this same worker: not ours to end.
        if not self.abandoned:
            running.insist(lambda: jobs.finish(self.job, worker=self.worker, error=error))

    def time_out(self) -> None:
        """Note that it ran too long."""
        text = f"Still running after {self.timeout:g} s: given up."
        jobs.finish(self.job, worker=self.worker, error=text)

    def release(self) -> None:
        """Give it back, to be taken at once by another worker."""
        jobs.release(self.job, worker=self.worker)


Work = TaskWork | JobWork
