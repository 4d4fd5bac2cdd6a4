"""A task is a row of the transaction that asked for it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist

from compagnon.core.models import Task, TaskState
from compagnon.core.tasks.worker import run_due
from compagnon.core.tests import sample_tasks as sample

pytestmark = pytest.mark.django_db


def test_a_task_is_enqueued_run_and_told(tmp_path):
    result = sample.note.enqueue(str(tmp_path), "a")
    assert result.status == TaskResultStatus.READY
    row = Task.objects.get(pk=result.id)
    assert (row.state, row.queue, row.attempts) == (TaskState.WAITING, "default", 0)

    assert run_due() == 1

    result.refresh()
    assert result.status == TaskResultStatus.SUCCESSFUL
    assert result.return_value == "a"
    assert (tmp_path / "a").read_text() == "begun\nended\n"


def test_a_task_rolled_back_never_was(tmp_path):
    with transaction.atomic():
        sample.note.enqueue(str(tmp_path), "a")
        transaction.set_rollback(True)
    assert run_due() == 0
    assert not Task.objects.exists()


def test_priority_then_age_decides_the_order(tmp_path):
    sample.note.enqueue(str(tmp_path), "log")
    sample.note_first.enqueue(str(tmp_path), "log")
    assert run_due() == 2
    assert (tmp_path / "log").read_text().startswith("first")


def test_a_deferred_task_waits(tmp_path):
    soon = sample.note.using(run_after=timezone.now() + timedelta(hours=1))
    soon.enqueue(str(tmp_path), "a")
    assert run_due() == 0
    Task.objects.update(run_after=timezone.now() - timedelta(seconds=1))
    assert run_due() == 1


def test_a_worker_serves_only_its_queues(tmp_path):
    sample.note.enqueue(str(tmp_path), "a")
    sample.note_first.enqueue(str(tmp_path), "b")
    assert run_due(queues=["mail"]) == 1
    assert not (tmp_path / "a").exists()


def test_what_a_task_enqueues_is_run_too(tmp_path):
    sample.chain.enqueue(str(tmp_path), 5)
    assert run_due() == 6
    assert (tmp_path / "end").exists()


def test_a_task_may_know_its_attempt():
    result = sample.attempt.enqueue()
    Task.objects.update(attempts=2)
    run_due()
    result.refresh()
    assert result.return_value == 3


def test_a_task_acts_under_the_id_of_the_request_that_asked():
    request_id = str(uuid.uuid4())
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        result = sample.correlation.enqueue()
    run_due()
    result.refresh()
    assert result.return_value == request_id


def test_arguments_that_are_not_json_are_refused():
    with pytest.raises(TypeError):
        sample.note.enqueue(datetime(2026, 1, 1, tzinfo=UTC), "a")
    assert not Task.objects.exists()


def test_an_unknown_queue_is_refused():
    with pytest.raises(InvalidTaskError):
        sample.note.using(queue_name="nowhere")


@pytest.mark.parametrize("result_id", ["0", "12345", "no-number", "", "²"])
def test_an_unknown_result_is_told(result_id):
    with pytest.raises(TaskResultDoesNotExist):
        sample.note.get_result(result_id)
