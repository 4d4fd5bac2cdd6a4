"""Workers are killed and told to stop; nothing that was enqueued is lost."""

from __future__ import annotations

import json
import signal
import time

import pytest

from compagnon.core.models import Task, TaskState, Worker
from compagnon.core.tasks import leases
from compagnon.core.tests import sample_tasks as sample
from compagnon.core.tests.processes import command, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
SHORT = {"COMPAGNON_TASK_LEASE_SECONDS": "2"}


def text(folder) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_killed_in_the_middle_its_tasks_are_taken_up_by_the_next(tmp_path):
    for number in range(30):
        what = sample.note if number < 6 else sample.hold
        what.enqueue(str(tmp_path), str(number))
    with command("worker", "--threads", "4", **SHORT) as first:
        wait_for(lambda: len(list(tmp_path.iterdir())) == 10)
        first.send_signal(signal.SIGKILL)
        first.wait()
    # What it ran stays its own until its lease ends: nobody can know yet that it is dead.
    cut = set(Task.objects.filter(state=TaskState.RUNNING).values_list("pk", flat=True))
    assert len(cut) == 4
    (tmp_path / "gate").touch()
    with command("worker", "--threads", "4", **SHORT):
        wait_for(lambda: not Task.objects.exclude(state=TaskState.DONE).exists())
    assert Task.objects.count() == 30
    for task in Task.objects.all():
        seen = (tmp_path / task.arguments["args"][1]).read_text()
        assert task.attempts == (2 if task.pk in cut else 1)
        if task.pk not in cut:
            assert seen == "begun\nended\n"
        else:
            assert seen.endswith("ended\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_what_runs_and_leaves_the_rest(tmp_path, number):
    for name in "abc":
        sample.note.enqueue(str(tmp_path), name, 1.0)
    with command("worker", "--threads", "1") as worker:
        wait_for(lambda: list(tmp_path.iterdir()))
        worker.send_signal(number)
        assert worker.wait(60) == 0
    assert set(text(tmp_path).values()) == {"begun\nended\n"}
    assert Task.objects.filter(state=TaskState.WAITING, attempts=0).count() == 2
    assert Task.objects.filter(state=TaskState.DONE).count() == 1
    assert not Worker.objects.exists()


def test_told_twice_it_gives_back_what_runs(tmp_path):
    sample.note.enqueue(str(tmp_path), "a", 60.0)
    with command("worker") as worker:
        wait_for((tmp_path / "a").exists)
        worker.send_signal(signal.SIGTERM)
        # Two signals that come before the first was heard are one: told until it hears.
        while Task.objects.get().state == TaskState.RUNNING:
            worker.send_signal(signal.SIGTERM)
            time.sleep(0.3)
        assert worker.wait(60) == 0
    assert Task.objects.get().state == TaskState.WAITING


def test_a_task_that_kills_every_worker_ends_among_the_dead(tmp_path):
    sample.die.enqueue()
    sample.note.using(priority=-5).enqueue(str(tmp_path), "a")
    for _ in range(2):
        with command("worker", "--threads", "1", COMPAGNON_TASK_LEASE_SECONDS="1") as worker:
            assert worker.wait(60) == 9
    with command("worker", "--threads", "1", COMPAGNON_TASK_LEASE_SECONDS="1"):
        wait_for((tmp_path / "a").exists)
        wait_for(lambda: Task.objects.filter(state=TaskState.DEAD).exists())
    assert Task.objects.get(state=TaskState.DEAD).error_class == leases.LOST


def test_drain_runs_what_is_due_and_says_how_much(tmp_path):
    for name in "abc":
        sample.note.enqueue(str(tmp_path), name)
    with command("worker", "--drain", "--json") as worker:
        out, _ = worker.communicate(timeout=60)
        assert worker.returncode == 0
    assert json.loads(out)["done"] == 3


@pytest.mark.parametrize("wrong", [["--threads", "0"], ["--queues", "nowhere"], ["--never"]])
def test_a_misused_command_says_so(wrong):
    with command("worker", *wrong) as worker:
        _, told = worker.communicate(timeout=60)
        assert worker.returncode == 2
        assert told
