"""What a worker attends to runs as long as it does, is started again, and ends with it."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import DatabaseError

from compagnon.core.tasks import attending
from compagnon.core.tasks.worker import Worker


@pytest.mark.django_db(transaction=True)
def test_it_is_started_again_and_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    ended = threading.Event()

    def attend(stop: threading.Event) -> None:
        begun.append(1)
        if len(begun) == 1:
            raise DatabaseError("gone for a moment")
        stop.wait()
        ended.set()

    monkeypatch.setattr(attending, "PATIENCE", 0.01)
    found = [attending.Attendant("test", "mail", attend)]
    monkeypatch.setattr(attending, "of_queues", lambda _queues: found)
    worker = Worker(threads=1, queues={"mail"})
    worker._jobs = []
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while len(begun) < 2:
        assert time.monotonic() < until, "it was not started again"
        time.sleep(0.01)
    worker.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert ended.is_set()
