"""Reports that arrive at once, written in one transaction.

A thousand agents wake at the same minute. Each request's thread puts its bytes on the disk, and
waits until one thread of the process has written the rows of all that wait: one commit for many,
and nobody is told «accepted» before it. That an agent spoke is written with them, and nobody waits
for it. Where a transaction is open already, as in tests, each writes its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from compagnon.core import files
from compagnon.park.ingestion.keeping import Kept, Sender, keep, repeated, see_again, write
from compagnon.park.inventory.limits import DEFAULT

log = structlog.get_logger(__name__)
MOST_TOGETHER = 100
LONGEST_WAIT = 30.0
"""Seconds after which a request gives up; the agent is told to come back."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    write: Callable[[], object]
    done: Future[None] = field(default_factory=Future)


_queue: SimpleQueue[_Waiting] = SimpleQueue()
_lock = Lock()
_writers: list[Thread] = []


def accept(raw: bytes, sender: Sender) -> Kept | None:
    """Keep a body and enqueue its processing, as :func:`keeping.keep` does; with others.

    Raises:
        TooLarge: it is over the limit; nothing was kept.
        DatabaseError: the database refused it; nothing was kept.
        TimeoutError: the database is too busy.
    """
    if connection.in_atomic_block:
        return keep(raw, sender)
    digest = hashlib.sha256(raw).hexdigest()
    now = timezone.now()
    if (known := repeated(digest, sender)) is not None:
        see_again(known, now)
        return Kept(known, is_repeated=True)
    waiting = _Waiting(
        partial(_write_report, files.put(raw, limit=DEFAULT.body_bytes), sender, now)
    )
    _put(waiting)
    waiting.done.result(timeout=LONGEST_WAIT)
    return None


def soon(write: Callable[[], object]) -> None:
    """Have something written with the next reports, without waiting; a fault is logged."""
    if connection.in_atomic_block:
        write()
        return
    waiting = _Waiting(write)
    waiting.done.add_done_callback(_log_fault)
    _put(waiting)


def _log_fault(done: Future[None]) -> None:
    if (error := done.exception()) is not None:
        log.warning("park.not_written", error=str(error))


def _write_report(written: files.Written, sender: Sender, at: datetime) -> None:
    write(written, sender, at, enqueue=True)


def _put(waiting: _Waiting) -> None:
    _start()
    _queue.put(waiting)


def _start() -> None:
    with _lock:
        if not _writers or not _writers[0].is_alive():
            _writers[:] = [Thread(target=_run, name="inventory writer", daemon=True)]
            _writers[0].start()


def _run() -> None:
    while True:
        try:
            batch = [_queue.get(timeout=5.0)]
        except Empty:
            # Idle: the connection is given back, and the thread ends until it is needed.
            with _lock:
                if _queue.empty():
                    connection.close()
                    _writers.clear()
                    return
            continue
        while len(batch) < MOST_TOGETHER:
            try:
                batch.append(_queue.get_nowait())
            except Empty:
                break
        _write(batch)


def _write(batch: list[_Waiting]) -> None:
    try:
        with transaction.atomic():
            for one in batch:
                one.write()
    except DatabaseError as error:
        connection.close_if_unusable_or_obsolete()
        if len(batch) == 1:
            batch[0].done.set_exception(error)
            return
        # One of them is refused: the others must not be.
        for one in batch:
            _write([one])
        return
    for one in batch:
        one.done.set_result(None)
