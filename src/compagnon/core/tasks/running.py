"""Running one task or job that is held, and noting what came of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection, reset_queries
from django.utils import timezone, translation
from django_tasks.base import TaskContext
from django_tasks.utils import get_exception_traceback, get_module_path, normalize_json

from compagnon.core.models import Task, TaskState
from compagnon.core.tasks import leases
from compagnon.core.tasks.backend import load, result_of
from compagnon.core.tasks.context import REQUEST_ID
from compagnon.core.tasks.jobs import Job
from compagnon.core.tasks.leases import Failure
from compagnon.core.tasks.policies import GiveUp, RetryLater, policy_of

log = structlog.get_logger(__name__)
R = TypeVar("R")

NOTE_TRIES = 5


@contextmanager
def _surroundings(correlation: object = None, **bound: object) -> Iterator[None]:
    """Give each run a clean thread: no stale connection, language, zone or log context."""
    _drop_stale_connection()
    reset_queries()
    if correlation:
        bound[REQUEST_ID] = str(correlation)
    with (
        structlog.contextvars.bound_contextvars(**bound),
        translation.override(settings.LANGUAGE_CODE),
        timezone.override(None),
    ):
        yield
    _drop_stale_connection()


def _drop_stale_connection() -> None:
    if not connection.in_atomic_block:  # where the caller has a transaction, it is the caller's
        close_old_connections()


def run(row: Task) -> TaskState | None:
    """Run a held task and note the outcome; raises nothing but KeyboardInterrupt.

    Returns:
        the state written; ``None`` when the lease was lost, or the database too.
    """
    started = time.monotonic()
    with _surroundings(row.correlation_id, task=row.pk, path=row.path, attempt=row.attempts):
        result, failure = _attempt(lambda: _call(row))
        if failure is None:
            state = TaskState.DONE if insist(lambda: leases.finish(row, result)) else None
        else:
            rule = policy_of(row.path)
            state = insist(lambda: leases.fail(row, failure, rule))
        _tell(failure, state, time.monotonic() - started)
    return state


def run_job(job: Job) -> str:
    """Run a periodic job; gives its traceback, empty when it went well."""
    started = time.monotonic()
    with _surroundings(uuid.uuid4(), job=job.name):
        _, failure = _attempt(job.function)
        _tell(failure, None, time.monotonic() - started)
    return failure.text if failure else ""


def insist(note: Callable[[], R]) -> R | None:
    """Write a note in the database, again if that fails; ``None`` when it cannot be had.

    Without the note of its outcome a task would be done once more when its lease ends.
    """
    for attempt in range(NOTE_TRIES):
        try:
            return note()
        except DatabaseError as error:
            if connection.in_atomic_block:
                raise
            log.warning("outcome not noted yet", error=str(error), tries=attempt + 1)
            connection.close()
            time.sleep(0.2 * 2**attempt)
    return None


def _call(row: Task) -> Any:
    task = load(row.path)
    first = (TaskContext(task_result=result_of(row, task)),) if task.takes_context else ()
    return normalize_json(task.call(*first, *row.arguments["args"], **row.arguments["kwargs"]))


def _attempt(call: Callable[[], R]) -> tuple[R | None, Failure | None]:
    try:
        return call(), None
    except KeyboardInterrupt:
        raise
    except RetryLater as error:
        return None, _failure(error, after=error.seconds)
    except GiveUp as error:
        return None, _failure(error, final=True)
    except BaseException as error:  # noqa: BLE001
        # A task is any code at all, and nothing that it raises, SystemExit included, may take
        # the worker down: the next tasks are other people's.
        return None, _failure(error)


def _failure(error: BaseException, *, after: float | None = None, final: bool = False) -> Failure:
    return Failure(
        kind=get_module_path(type(error)),
        text=get_exception_traceback(error),
        after=after,
        final=final,
    )


def _tell(failure: Failure | None, state: TaskState | None, seconds: float) -> None:
    if failure is None:
        log.debug("done", seconds=round(seconds, 3))
    else:
        tell = log.warning if state is TaskState.WAITING else log.error
        line = failure.text.strip().rpartition("\n")[2][:300]
        tell("failed", to=state, seconds=round(seconds, 3), error=line)
