"""The tables of ``core``: none holds a foreign key to a room above."""

from compagnon.core.models.call_counts import CallCount
from compagnon.core.models.files import StoredFile
from compagnon.core.models.idempotency import IdempotencyKey
from compagnon.core.models.journal import ConsumerPosition, Entry, OutboxItem
from compagnon.core.models.tasks import PeriodicRun, Task, TaskState, Worker

__all__ = [
    "CallCount",
    "ConsumerPosition",
    "Entry",
    "IdempotencyKey",
    "OutboxItem",
    "PeriodicRun",
    "StoredFile",
    "Task",
    "TaskState",
    "Worker",
]
