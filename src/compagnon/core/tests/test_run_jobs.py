"""A periodic job is run once per period, whatever the number of workers."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from compagnon.core.models import PeriodicRun
from compagnon.core.tasks import jobs, queries
from compagnon.core.tasks.jobs import Job
from compagnon.core.tasks.worker import Worker
from compagnon.core.tests.processes import wait_for

runs: list[str] = []


def tick() -> None:
    """Note a run."""
    runs.append("tick")


def trip() -> None:
    """Fail each time."""
    runs.append("trip")
    raise ValueError("tripped")


@pytest.fixture(autouse=True)
def _no_runs() -> None:
    runs.clear()


def job(function=tick, *, every: float = 60.0, queue: str = "default", timeout: float = 9.0) -> Job:
    return Job(function.__name__, function, timedelta(seconds=every), queue, timeout)


def age(seconds: float) -> None:
    """Move every job's times into the past."""
    past = timedelta(seconds=seconds)
    for row in PeriodicRun.objects.all():
        row.last_started_at = row.last_started_at and row.last_started_at - past
        row.lease_until = row.lease_until and row.lease_until - past
        row.save()


@pytest.fixture
def installed(db) -> Job:
    """A job that runs each minute, known to the database."""
    jobs.install([job()])
    return job()


def test_the_first_to_claim_runs_it_the_others_do_not(installed):
    assert jobs.claim(installed, worker="a", lease=30)
    assert not jobs.claim(installed, worker="b", lease=30)
    assert jobs.finish(installed, worker="a")
    assert not jobs.claim(installed, worker="b", lease=30)
    age(59)
    assert not jobs.claim(installed, worker="b", lease=30)
    age(2)
    assert jobs.claim(installed, worker="b", lease=30)


def test_it_is_not_begun_again_while_it_runs(installed):
    assert jobs.claim(installed, worker="a", lease=3600)
    age(120)
    assert not jobs.claim(installed, worker="b", lease=30)


def test_a_dead_worker_s_job_is_taken_up_when_its_lease_ends(installed):
    assert jobs.claim(installed, worker="a", lease=30)
    age(31)
    assert jobs.claim(installed, worker="b", lease=30)
    assert not jobs.finish(installed, worker="a", error="late")
    assert PeriodicRun.objects.get().last_error == ""


def test_a_renewed_lease_is_kept(installed):
    assert jobs.claim(installed, worker="a", lease=30)
    age(25)
    jobs.renew(worker="a", names=[installed.name], lease=30)
    age(25)
    assert not jobs.claim(installed, worker="b", lease=30)


def test_a_released_job_is_due_at_once(installed):
    assert jobs.claim(installed, worker="a", lease=30)
    jobs.release(installed, worker="a")
    assert jobs.claim(installed, worker="b", lease=30)


def test_a_failure_is_noted_and_forgotten_when_it_goes_well(installed):
    for count in (1, 2):
        assert jobs.claim(installed, worker="a", lease=30)
        jobs.finish(installed, worker="a", error="no\x00!" * 10_000)
        row = PeriodicRun.objects.get()
        assert (row.failures, len(row.last_error)) == (count, jobs.ERROR_LENGTH)
        assert list(queries.failing_jobs()) == [row]
        age(61)
    assert jobs.claim(installed, worker="a", lease=30)
    jobs.finish(installed, worker="a")
    assert not queries.failing_jobs().exists()


def test_installing_twice_keeps_what_is_known(installed):
    assert jobs.claim(installed, worker="a", lease=30)
    jobs.install([installed])
    assert PeriodicRun.objects.get().worker == "a"


def test_the_jobs_of_every_room_are_found():
    found = jobs.discover()
    assert "compagnon.core.tasks.housekeeping.forget_done_tasks" in found


# --- with workers ---------------------------------------------------------------------------


def make(found: list[Job], monkeypatch, **options) -> Worker:
    monkeypatch.setattr(jobs, "discover", lambda: {one.name: one for one in found})
    return Worker(threads=2, **options)


@pytest.mark.django_db(transaction=True)
def test_three_workers_run_a_job_once(monkeypatch):
    team = [make([job()], monkeypatch) for _ in range(3)]
    threads = [threading.Thread(target=worker.run) for worker in team]
    for thread in threads:
        thread.start()
    wait_for(lambda: PeriodicRun.objects.filter(last_finished_at__isnull=False).exists())
    for worker in team:
        worker.stop()
    for thread in threads:
        thread.join(20)
    assert runs == ["tick"]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_harms_no_other(monkeypatch):
    worker = make([job(trip), job(tick)], monkeypatch)
    thread = threading.Thread(target=worker.run)
    thread.start()
    wait_for(lambda: PeriodicRun.objects.filter(last_finished_at__isnull=False).count() == 2)
    worker.stop()
    thread.join(20)
    assert sorted(runs) == ["tick", "trip"]
    assert "ValueError: tripped" in PeriodicRun.objects.get(pk="trip").last_error
    connection.close()


def test_a_worker_leaves_alone_the_jobs_of_other_queues(db, monkeypatch):
    worker = make([job(queue="mail")], monkeypatch, queues=["default"])
    assert worker._jobs == []
