"""What a lower room announces and an upper room may receive.

An event is declared in its room's ``events.py``, announced by a service, and received in an upper
room's ``receivers.py``. Receivers run after the commit, one failing without hurting the others;
what must be in the same transaction is a direct call, not an event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import structlog
from django.db import transaction

log = structlog.get_logger(__name__)
Payload = TypeVar("Payload")


class Event(Generic[Payload]):
    """Something that happened, with a frozen payload.

    Args:
        name: ``room.thing_happened``, as logs show it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._receivers: list[Callable[[Payload], None]] = []

    def receive(self, receiver: Callable[[Payload], None]) -> Callable[[Payload], None]:
        """Register a receiver; usable as a decorator. Registering twice counts once."""
        if receiver not in self._receivers:
            self._receivers.append(receiver)
        return receiver

    def announce(self, payload: Payload) -> None:
        """Tell the receivers once the running transaction has committed."""
        for receiver in self._receivers:
            transaction.on_commit(lambda receiver=receiver: receiver(payload), robust=True)  # type: ignore[misc]
