"""What a worker attends to beside its work, for as long as it runs: a connection kept open.

An attendant is a function of a room's ``tasks`` that returns soon after its event is set::

    @attendant(queue="mail")
    def listen_to_mailboxes(stop: threading.Event) -> None: ...

Every worker that serves the queue runs it once, in a thread of its own; of several workers, rows
of the database say who does what. It is started again if it fails.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog
from django.db import Error as DatabaseError
from django.db import connection

log = structlog.get_logger(__name__)
Attend = Callable[[threading.Event], None]
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Attendant:
    """A function that attends, and for whom."""

    name: str
    queue: str
    attend: Attend

    def run(self, stop: threading.Event) -> None:
        """Attend until told to stop, whatever the database does meanwhile."""
        while not stop.is_set():
            try:
                self.attend(stop)
            except DatabaseError as error:
                log.error("attendant stopped", name=self.name, error=str(error))  # noqa: TRY400
            finally:
                connection.close()
            stop.wait(PATIENCE)


_ATTENDANTS: dict[str, Attendant] = {}


def attendant(*, queue: str = "default") -> Callable[[Attend], Attend]:
    """Have the workers of a queue attend to something."""

    def register(function: Attend) -> Attend:
        name = f"{function.__module__}.{function.__qualname__}"
        _ATTENDANTS[name] = Attendant(name, queue, function)
        return function

    return register


def of_queues(queues: Collection[str]) -> list[Attendant]:
    """Give the attendants of these queues, once the rooms' tasks are imported."""
    return [one for one in _ATTENDANTS.values() if one.queue in queues]
