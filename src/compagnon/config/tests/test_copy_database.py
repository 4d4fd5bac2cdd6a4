"""The database of the tests is copied while a server of theirs has a connection open."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from compagnon.config.tests.filled import copy_database, filled_database
from compagnon.core.models import Task
from compagnon.desk.models import Ticket

COME_AND_GO = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('{}'); c.close()"


def write() -> None:
    Task.objects.create(path="a.b", run_after=timezone.now(), enqueued_at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_others_who_come_and_go_take_nothing_away(tmp_path: Path) -> None:
    """A copy that closed the file would give up the locks: who goes would delete the journal."""
    if connection.vendor != "sqlite":
        return  # PostgreSQL copies a database by itself
    open_there, go = threading.Event(), threading.Event()

    def hold() -> None:
        assert Task.objects.count() == 1
        open_there.set()
        go.wait()
        connection.close()

    write()
    holder = threading.Thread(target=hold)
    holder.start()
    try:
        open_there.wait()
        copy_database(tmp_path / "copy.sqlite3")
        for count in (1, 2):
            code = COME_AND_GO.format("SELECT count(*) FROM core_task")
            subprocess.run(
                [sys.executable, "-c", code, connection.settings_dict["NAME"]], check=True
            )
            assert Task.objects.count() == count
            write()
            connection.close()
    finally:
        go.set()
        holder.join()
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        assert copy.execute("SELECT count(*) FROM core_task").fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_who_fills_a_copy_writes_there_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright runs an event loop in the tests' thread: its connections are others."""
    if connection.vendor != "sqlite":
        return  # PostgreSQL copies nothing while a connection is open
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

    async def fill() -> int:
        with filled_database(300):
            return Ticket.objects.count()

    def alone() -> int:
        try:
            assert not Ticket.objects.exists()  # opens the connection of the time before the loop
            return asyncio.run(fill())
        finally:
            connection.close()

    # In a thread of its own: in this one Playwright's loop may run already.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(alone).result() == 300
    assert not Ticket.objects.exists()
