"""What each query of a page makes the database read: its plan, and the work it takes.

Work is counted, not timed, so that a busy machine changes nothing: on SQLite in thousands of steps
of its virtual machine (a row read costs about ten), on PostgreSQL in rows that its plan's scans
went through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

# A page of forty rows with all that hangs on them takes a tenth of it.
ROWS = 25_000
STEPS = 700  # thousands; a walk over every ticket takes twice that
WHOLE = 5_000
SET_LOCAL = re.compile(r"SET LOCAL (\w+) = (\w+)")
VALUES = re.compile(r"IN \([^()]*\)|'[^']*'|\b\d+\b")


@dataclass(frozen=True, slots=True)
class Fault:
    """A query that reads a growing table, or far more than it shows."""

    page: str
    why: str
    sql: str

    def __str__(self) -> str:
        return f"{self.page}: {self.why}\n    {self.sql[:1500]}"


class Watch:
    """Looks at the queries of one page after another; each form of query once for each reader."""

    def __init__(self, growing: frozenset[str]) -> None:
        self.growing = growing
        self.faults: list[Fault] = []
        self.queries = 0
        self.steps = STEPS
        self._seen: set[str] = set()
        self._heard: list[tuple[str, Any, dict[str, str]]] = []
        self._planner: dict[str, str] = {}

    def look(self, page: str, reader: str, read: Callable[[], Any]) -> Any:
        """Read a page, then ask about each of its queries that was not asked about yet."""
        self._heard.clear()
        self._planner = {}
        with connection.execute_wrapper(self._hear):
            answer = read()
        for sql, parameters, planner in self._heard:
            form = f"{reader} {VALUES.sub('?', sql)} {_shape(parameters)}"
            if form in self._seen:
                continue
            self._seen.add(form)
            self.queries += 1
            told = self.examine(sql, parameters, planner)
            self.faults += [Fault(page, why, sql) for why in told]
        return answer

    def examine(
        self, sql: str, parameters: Any = None, planner: dict[str, str] | None = None
    ) -> Iterator[str]:
        """Tell what is wrong with a query.

        Args:
            planner: what PostgreSQL's planner was told for it (``SET LOCAL``).
        """
        is_sqlite = connection.vendor == "sqlite"
        if is_sqlite:
            scan, work = _sqlite(sql, parameters)
        else:
            scan, work = _postgresql(sql, parameters, planner or {})
        allowed = self.steps if is_sqlite else ROWS
        for table in scan & self.growing:
            yield f"reads {table} from end to end"
        if work > allowed:
            yield f"takes {work} where {allowed} are allowed"

    def _hear(self, execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if told := SET_LOCAL.fullmatch(sql):
            self._planner = {**self._planner, told[1]: told[2]}
        if sql.lstrip().startswith("SELECT"):
            self._heard.append((sql, parameters, self._planner))
        return execute(sql, parameters, many, context)


def _shape(parameters: Any) -> str:
    return ",".join("" if value is None else type(value).__name__ for value in parameters or ())


def _sqlite(sql: str, parameters: Any) -> tuple[set[str], int]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        # An index may be read in its order, if what is read is cut short.
        pattern = r"SCAN (\w+)(?!.* USING)" if "LIMIT" in sql else r"SCAN (\w+)(?!.* VIRTUAL)"
        found = [re.match(pattern, str(row[3])) for row in cursor.fetchall()]
        with counted() as steps:
            cursor.execute(sql, parameters)
            cursor.fetchall()
    names = _aliases(sql)
    # So may a table, in the order of its keys; how far it was read is counted all the same.
    in_order = {table for table, _way in BY_KEY.findall(sql)}
    return {names.get(m[1], m[1]) for m in found if m} - in_order, len(steps)


@contextmanager
def counted() -> Iterator[list[None]]:
    """Count thousands of steps of SQLite's machine."""
    steps: list[None] = []
    raw = connection.connection
    raw.set_progress_handler(lambda: steps.append(None), 1000)
    try:
        yield steps
    finally:
        raw.set_progress_handler(None, 0)


BY_KEY = re.compile(r'ORDER BY "(\w+)"\."id"( ASC| DESC)? LIMIT')
ALIAS = re.compile(
    r'(?:FROM|JOIN) "?(\w+)"? (?:AS )?"?(?!(?:ON|WHERE|ORDER|GROUP|INNER|LEFT|LIMIT)\b)(\w+)"?'
)


def _aliases(sql: str) -> dict[str, str]:
    return {alias: table for table, alias in ALIAS.findall(sql)}


def _postgresql(sql: str, parameters: Any, planner: dict[str, str]) -> tuple[set[str], int]:
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in planner.items():
            cursor.execute(f"SET LOCAL {name} = {value}")
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", parameters)
        ((told,),) = cursor.fetchall()
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    scans: set[str] = set()
    work = 0
    for node in _nodes(plan):
        if "Relation Name" not in node and "Index Name" not in node:
            continue
        went_through = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        went_through += node.get("Rows Removed by Index Recheck", 0)
        work += int(went_through * node["Actual Loops"])
        # A table of some thousand rows is read whole to be joined, and an empty month of the
        # journal too: what counts is what was gone through.
        if node["Node Type"] == "Seq Scan" and went_through * node["Actual Loops"] > WHOLE:
            # The journal's partitions are the journal.
            scans.add(re.sub(r"^core_entry_\w+$", "core_entry", node["Relation Name"]))
    return scans, work


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
