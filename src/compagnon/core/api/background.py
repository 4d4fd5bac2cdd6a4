"""Background work by API: how it stands, what was given up, which jobs run."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api.auth import ApiRequest
from compagnon.core.api.filters import ListQuery
from compagnon.core.api.routes import Id, Routes
from compagnon.core.models import Task
from compagnon.core.tasks import queries, services

router = Routes(tag="background work")

StateName = Literal["waiting", "running", "done", "dead"]


class TaskOut(Schema):
    """One call made, or to be made, in the background."""

    id: int
    queue: str = Field(examples=["mail"])
    priority: int
    path: str = Field(description="The function.", examples=["compagnon.desk.tasks.deliver"])
    arguments: dict[str, Any] = Field(examples=[{"args": [12], "kwargs": {}}])
    state: StateName = Field(description="«dead» was given up after its last attempt.")
    run_after: datetime
    attempts: int
    worker: str
    error_class: str
    error: str = Field(description="Of the last attempt.")
    enqueued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class TaskQuery(ListQuery):
    """Which tasks, in which order."""

    state: StateName | None = None
    queue: Annotated[str | None, Field(max_length=32, pattern=r"^[a-z_-]*$")] = None
    ordering: Literal["id", "-id"] = "-id"


class CountOut(Schema):
    """How many tasks of a queue are in a state."""

    queue: str = Field(examples=["mail"])
    state: StateName
    number: int


class WorkerOut(Schema):
    """A worker seen within the last minute."""

    name: str
    queues: list[str]
    threads: int
    started_at: datetime
    seen_at: datetime


class JobOut(Schema):
    """A periodic job and its last run."""

    name: str = Field(examples=["compagnon.desk.tasks.close_silent_tickets"])
    every_seconds: float
    queue: str
    last_started_at: datetime | None
    last_finished_at: datetime | None
    failures: int = Field(description="In a row; 0 when the last run went well.")
    last_error: str


class WorkOut(Schema):
    """How background work stands."""

    counts: list[CountOut]
    oldest_waiting_seconds: float = Field(description="How long the oldest due task has waited.")
    workers: list[WorkerOut]
    jobs: list[JobOut]


@router.show("/background-work", WorkOut)
def get_background_work(request: ApiRequest) -> dict[str, Any]:
    """Read how background work stands: counts, workers, periodic jobs."""
    lines = queries.jobs(actor=request.actor)
    waited = max(queries.oldest_waiting().values(), default=None)
    return {
        "counts": [
            {"queue": queue, "state": state.value, "number": number}
            for (queue, state), number in sorted(queries.counts().items())
        ],
        "oldest_waiting_seconds": waited.total_seconds() if waited else 0.0,
        "workers": list(queries.live_workers()),
        "jobs": [
            {
                "name": line.name,
                "every_seconds": line.every.total_seconds(),
                "queue": line.queue,
                "last_started_at": line.run.last_started_at if line.run else None,
                "last_finished_at": line.run.last_finished_at if line.run else None,
                "failures": line.run.failures if line.run else 0,
                "last_error": line.run.last_error if line.run else "",
            }
            for line in lines
        ],
    }


@router.index("/background-tasks", TaskOut)
def list_background_tasks(request: ApiRequest, query: Query[TaskQuery]) -> QuerySet[Task]:
    """List background tasks; those given up wait for a decision."""
    return queries.tasks_in(actor=request.actor)


@router.show("/background-tasks/{task_id}", TaskOut)
def get_background_task(request: ApiRequest, task_id: Id) -> Task:
    """Read a background task."""
    return queries.get_task(actor=request.actor, task_id=task_id)


class RetriedOut(Schema):
    """How many tasks are tried again."""

    number: int


@router.act("/background-work/retry", RetriedOut)
def retry_background_tasks(request: ApiRequest) -> dict[str, int]:
    """Have the tasks that were given up tried again, the 1,000 oldest at most."""
    return {"number": services.retry_all_dead(actor=request.actor)}


@router.act("/background-tasks/{task_id}/retry", TaskOut)
def retry_background_task(request: ApiRequest, task_id: Id) -> Task:
    """Have a task that was given up tried again."""
    return services.retry_dead(actor=request.actor, task_id=task_id)


@router.remove("/background-tasks/{task_id}")
def discard_background_task(request: ApiRequest, task_id: Id) -> None:
    """Discard a task that was given up: it is not to be done any more."""
    services.discard_dead(actor=request.actor, task_id=task_id)
