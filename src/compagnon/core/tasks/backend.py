"""The backend of ``django-tasks`` over our table: a task is a row of the running transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.core import checks
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist
from django_tasks.utils import normalize_json

from compagnon.core import models
from compagnon.core.models import TaskState
from compagnon.core.tasks.context import correlation_id

T = TypeVar("T")
P = ParamSpec("P")

STATUSES = {
    TaskState.WAITING: TaskResultStatus.READY,
    TaskState.RUNNING: TaskResultStatus.RUNNING,
    TaskState.DONE: TaskResultStatus.SUCCESSFUL,
    TaskState.DEAD: TaskResultStatus.FAILED,
}


class DatabaseBackend(BaseTaskBackend):
    """Keeps tasks in ``core.Task``, where any number of workers take them with a lease."""

    supports_defer = True
    supports_get_result = True
    supports_priority = True
    supports_async_task = False

    def enqueue(
        self,
        task: Task[P, T],
        args: P.args,  # type: ignore[valid-type]
        kwargs: P.kwargs,  # type: ignore[valid-type]
    ) -> TaskResult[T]:
        """Write the task in the running transaction: it exists if, and only if, that commits.

        Raises:
            TypeError: an argument is not of a JSON type.
        """
        self.validate_task(task)
        now = timezone.now()
        row = models.Task.objects.create(
            queue=task.queue_name,
            priority=task.priority,
            path=task.module_path,
            arguments={"args": normalize_json(args), "kwargs": normalize_json(kwargs)},
            run_after=task.run_after or now,
            enqueued_at=now,
            correlation_id=correlation_id(),
        )
        return result_of(row, task)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """Give what became of a task.

        Raises:
            TaskResultDoesNotExist: no such task, or it was done and pruned.
        """
        row = models.Task.objects.filter(pk=result_id).first() if result_id.isdecimal() else None
        if row is None:
            raise TaskResultDoesNotExist(result_id)
        return result_of(row, load(row.path))

    def check(self, **kwargs: Any) -> Iterable[checks.CheckMessage]:
        """Say at start what could not work."""
        if not apps.is_installed("compagnon.core"):
            yield checks.Error("compagnon.core must be among the installed apps", id="core.E001")


def load(path: str) -> Task[..., Any]:
    """Give the task declared under a dotted path.

    Raises:
        InvalidTaskError: nothing of that name, or it is not a task (code changed since).
    """
    try:
        found = import_string(path)
    except ImportError as error:
        raise InvalidTaskError(f"{path} cannot be imported: {error}") from error
    if not isinstance(found, Task):
        raise InvalidTaskError(f"{path} is not a task")
    return found


def result_of(row: models.Task, task: Task[..., Any]) -> TaskResult[Any]:
    """Tell a row as ``django-tasks`` tells a result; of several failures only the last is kept."""
    result: TaskResult[Any] = TaskResult(
        task=task.using(priority=row.priority, queue_name=row.queue, run_after=row.run_after),
        id=str(row.pk),
        status=STATUSES[TaskState(row.state)],
        enqueued_at=row.enqueued_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        last_attempted_at=row.started_at,
        args=row.arguments["args"],
        kwargs=row.arguments["kwargs"],
        backend=task.backend,
        errors=[TaskError(exception_class_path=row.error_class, traceback=row.error)]
        if row.error_class
        else [],
        worker_ids=[row.worker] * row.attempts,
    )
    object.__setattr__(result, "_return_value", row.result)
    return result
