"""What a task knows of the change that asked for it: the correlation id, carried by the row."""

from __future__ import annotations

import uuid

import structlog

from compagnon.core.actor import Actor, Source

REQUEST_ID = "request_id"


def correlation_id() -> uuid.UUID | None:
    """Give the correlation id of the request or the task that runs here, if there is one."""
    given = structlog.contextvars.get_contextvars().get(REQUEST_ID)
    try:
        return uuid.UUID(given) if given else None
    except ValueError:
        return None


def system_actor(label: str, *, source: Source = Source.TASK) -> Actor:
    """Give the program as actor, under the correlation id of what enqueued the running task."""
    return Actor.system(label, source=source, correlation_id=correlation_id())
