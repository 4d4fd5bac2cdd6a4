"""The worker: one dispatcher that takes work, threads that do it, a heartbeat that keeps it.

Any number of workers, on any number of machines, share the table: each takes only as much as its
free threads can begin at once, so that none sits on work that another could do.
"""

from __future__ import annotations

import os
import queue
import secrets
import socket
import threading
import time
from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from compagnon.core.tasks import attending, jobs, leases, running
from compagnon.core.tasks.work import JobWork, TaskWork, Work

log = structlog.get_logger(__name__)
R = TypeVar("R")

# Seconds between two looks at the table: short after work, longer when nothing comes.
SHORT_PAUSE = 0.1
LONG_PAUSE = 0.5
PAUSE_GROWTH = 1.2
JOBS_PAUSE = 1.0
# After the database failed.
PATIENCE = 2.0
# Less than what keeps us running gives before it kills us.
GRACE = 15.0
# How long what a worker attends to has to end, once it is told.
ATTENDED = 5.0


def all_queues() -> frozenset[str]:
    """Give the queues that the settings name."""
    return frozenset(settings.TASKS["default"]["QUEUES"])


def run_due(*, queues: Collection[str] | None = None, limit: int | None = None) -> int:
    """Run here and now what is due, and what that makes due; for tests and commands.

    Runs in the calling thread, on its connection, inside its transaction if there is one. Tasks
    that wait for a later time, a retry among them, are left.

    Returns:
        how many attempts were made.
    """
    name = _name()
    count = 0
    while limit is None or count < limit:
        taken = leases.claim(
            worker=name,
            queues=all_queues() if queues is None else queues,
            limit=1,
            lease=settings.TASK_LEASE_SECONDS,
        )
        if not taken:
            break
        try:
            running.run(taken[0])
        except KeyboardInterrupt:
            leases.release(taken)
            raise
        count += 1
    return count


def _name() -> str:
    return f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(4)}"


