"""Tasks that the tests of the worker enqueue, in this process or in a worker's own."""

from __future__ import annotations

import os
import time
from pathlib import Path

from django_tasks import TaskContext, task

from compagnon.core import tasks


@task()
def note(folder: str, name: str, seconds: float = 0.0) -> str:
    """Leave one line in a file for each run begun, and one for each run ended."""
    path = Path(folder) / name
    with path.open("a") as stream:
        stream.write("begun\n")
    time.sleep(seconds)
    with path.open("a") as stream:
        stream.write("ended\n")
    return name


@task()
def hold(folder: str, name: str) -> None:
    """Like :func:`note`, ended once the folder holds a file ``gate``."""
    path = Path(folder) / name
    with path.open("a") as stream:
        stream.write("begun\n")
    _until_open(folder)
    with path.open("a") as stream:
        stream.write("ended\n")


def _until_open(folder: str) -> None:
    gate, last = Path(folder) / "gate", time.monotonic() + 120
    while not gate.exists() and time.monotonic() < last:
        time.sleep(0.02)


@task(priority=50, queue_name="mail")
def note_first(folder: str, name: str) -> None:
    """Like :func:`note`, before it."""
    with (Path(folder) / name).open("a") as stream:
        stream.write("first\n")


@task()
@tasks.policy(max_attempts=3, first_delay=60.0)
def fail() -> None:
    """Fail every time."""
    raise ValueError("no \x00 good")


@task()
def later() -> None:
    """Ask for another attempt in an hour."""
    raise tasks.RetryLater(3600, "the other side is closed")


@task()
def hopeless() -> None:
    """Give up at once."""
    raise tasks.GiveUp("the address does not exist")


@task()
@tasks.policy(max_attempts=2, first_delay=0.0)
def leave() -> None:
    """Try to take the worker down."""
    raise SystemExit(3)


@task()
@tasks.policy(max_attempts=2)
def die() -> None:
    """Kill the process that runs it."""
    os._exit(9)


@task()
@tasks.policy(max_attempts=1, timeout=0.5)
def hang(folder: str) -> None:
    """Run longer than its policy allows: until the folder holds a file ``gate``."""
    _until_open(folder)


@task(takes_context=True)
def attempt(context: TaskContext) -> int:
    """Tell which attempt this is."""
    return context.attempt


@task()
def chain(folder: str, left: int) -> None:
    """Enqueue the next of a chain."""
    if left:
        chain.enqueue(folder, left - 1)
    else:
        (Path(folder) / "end").touch()


@task()
def correlation() -> str:
    """Tell under which correlation id the program acts."""
    return str(tasks.system_actor("test").correlation_id)
