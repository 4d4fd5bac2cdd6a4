"""A worker does each task, whatever the tasks do and however many workers there are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from compagnon.core.models import Task, TaskState, Worker
from compagnon.core.tasks import leases, queries
from compagnon.core.tasks import worker as workers
from compagnon.core.tests import sample_tasks as sample
from compagnon.core.tests.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_thread_outlives_its_test(tmp_path) -> Iterator[None]:
    yield
    (tmp_path / "gate").touch()
    threads_end()


def threads_end() -> None:
    """Wait for what a worker gave up or gave back."""
    for thread in threading.enumerate():
        if thread.name == "_work":
            thread.join(10)


def make(**options) -> workers.Worker:
    return workers.Worker(**{"threads": 2, "periodic": False, **options})


@contextmanager
def running(worker: workers.Worker) -> Iterator[threading.Thread]:
    """Run the worker in a thread of its own for the time of the block."""
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield thread
    finally:
        worker.stop()
        thread.join(20)
        assert not thread.is_alive()


def states() -> dict[str, int]:
    return {state: n for (_, state), n in queries.counts().items()}


def test_every_task_is_run_once(tmp_path):
    for number in range(40):
        sample.note.enqueue(str(tmp_path), str(number))
    worker = make(threads=4)
    assert worker.run(until_empty=True)
    assert worker.done == 40
    assert states() == {TaskState.DONE: 40}
    assert {path.read_text() for path in tmp_path.iterdir()} == {"begun\nended\n"}
    assert not Worker.objects.exists()


def test_several_workers_never_run_the_same_task(tmp_path):
    for number in range(60):
        sample.note.enqueue(str(tmp_path), str(number), 0.01)
    team = [make(threads=3) for _ in range(3)]
    threads = [threading.Thread(target=worker.run, kwargs={"until_empty": True}) for worker in team]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(worker.done for worker in team) == 60
    assert len(list(tmp_path.iterdir())) == 60
    assert {path.read_text() for path in tmp_path.iterdir()} == {"begun\nended\n"}


def test_what_a_task_enqueues_is_run_before_the_worker_leaves(tmp_path):
    sample.chain.enqueue(str(tmp_path), 10)
    make().run(until_empty=True)
    assert (tmp_path / "end").exists()


def test_once_runs_one_task(tmp_path):
    for number in range(3):
        sample.note.enqueue(str(tmp_path), str(number))
    make().run(until_empty=True, limit=1)
    assert states() == {TaskState.DONE: 1, TaskState.WAITING: 2}


def test_an_idle_worker_begins_a_new_task_soon(tmp_path):
    """It looks at the table so often that two seconds are kept, whatever the machine does."""
    worker, pauses = make(), []
    wait = worker._wake.wait
    worker._wake.wait = lambda pause: pauses.append(pause) or wait(pause)
    with running(worker):
        wait_for(lambda: len(pauses) > 3 and pauses[-1] == pauses[-2])  # they grow no more
        sample.note.enqueue(str(tmp_path), "a")
        wait_for((tmp_path / "a").exists)
    assert max(pauses) <= 1.0


def test_no_task_takes_the_worker_down(tmp_path):
    sample.leave.enqueue()
    sample.fail.enqueue()
    sample.hopeless.enqueue()
    sample.note.enqueue(str(tmp_path), "a")
    with running(make(threads=1)):
        wait_for(lambda: states().get(TaskState.DONE) == 1)


def test_a_task_over_its_time_is_given_up_and_the_next_are_run(tmp_path):
    sample.hang.using(priority=9).enqueue(str(tmp_path))
    sample.note.enqueue(str(tmp_path), "a")
    with running(make(threads=2, lease=1.0)) as thread:
        wait_for(lambda: Task.objects.filter(state=TaskState.DEAD).exists(), seconds=20)
        sample.note.enqueue(str(tmp_path), "b")
        sample.note.enqueue(str(tmp_path), "c")
        wait_for(lambda: states().get(TaskState.DONE) == 3, seconds=20)
        assert thread.is_alive()
    assert Task.objects.get(state=TaskState.DEAD).error_class.endswith("TimedOut")


def test_a_worker_whose_threads_never_return_ends(tmp_path):
    sample.hang.enqueue(str(tmp_path))
    assert make(threads=1, lease=1.0).run() is False
    assert "_work" in [thread.name for thread in threading.enumerate()], "it was waited for"


def test_told_to_stop_it_ends_what_runs(tmp_path):
    sample.hold.enqueue(str(tmp_path), "a")
    sample.note.using(priority=-1).enqueue(str(tmp_path), "b")
    worker = make(threads=1)
    with running(worker):
        wait_for((tmp_path / "a").exists)
        worker.stop()
        (tmp_path / "gate").touch()
    assert (tmp_path / "a").read_text() == "begun\nended\n"
    assert not (tmp_path / "b").exists()
    assert states() == {TaskState.DONE: 1, TaskState.WAITING: 1}


def test_told_to_stop_at_once_it_gives_back_what_runs(tmp_path):
    sample.hold.enqueue(str(tmp_path), "a")
    worker = make()
    with running(worker):
        wait_for((tmp_path / "a").exists)
        worker.stop(at_once=True)
    task = Task.objects.get()
    assert (task.state, task.attempts, task.lease_until) == (TaskState.WAITING, 0, None)
    (tmp_path / "gate").touch()
    threads_end()
    assert (tmp_path / "a").read_text() == "begun\nended\n"
    task.refresh_from_db()
    assert task.state == TaskState.WAITING, "a thread that lost its lease wrote an outcome"


def test_a_long_task_keeps_its_lease(tmp_path):
    sample.hold.enqueue(str(tmp_path), "a")
    with running(make(lease=3.0)), running(make(lease=3.0)):
        wait_for((tmp_path / "a").exists)
        first = Task.objects.get().lease_until
        wait_for(lambda: timezone.now() > first)
        (tmp_path / "gate").touch()
        wait_for(lambda: states() == {TaskState.DONE: 1})
    assert (tmp_path / "a").read_text() == "begun\nended\n"
    assert Task.objects.get().attempts == 1


def test_a_database_that_fails_for_a_while_is_waited_for(tmp_path, monkeypatch):
    real, failures = leases.claim, iter([True, True])

    def claim(**options):
        if next(failures, False):
            raise OperationalError("gone away")
        return real(**options)

    monkeypatch.setattr(leases, "claim", claim)
    monkeypatch.setattr(workers, "PATIENCE", 0.05)
    sample.note.enqueue(str(tmp_path), "a")
    make().run(until_empty=True)
    assert states() == {TaskState.DONE: 1}


def test_an_outcome_is_noted_though_the_database_failed_first(tmp_path, monkeypatch):
    real, failures = leases.finish, iter([True])

    def finish(row, result):
        if next(failures, False):
            raise OperationalError("gone away")
        return real(row, result)

    monkeypatch.setattr(leases, "finish", finish)
    sample.note.enqueue(str(tmp_path), "a")
    make().run(until_empty=True)
    assert states() == {TaskState.DONE: 1}
    assert (tmp_path / "a").read_text() == "begun\nended\n"


# --- leases ---------------------------------------------------------------------------------


def claim_one() -> Task:
    [row] = leases.claim(worker="w1", queues=["default"], limit=5, lease=30)
    return row


def test_a_lease_that_ended_is_taken_back_and_its_holder_fenced_off():
    sample.attempt.enqueue()
    old = claim_one()
    assert leases.reclaim() == 0
    Task.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert leases.reclaim() == 1

    assert leases.finish(old, "late") is False
    new = claim_one()
    assert new.attempts == 2
    assert leases.finish(old, "late") is False
    assert leases.fail(old, leases.Failure("x", "late"), sample_policy()) is None
    assert leases.release([old]) == 0
    assert leases.finish(new, "right") is True
    assert Task.objects.get().result == "right"


def sample_policy():
    from compagnon.core.tasks.policies import DEFAULT

    return DEFAULT


def test_a_worker_that_came_back_to_life_keeps_its_lease(monkeypatch):
    sample.attempt.enqueue()
    row = claim_one()
    Task.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    real = leases._held

    def held(task):
        leases.renew(worker="w1", keys=[row.pk], lease=30)
        return real(task)

    monkeypatch.setattr(leases, "_held", held)
    assert leases.reclaim() == 0


def test_a_task_that_kills_its_workers_ends_among_the_dead():
    sample.die.enqueue()
    for _ in range(2):
        claim_one()
        Task.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert leases.reclaim() == 1
    task = Task.objects.get()
    assert task.state == TaskState.DEAD
    assert task.error_class == leases.LOST


def test_live_workers_are_told():
    leases.seen(worker="w1", queues=["mail"], threads=4)
    leases.seen(worker="w2", queues=["mail"], threads=4)
    Worker.objects.filter(pk="w2").update(seen_at=timezone.now() - timedelta(minutes=10))
    assert [worker.name for worker in queries.live_workers()] == ["w1"]
    leases.left(worker="w1")
    assert not queries.live_workers().exists()


if connection.vendor == "postgresql":  # on SQLite there is one writer at a time

    def test_a_row_locked_by_another_is_passed_over():
        first, second = sample.attempt.enqueue(), sample.attempt.enqueue()
        held, done = threading.Event(), threading.Event()

        def hold():
            from django.db import transaction

            with transaction.atomic():
                list(Task.objects.select_for_update().filter(pk=first.id))
                held.set()
                done.wait(10)
            connection.close()

        thread = threading.Thread(target=hold)
        thread.start()
        try:
            held.wait(10)
            rows = leases.claim(worker="w", queues=["default"], limit=5, lease=30)
            assert [str(row.pk) for row in rows] == [second.id]
        finally:
            done.set()
            thread.join()
