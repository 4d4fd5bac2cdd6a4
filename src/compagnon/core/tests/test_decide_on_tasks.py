"""The page of background work and its API: seen, tried again, discarded, refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.core.models import Entry, PeriodicRun, Task, TaskState
from compagnon.people.tests.factories import Cast

URL = "/admin/tasks/"
API = "/api/v1/background-tasks"


def dead_task(**values: Any) -> Task:
    now = timezone.now()
    values = {
        "path": "compagnon.desk.tasks.deliver",
        "queue": "mail",
        "arguments": {"args": [12], "kwargs": {}},
        "state": TaskState.DEAD,
        "attempts": 20,
        "run_after": now,
        "enqueued_at": now,
        "finished_at": now,
        "error_class": "builtins.ConnectionRefusedError",
        "error": "Traceback: <script>refused</script>",
    } | values
    return Task.objects.create(**values)


@pytest.fixture
def operator(cast: Cast, signed_in: Any) -> Client:
    """A browser of somebody who manages tasks."""
    browser: Client = signed_in(cast.provider, "task.manage", language="en")
    return browser


def test_the_page_says_what_was_given_up_and_why(operator: Client) -> None:
    dead_task()
    dead_task(state=TaskState.WAITING, path="waits.its.turn")
    page = operator.get(URL).content.decode()
    assert "compagnon.desk.tasks.deliver" in page
    assert "ConnectionRefusedError" in page
    assert "<script>refused" not in page
    assert "waits.its.turn" not in page
    assert "waits.its.turn" in operator.get(f"{URL}?state=waiting").content.decode()
    assert operator.get(f"{URL}?state=nonsense&cursor=x").status_code == 200


def test_the_page_shows_periodic_jobs_with_their_last_run(operator: Client) -> None:
    PeriodicRun.objects.create(
        name="compagnon.desk.tasks.close_silent_tickets",
        last_started_at=timezone.now(),
        last_finished_at=timezone.now(),
        failures=3,
        last_error="boom",
    )
    page = operator.get(URL).content.decode()
    assert "close_silent_tickets" in page
    assert "failed 3 times in a row" in page
    assert "resume_due_tickets" in page  # declared, never run
    answer = operator.get("/api/v1/background-work").json()
    jobs = {job["name"].rpartition(".")[2]: job for job in answer["jobs"]}
    assert jobs["close_silent_tickets"]["failures"] == 3
    assert jobs["resume_due_tickets"]["last_started_at"] is None


def test_a_task_is_tried_again_from_the_page(operator: Client) -> None:
    task = dead_task()
    assert operator.post(f"{URL}{task.pk}/do/retry/").status_code == 302
    task.refresh_from_db()
    assert (task.state, task.attempts) == (TaskState.WAITING, 0)
    assert Entry.objects.filter(verb="task.retry", object_id=task.pk).count() == 1


def test_a_task_is_discarded_from_the_page(operator: Client) -> None:
    task = dead_task()
    operator.post(f"{URL}{task.pk}/do/discard/")
    assert not Task.objects.filter(pk=task.pk).exists()
    assert Entry.objects.filter(verb="task.discard", object_id=task.pk).count() == 1


def test_all_are_tried_again_at_once(operator: Client) -> None:
    tasks = [dead_task() for _ in range(3)]
    running = dead_task(state=TaskState.RUNNING)
    operator.post(f"{URL}retry/")
    assert Task.objects.filter(state=TaskState.WAITING).count() == len(tasks)
    running.refresh_from_db()
    assert running.state == TaskState.RUNNING
    assert Entry.objects.filter(verb="task.retry").count() == len(tasks)


def test_a_task_that_was_not_given_up_is_left_alone(operator: Client) -> None:
    task = dead_task(state=TaskState.RUNNING)
    response = operator.post(f"{URL}{task.pk}/do/discard/", follow=True)
    assert "nothing to decide" in response.content.decode()
    assert Task.objects.filter(pk=task.pk).exists()
    assert operator.post(f"{API}/{task.pk}/retry").status_code == 409


def test_what_is_not_there_is_not_found(operator: Client) -> None:
    assert operator.post(f"{URL}99/do/retry/").status_code == 404
    assert operator.post(f"{URL}{dead_task().pk}/do/nonsense/").status_code == 404


def test_the_api_does_what_the_page_does(operator: Client, cast: Cast, settings: Any) -> None:
    from compagnon.config.tests.world import token
    from compagnon.people.tests import factories

    person = factories.person(cast.provider)
    factories.account(person)
    factories.grant(person, factories.role(verbs={"task.manage", "token.manage"}), cast.provider)
    client = Client(headers={"authorization": f"Bearer {token(person)}"})
    first, second = dead_task(), dead_task()
    items = client.get(f"{API}?state=dead").json()["items"]
    assert [item["id"] for item in items] == [second.pk, first.pk]
    assert client.get(f"{API}/{first.pk}").json()["error_class"].endswith("RefusedError")
    answer = client.post(f"{API}/{first.pk}/retry")
    assert (answer.status_code, answer.json()["state"]) == (200, "waiting")
    assert client.post(f"{API}/{first.pk}/retry").status_code == 409
    assert client.delete(f"{API}/{second.pk}").status_code == 204
    assert client.get(f"{API}/{second.pk}").status_code == 404
    counts = client.get("/api/v1/background-work").json()["counts"]
    assert counts == [{"queue": "mail", "state": "waiting", "number": 1}]
    dead_task()
    assert client.post("/api/v1/background-work/retry").json() == {"number": 1}


def test_who_does_not_manage_tasks_is_refused_everything(cast: Cast, signed_in: Any) -> None:
    task = dead_task()
    client = signed_in(cast.provider, "journal.view", "ticket.view")
    for path in (URL, API, "/api/v1/background-work"):
        assert client.get(path).status_code == 403, path
    assert client.get(f"{API}/{task.pk}").status_code == 404
    for name in (f"{task.pk}/do/retry/", f"{task.pk}/do/discard/", "retry/"):
        assert client.post(URL + name).status_code == 403, name
    task.refresh_from_db()
    assert task.state == TaskState.DEAD


def test_who_manages_tasks_of_one_client_only_is_refused(cast: Cast, signed_in: Any) -> None:
    """A task belongs to no organisation: its error may speak of another client."""
    dead_task()
    client = signed_in(cast.client_a, "task.manage")
    assert client.get(URL).status_code == 403
    assert client.get(API).status_code == 403
    assert client.post(f"{URL}retry/").status_code == 403
