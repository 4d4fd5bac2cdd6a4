"""The index on PostgreSQL: tsvector under GIN."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from compagnon.core.search.analysis import Document
from compagnon.core.search.query import All, Either, Node, Phrase, Query, Term

KEY = "id"
# Beyond so many, the rows are read in the caller's order and each is looked up.
FEW = 6_000
# So many are not few, whatever the limit, nor is it worth while to begin gathering them: of a word
# of every day the index gives all that hold it, before the first is read.
MANY = 20_000
CREATE = (
    "CREATE TABLE {table} (id bigint PRIMARY KEY, tsv tsvector NOT NULL)",
    "CREATE INDEX {table}_tsv ON {table} USING gin (tsv)",
)
# What PostgreSQL keeps of the positions of one lexeme: in a text of many thousand words, a phrase
# with a very common word is found in the first ones only.
POSITIONS = 255
# A tsvector ends at 1 MB, and what is added may be half of that.
GROWN_BYTES = 400_000


def condition(table: str) -> str:
    """Give the SQL condition that takes one parameter, the expression."""
    return f"{table}.tsv @@ %s::tsquery"


def few(cursor: Any, table: str, expression: str, limit: int) -> list[int] | None:
    """Give the keys found, ``None`` if there are more than the limit."""
    if _expected(cursor, table, expression) > max(MANY, 4 * limit):
        return None
    with transaction.atomic():
        # With a limit the planner likes to read the table from its start and hope: never here.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"SELECT id FROM {table} WHERE {condition(table)} LIMIT %s",  # noqa: S608
            [expression, limit + 1],
        )
        found = [key for (key,) in cursor.fetchall()]
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found if len(found) <= limit else None


def _expected(cursor: Any, table: str, expression: str) -> int:
    """Give how many the planner expects: it has counted the common words, and reads nothing."""
    cursor.execute(
        f"EXPLAIN (FORMAT JSON) SELECT id FROM {table} WHERE {condition(table)}",  # noqa: S608
        [expression],
    )
    ((told,),) = cursor.fetchall()
    plan = json.loads(told) if isinstance(told, str) else told
    return int(plan[0]["Plan"]["Plan Rows"])


keys = list


def among(key: str) -> str:
    """Give the SQL condition «one of these keys», which takes them all as one parameter.

    Of an array the planner knows how many it holds; of a set it guesses.
    """
    return f"{key} = ANY(%s::bigint[])"


def found(table: str, key: str) -> str:
    """Give the SQL condition, of one parameter too, on rows read in an order of their own.

    Each row is looked up in the index by its key.
    """
    # No EXISTS: the planner would make it a join, and read every match to give a page of them.
    matches = f"SELECT {table}.tsv @@ %s::tsquery FROM {table} WHERE {table}.id = {key}"  # noqa: S608
    return f"coalesce(({matches}), false)"


def write(cursor: Any, table: str, batch: Sequence[tuple[int, Document]]) -> None:
    """Put documents in the place of any earlier ones."""
    # The last one of a key counts: one statement may not write a row twice.
    last = dict(batch)
    cursor.execute(
        f"INSERT INTO {table} (id, tsv) "  # noqa: S608
        "SELECT * FROM unnest(%s::bigint[], %s::text[]::tsvector[]) "
        "ON CONFLICT (id) DO UPDATE SET tsv = excluded.tsv",
        [list(last), [vector(found) for found in last.values()]],
    )


def append(cursor: Any, table: str, pk: int, added: Document) -> None:
    """Add to a document, made if there is none."""
    cursor.execute(
        f"INSERT INTO {table} AS old (id, tsv) VALUES (%s, %s::tsvector) "  # noqa: S608
        "ON CONFLICT (id) DO UPDATE SET tsv = old.tsv || excluded.tsv "
        "WHERE octet_length(old.tsv::text) < %s",
        [pk, vector(added), GROWN_BYTES],
    )


def optimise(cursor: Any, table: str) -> None:
    """Move what waits in GIN's list of late insertions into the index."""
    cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [f"{table}_tsv"])
    cursor.execute(f"ANALYZE {table}")


def vector(found: Document) -> str:
    """Give a document as the text of a tsvector; every token is ASCII letters and digits."""
    positions: dict[str, list[str]] = defaultdict(list)
    # From 2: what is appended begins behind a gap.
    place = 1
    for run in found.runs:
        for token in run:
            place += 1
            if len(positions[token]) < POSITIONS:
                positions[token].append(str(place))
        place += 1  # no phrase goes from one text into the next
    words = [f"{token}:{','.join(at)}" for token, at in positions.items()]
    return " ".join([*words, *found.stems])


def expression(query: Query) -> str:
    """Give the query as the text of a tsquery."""
    wanted = [_compile(node) for node in query.wanted]
    excluded = [f"!{_compile(node)}" for node in query.excluded]
    return " & ".join([*wanted, *excluded])


def _compile(node: Node) -> str:
    match node:
        case Term(token, prefix):
            return f"'{token}'{':*' if prefix else ''}"
        case Phrase(tokens, prefix):
            parts = [f"'{token}'" for token in tokens]
            return f"({' <-> '.join(parts)}{':*' if prefix else ''})"
        case All(nodes):
            return f"({' & '.join(map(_compile, nodes))})"
        case Either(nodes):
            return f"({' | '.join(map(_compile, nodes))})"
