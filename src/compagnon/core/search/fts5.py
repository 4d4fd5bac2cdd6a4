"""The index on SQLite: FTS5."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from compagnon.core.search.analysis import DOCUMENT_BYTES, Document
from compagnon.core.search.query import All, Either, Node, Phrase, Query, Term

KEY = "rowid"
# Beyond so many, what is found is a set and the rows are read in the caller's order.
FEW = 2_000
# columnsize=0: nothing is ranked, so nobody asks how long a text is.
CREATE = (
    """
CREATE VIRTUAL TABLE {table} USING fts5(
    w, s, columnsize=0, tokenize='unicode61 remove_diacritics 0'
)
""",
)
# A token that no text gives (ours are ASCII), between texts: phrases do not go over it.
GAP = " \ue000 "


def condition(table: str) -> str:
    """Give the SQL condition that takes one parameter, the expression."""
    return f"{table} MATCH %s"


def few(cursor: Any, table: str, expression: str, limit: int) -> list[int] | None:
    """Give the keys found, ``None`` if there are more than the limit."""
    cursor.execute(
        f"SELECT rowid FROM {table} WHERE {condition(table)} LIMIT %s",  # noqa: S608
        [expression, limit + 1],
    )
    found = [key for (key,) in cursor.fetchall()]
    return found if len(found) <= limit else None


keys = json.dumps


def among(key: str) -> str:
    """Give the SQL condition «one of these keys», which takes them all as one parameter."""
    return f"{key} IN (SELECT value FROM json_each(%s))"  # noqa: S608


def found(table: str, key: str) -> str:
    """Give the SQL condition, of one parameter too, on rows read in an order of their own.

    FTS5 runs through the matches of anything in milliseconds, and looks one row up by preparing the
    whole question anew. So the keys are gathered once, in a set beside the rows; the plus keeps the
    planner from reading the rows by these keys, and then sorting them.
    """
    return f"+{key} IN (SELECT rowid FROM {table} WHERE {condition(table)})"  # noqa: S608


def write(cursor: Any, table: str, batch: Sequence[tuple[int, Document]]) -> None:
    """Put documents in the place of any earlier ones."""
    rows = [
        (pk, GAP.join(map(" ".join, found.runs)), " ".join(sorted(found.stems)))
        for pk, found in batch
    ]
    cursor.executemany(
        f"INSERT OR REPLACE INTO {table}(rowid, w, s) VALUES (%s, %s, %s)",  # noqa: S608
        rows,
    )


def append(cursor: Any, table: str, pk: int, added: Document) -> None:
    """Add to a document, made if there is none."""
    cursor.execute(f"SELECT w, s FROM {table} WHERE rowid = %s", [pk])  # noqa: S608
    words, stems = cursor.fetchone() or ("", "")
    if len(words) + len(stems) >= DOCUMENT_BYTES:
        return
    runs = [words.split(" ")] if words else []
    known = set(runs[0]) if runs else set()
    every = added.stems.union(stems.split(), *added.runs) - {""}
    merged = Document([*runs, *added.runs], every - known.union(*added.runs))
    write(cursor, table, [(pk, merged)])


def optimise(cursor: Any, table: str) -> None:
    """Merge the segments of the index into one."""
    cursor.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")  # noqa: S608


def expression(query: Query) -> str:
    """Give the query in FTS5's language; every token is ASCII letters and digits."""
    wanted = " AND ".join(_compile(node) for node in query.wanted)
    if not query.excluded:
        return wanted
    excluded = " OR ".join(_compile(node) for node in query.excluded)
    return f"({wanted}) NOT ({excluded})"


def _compile(node: Node) -> str:
    match node:
        case Term(token, prefix):
            return f'"{token}"{" *" if prefix else ""}'
        case Phrase(tokens, prefix):
            return f'(w : "{" ".join(tokens)}"{" *" if prefix else ""})'
        case All(nodes):
            return f"({' AND '.join(map(_compile, nodes))})"
        case Either(nodes):
            return f"({' OR '.join(map(_compile, nodes))})"
