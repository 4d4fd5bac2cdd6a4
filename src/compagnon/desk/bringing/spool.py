"""Records set aside on the disk, by group, so that a file of any size takes little memory."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

BATCH = 5_000


class Spool(AbstractContextManager["Spool"]):
    """Records of several kinds, each in a group (the ticket's number), kept in their order."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="compagnon-import-")
        self._base = sqlite3.connect(Path(self._folder.name) / "spool")
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("PRAGMA synchronous = OFF")
        self._base.execute("CREATE TABLE records (kind TEXT, grp TEXT, body TEXT)")
        self._waiting: list[tuple[str, str, str]] = []
        self._sorted = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._base.close()
        self._folder.cleanup()

    def add(self, kind: str, group: str, record: Any) -> None:
        """Set a record aside."""
        self._waiting.append((kind, group, json.dumps(record)))
        if len(self._waiting) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        self._base.executemany("INSERT INTO records VALUES (?, ?, ?)", self._waiting)
        self._waiting = []
        self._sorted = False

    def _ready(self) -> None:
        if self._waiting:
            self._flush()
        if not self._sorted:
            self._base.execute("CREATE INDEX IF NOT EXISTS by_group ON records (kind, grp)")
            self._sorted = True

    def of(self, kind: str, group: str) -> list[Any]:
        """Give the records of a kind in one group."""
        self._ready()
        rows = self._base.execute(
            "SELECT body FROM records WHERE kind = ? AND grp = ? ORDER BY rowid", (kind, group)
        )
        return [json.loads(body) for (body,) in rows]

    def count(self, kind: str) -> int:
        """Tell how many groups there are of a kind."""
        self._ready()
        found = self._base.execute(
            "SELECT COUNT(DISTINCT grp) FROM records WHERE kind = ?", (kind,)
        ).fetchone()
        return int(found[0])

    def groups(self, kind: str) -> Iterator[tuple[str, list[Any]]]:
        """Give the groups of a kind, by name, each with its records in their order."""
        self._ready()
        rows: Iterable[tuple[str, str]] = self._base.execute(
            "SELECT grp, body FROM records WHERE kind = ? ORDER BY grp, rowid", (kind,)
        )
        current: str | None = None
        records: list[Any] = []
        for group, body in rows:
            if group != current:
                if current is not None:
                    yield current, records
                current, records = group, []
            records.append(json.loads(body))
        if current is not None:
            yield current, records
