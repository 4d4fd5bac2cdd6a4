"""Filling a database with as many tickets as asked, by several processes at once."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.queues import SimpleQueue
from random import Random
from typing import Any

from django.db import connection, connections, transaction
from django.utils import timezone

from compagnon.config.bench import world
from compagnon.config.bench.stories import stories
from compagnon.config.demo.filling import check_empty
from compagnon.config.demo.pen import Times
from compagnon.core.actor import Actor, Source
from compagnon.desk.loading import Setting, load

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What a filling wrote, and how long it took (wall seconds, the tickets alone)."""

    tickets: int
    rows: int
    seconds: float
    processes: int

    @property
    def rows_a_second(self) -> int:
        """How many rows a second."""
        return round(self.rows / self.seconds) if self.seconds else 0


def fill(
    *,
    tickets: int,
    seed: int = 1,
    processes: int = 0,
    lean: bool = False,
    people_for: int = 0,
    progress: Progress = lambda _tickets, _rows: None,
) -> Filled:
    """Fill an empty database.

    Args:
        processes: how many tell stories at once; as many as there are processors unless given.
            On SQLite they take turns to write.
        lean: nearly all the tickets with as few rows as a ticket can have.
        people_for: make the clients and people of so many tickets, unless of as many.
        progress: told now and then how many tickets and rows there are.

    Raises:
        NotEmpty: the database holds something.
    """
    check_empty()
    processes = processes or min(os.cpu_count() or 1, 4)
    until = timezone.now().replace(microsecond=0)
    since = (until - timedelta(days=400)).date().replace(day=1)
    actor = Actor.system("bench", source=Source.DEMO)
    with transaction.atomic():
        scene = world.build(
            actor,
            Random(seed),  # noqa: S311
            tickets=people_for or tickets,
            since=since,
        )
    times = Times(scene.office, until)
    setting = Setting()
    setting.read()
    connections.close_all()
    began = time.monotonic()
    method = multiprocessing.get_context("fork")
    told: SimpleQueue[Any] = method.SimpleQueue()

    def part(number: int) -> None:
        _leave_alone_what_was_brought()

        def batch(count: int, rows: int) -> None:
            told.put((number, count, rows))

        load(
            stories(
                scene.world,
                times,
                count=tickets,
                seed=seed,
                part=number,
                parts=processes,
                lean=lean,
            ),
            source=Source.DEMO,
            until=until,
            setting=setting,
            rng=Random(seed + number),  # noqa: S311
            each_batch=batch,
        )
        told.put((number, None, None))

    workers = [method.Process(target=part, args=(number,)) for number in range(processes)]
    for worker in workers:
        worker.start()
    counts = _follow(told, workers, progress)
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - began
    _refresh_statistics()
    return Filled(
        sum(count for count, _rows in counts), sum(rows for _, rows in counts), seconds, processes
    )


# Kept to the end of a process that was forked: to forget them would close them.
_brought: list[Any] = []


def _leave_alone_what_was_brought() -> None:
    """Take the connections that a fork brought out of use.

    A connection is its maker's: to use it would write where the maker was, and to close it would
    give up the maker's locks or end its session. One that was open outside a running event loop
    stays open when the maker, inside one, closes all of theirs.
    """
    for one in connections.all(initialized_only=True):
        _brought.append(one)
        del connections[one.alias]


def _follow(
    told: SimpleQueue[Any], workers: list[Any], progress: Progress
) -> list[tuple[int, int]]:
    counts = [(0, 0)] * len(workers)
    running = set(range(len(workers)))
    while running:
        if told.empty():
            died = [n for n in running if not workers[n].is_alive() and workers[n].exitcode]
            if died:
                raise RuntimeError("a process of the filling died: see above")
            time.sleep(0.05)
            continue
        number, count, rows = told.get()
        if count is None:
            running.discard(number)
            continue
        counts[number] = (count, rows)
        progress(sum(c for c, _ in counts), sum(r for _, r in counts))
    return counts


def _refresh_statistics() -> None:
    # What an operator's database does by itself sooner or later.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
