"""A failed attempt is tried again, then given up, and a person decides what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from hypothesis import given
from hypothesis import strategies as st

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, NotFound, Refused, SignInNeeded
from compagnon.core.models import Entry, Task, TaskState
from compagnon.core.tasks import housekeeping, leases, queries, services
from compagnon.core.tasks.policies import Policy, delay
from compagnon.core.tasks.worker import run_due
from compagnon.core.tests import sample_tasks as sample
from compagnon.core.tests.factories import actor_with

SYSTEM = Actor.system("test")


@pytest.fixture
def dead(db) -> Task:
    """A task that failed three times."""
    sample.fail.enqueue()
    for _ in range(3):
        Task.objects.update(run_after=timezone.now() - timedelta(seconds=1))
        assert run_due() == 1
    return Task.objects.get()


def test_a_task_that_always_fails_is_given_up_with_its_traceback(dead):
    assert dead.state == TaskState.DEAD
    assert dead.attempts == 3
    assert dead.error_class == "builtins.ValueError"
    assert "sample_tasks.py" in dead.error
    assert dead.lease_until is None
    result = sample.fail.get_result(str(dead.pk))
    assert result.status == TaskResultStatus.FAILED
    assert result.errors[0].exception_class is ValueError


def test_a_failed_attempt_waits_before_the_next(db):
    sample.leave.using(priority=1).enqueue()
    assert run_due(limit=1) == 1
    task = Task.objects.get()
    assert task.state == TaskState.WAITING
    assert task.error_class == "builtins.SystemExit"


def test_retry_later_waits_as_long_as_it_says(db):
    sample.later.enqueue()
    run_due()
    task = Task.objects.get()
    assert task.state == TaskState.WAITING
    assert timedelta(minutes=59) < task.run_after - timezone.now() < timedelta(minutes=61)
    assert "the other side is closed" in task.error


def test_give_up_is_not_tried_again(db):
    sample.hopeless.enqueue()
    run_due()
    assert Task.objects.get().state == TaskState.DEAD


def test_a_task_whose_code_is_gone_is_tried_again_not_lost(db):
    sample.attempt.enqueue()
    Task.objects.update(path="compagnon.core.tests.sample_tasks.gone")
    run_due()
    task = Task.objects.get()
    assert (task.state, task.attempts) == (TaskState.WAITING, 1)
    assert task.error_class.endswith("InvalidTaskError")


def test_a_path_that_is_no_task_is_never_called(db):
    sample.attempt.enqueue()
    Task.objects.update(path="os.getpid")
    run_due()
    assert Task.objects.get().error_class.endswith("InvalidTaskError")


def test_an_error_as_long_as_a_book_is_cut(db, monkeypatch):
    sample.hopeless.enqueue()
    [row] = leases.claim(worker="w", queues=["default"], limit=1, lease=30)
    leases.fail(row, leases.Failure("x", "y" * 100_000 + "end"), Policy())
    row.refresh_from_db()
    assert len(row.error) == leases.ERROR_LENGTH
    assert row.error.endswith("end")


@given(attempt=st.integers(1, 10_000), chance=st.floats(0, 1, exclude_max=True))
def test_the_wait_grows_and_is_bounded(attempt, chance):
    rule = Policy(first_delay=2.0, longest_delay=600.0)
    wait = delay(rule, attempt, chance=lambda: chance)
    assert 1.0 <= wait <= 600.0
    assert wait <= delay(rule, attempt + 1, chance=lambda: chance)


# --- what a person decides ------------------------------------------------------------------


def test_a_dead_task_is_retried_from_the_first_attempt(dead):
    actor = actor_with("task.manage")
    services.retry_dead(actor=actor, task_id=dead.pk)
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (TaskState.WAITING, 0)
    entry = Entry.objects.get(verb="task.retry")
    assert entry.object_id == dead.pk
    assert entry.before == {"state": "dead", "attempts": 3}
    assert run_due() == 1


def test_a_dead_task_is_discarded(dead):
    services.discard_dead(actor=actor_with("task.manage"), task_id=dead.pk)
    assert not Task.objects.exists()
    assert Entry.objects.get(verb="task.discard").object_id == dead.pk


@pytest.mark.parametrize("decide", [services.retry_dead, services.discard_dead])
def test_who_may_not_manage_tasks_is_refused(dead, decide):
    with pytest.raises(Refused):
        decide(actor=actor_with("ticket.view"), task_id=dead.pk)
    with pytest.raises(SignInNeeded):
        decide(actor=Actor.anonymous(), task_id=dead.pk)
    assert Task.objects.get().state == TaskState.DEAD
    assert not Entry.objects.filter(object_type="core.task").exists()


@pytest.mark.parametrize("decide", [services.retry_dead, services.discard_dead])
def test_only_a_dead_task_is_decided_about(db, decide):
    result = sample.attempt.enqueue()
    with pytest.raises(Conflict):
        decide(actor=SYSTEM, task_id=int(result.id))
    with pytest.raises(NotFound):
        decide(actor=SYSTEM, task_id=10**9)


def test_dead_tasks_are_seen_by_who_manages_them_only(dead):
    assert list(queries.dead_tasks(actor=actor_with("task.manage"))) == [dead]
    assert not queries.dead_tasks(actor=actor_with("ticket.view"))
    assert queries.get_task(actor=SYSTEM, task_id=dead.pk) == dead


def test_counts_and_waits_are_told_by_queue(dead, tmp_path):
    sample.attempt.enqueue()
    sample.note_first.enqueue(str(tmp_path), "a")
    Task.objects.filter(queue="mail").update(run_after=timezone.now() - timedelta(minutes=5))
    assert queries.counts() == {
        ("default", TaskState.DEAD): 1,
        ("default", TaskState.WAITING): 1,
        ("mail", TaskState.WAITING): 1,
    }
    waits = queries.oldest_waiting()
    assert waits["mail"] >= timedelta(minutes=5)
    assert waits["default"] < timedelta(minutes=1)


def test_done_tasks_are_forgotten_after_a_week_dead_ones_never(dead):
    for _ in range(3):
        sample.attempt.enqueue()
    run_due()
    Task.objects.update(finished_at=timezone.now() - timedelta(days=8))
    fresh = Task.objects.filter(state=TaskState.DONE).first()
    Task.objects.filter(pk=fresh.pk).update(finished_at=timezone.now() - timedelta(days=6))
    housekeeping.forget_done_tasks()
    assert set(Task.objects.all()) == {dead, fresh}