class Worker:
    """Runs tasks and periodic jobs until told to stop.

    Args:
        threads: how much is done at once.
        queues: the queues served; all unless given.
        lease: seconds after which the work of a killed worker is taken up again.
        grace: seconds that running work has to end when told to stop; then it is given back.
        periodic: whether it runs periodic jobs too.
    """

    def __init__(
        self,
        *,
        threads: int = 4,
        queues: Collection[str] | None = None,
        lease: float | None = None,
        grace: float = GRACE,
        periodic: bool = True,
    ) -> None:
        self.name = _name()
        self.threads = threads
        self.queues = frozenset(queues or all_queues())
        self.lease = lease or settings.TASK_LEASE_SECONDS
        self.grace = grace
        self.done = 0
        found = jobs.discover().values() if periodic else ()
        self._jobs = [job for job in found if job.queue in self.queues]
        self._attendants = attending.of_queues(self.queues) if periodic else []
        self._next_jobs = 0.0
        self._inbox: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._held: set[Work] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._stuck = 0

    def stop(self, *, at_once: bool = False) -> None:
        """Take nothing more, end what runs, and return from :meth:`run`; from any thread.

        Args:
            at_once: give back what runs instead of waiting for its end.
        """
        if at_once:
            self.grace = 0.0
        self._stopping.set()
        self._wake.set()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def run(self, *, until_empty: bool = False, limit: int | None = None) -> bool:
        """Work until :meth:`stop`.

        Args:
            until_empty: return when nothing is due and nothing runs.
            limit: return after so many attempts.

        Returns:
            whether it ended well: false when so many threads never returned that the process
            had better end, and be started anew.
        """
        log.info("worker started", worker=self.name, threads=self.threads)
        for _ in range(self.threads):
            self._spawn(self._work)
        heart = self._spawn(self._beat)
        lasts = not until_empty and limit is None
        beside = [self._spawn(self._attend(one)) for one in self._attendants if lasts]
        try:
            self._dispatch(until_empty=until_empty, limit=limit)
        finally:
            self._wind_up()
            heart.join()
            for thread in beside:
                thread.join(ATTENDED)
            connection.close()
        log.info("worker stopped", worker=self.name, done=self.done)
        return self._stuck < self.threads

    # --- the dispatcher -------------------------------------------------------------------

    def _dispatch(self, *, until_empty: bool, limit: int | None) -> None:
        self._patiently(leases.reclaim)
        pause, left = SHORT_PAUSE, limit
        while not self._stopping.is_set():
            self._wake.clear()
            # Looked at first: what ends while we look may have made something due.
            busy = len(self._held)
            free = self.threads - busy
            wanted = free if left is None else min(free, left)
            taken = self._patiently(partial(self._take, wanted))
            if taken is None:
                continue
            left = None if left is None else left - taken
            if not busy and not taken and (until_empty or left == 0):
                return
            # A thread that ends its work wakes the dispatcher: this is for new work only.
            pause = SHORT_PAUSE if taken else min(pause * PAUSE_GROWTH, LONG_PAUSE)
            self._wake.wait(pause)

    def _take(self, wanted: int) -> int:
        if wanted < 1:
            return 0
        close_old_connections()
        rows = leases.claim(worker=self.name, queues=self.queues, limit=wanted, lease=self.lease)
        work: list[Work] = [TaskWork(row) for row in rows]
        work += self._take_jobs(wanted - len(work))
        for item in work:
            with self._lock:
                self._held.add(item)
            self._inbox.put(item)
        return len(work)

    def _take_jobs(self, wanted: int) -> list[Work]:
        if wanted < 1 or time.monotonic() < self._next_jobs:
            return []
        if not self._next_jobs:
            jobs.install(self._jobs)
        taken: list[Work] = []
        for job in self._jobs:
            if len(taken) == wanted:
                return taken
            if jobs.claim(job, worker=self.name, lease=self.lease):
                taken.append(JobWork(job, self.name))
        self._next_jobs = time.monotonic() + JOBS_PAUSE
        return taken

    def _wind_up(self) -> None:
        told = time.monotonic()
        # Read anew each time: a second signal takes the grace away.
        while self._held and time.monotonic() < told + self.grace:
            self._wake.clear()
            self._wake.wait(0.1)
        with self._lock:
            unended = list(self._held)
        for item in unended:
            log.warning("given back unended", name=item.name)
            self._patiently(item.release)
        for _ in range(self.threads):
            self._inbox.put(None)
        self._ended.set()
        self._patiently(lambda: leases.left(worker=self.name))

    def _patiently(self, call: Callable[[], R]) -> R | None:
        """Call the database; ``None``, after a while, when it cannot be reached."""
        try:
            return call()
        except DatabaseError as error:
            log.error("the database does not answer the worker", error=str(error))  # noqa: TRY400
            connection.close()
            self._stopping.wait(PATIENCE)
            return None

    # --- the threads ----------------------------------------------------------------------

    def _spawn(self, target: Callable[[], None]) -> threading.Thread:
        # Daemons: a thread that never returns must not keep the process from ending.
        thread = threading.Thread(target=target, name=target.__name__, daemon=True)
        thread.start()
        return thread

    def _work(self) -> None:
        try:
            while (item := self._inbox.get()) is not None:
                item.begun = time.monotonic()
                try:
                    item.run()
                except DatabaseError:
                    log.exception("outcome not noted: the lease will end", name=item.name)
                finally:
                    with self._lock:
                        self._held.discard(item)
                        self._stuck -= item.abandoned
                        self.done += 1
                    self._wake.set()
                if item.abandoned:
                    return  # another thread has taken this one's place
        finally:
            connection.close()

    def _attend(self, one: attending.Attendant) -> Callable[[], None]:
        def attend() -> None:
            one.run(self._stopping)

        return attend

    def _beat(self) -> None:
        try:
            self._patiently(self._heartbeat)
            while not self._ended.wait(max(0.1, min(self.lease / 4, 10.0))):
                self._patiently(self._heartbeat)
        finally:
            connection.close()

    def _heartbeat(self) -> None:
        close_old_connections()
        with self._lock:
            held = list(self._held)
        now = time.monotonic()
        late = [item for item in held if now - item.begun > item.timeout]
        for item in late:
            self._abandon(item)
        kept = [item for item in held if not item.abandoned]
        leases.renew(
            worker=self.name,
            keys=[item.row.pk for item in kept if isinstance(item, TaskWork)],
            lease=self.lease,
        )
        jobs.renew(
            worker=self.name,
            names=[item.name for item in kept if isinstance(item, JobWork)],
            lease=self.lease,
        )
        leases.seen(worker=self.name, queues=self.queues, threads=self.threads)
        leases.reclaim()

    def _abandon(self, item: Work) -> None:
        """Give up a run that lasts too long, and put a new thread in the place of its own."""
        with self._lock:
            if item not in self._held:
                return  # it ended this very moment
            item.abandoned = True
            self._held.discard(item)
            self._stuck += 1
        log.error("ran too long, given up", name=item.name, seconds=item.timeout)
        item.time_out()
        if self._stuck >= self.threads:
            log.error("too many threads never return: the worker stops")
            self.stop(at_once=True)
        else:
            self._spawn(self._work)
