"""A table of tokens beside a table of rows, in the form that each database searches best.

SQLite: an FTS5 table whose rowid is the row's key; column ``w`` holds the words in order, ``s``
the other tokens. PostgreSQL: (``id``, ``tsv``) under a GIN index; words have their positions, the
other tokens none, so that a phrase is made of words only, as in column ``w``. The tokens are ASCII
letters and digits: neither database analyses anything by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import BooleanField, F, Func, Q
from django.db.models.sql.compiler import SQLCompiler

from compagnon.core.search import fts5, tsearch
from compagnon.core.search.analysis import Document, document
from compagnon.core.search.query import Query

BATCH = 500
TABLE = re.compile(r"[a-z][a-z0-9_]{1,50}")

_INDEXES: list[SearchIndex] = []


class SearchIndex:
    """The index of one kind of object.

    Args:
        table: its table's name, as in the migration's :class:`CreateSearchIndex`.
    """

    def __init__(self, table: str) -> None:
        self.table = _checked(table)
        _INDEXES.append(self)

    def put(self, pk: int, texts: Iterable[str]) -> None:
        """Index an object by these texts, in place of any earlier, in the running transaction.

        Args:
            texts: the most important first: one document holds 8,000 words, and no phrase goes
                from one text into the next.
        """
        self._write([(pk, document(texts))])

    def put_many(self, objects: Iterable[tuple[int, Iterable[str]]]) -> int:
        """Index many objects, each as :meth:`put` does, in batches; gives their number."""
        stream, count = iter(objects), 0
        while batch := [(pk, document(texts)) for pk, texts in islice(stream, BATCH)]:
            self._write(batch)
            count += len(batch)
        return count

    def append(self, pk: int, texts: Iterable[str]) -> None:
        """Add texts to those of an object, which need not be read again.

        A document that has grown over its bounds takes no more.
        """
        added = document(texts)
        with connection.cursor() as cursor:
            _engine().append(cursor, self.table, pk, added)

    def delete(self, *pks: int) -> None:
        """Forget objects."""
        column = _engine().KEY
        with connection.cursor() as cursor:
            cursor.executemany(
                f"DELETE FROM {self.table} WHERE {column} = %s",  # noqa: S608
                [(pk,) for pk in pks],
            )

    def clear(self) -> None:
        """Forget every object, before a rebuild."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.table}")  # noqa: S608

    def optimise(self) -> None:
        """Put the index in order after a great change; may take a while."""
        with connection.cursor() as cursor:
            _engine().optimise(cursor, self.table)

    def matches(self, query: Query, *, field: str = "pk") -> Q:
        """Give the filter «found by the query», for ``rows.filter(…)`` of any kind.

        Cheap on a page of rows in any indexed order, whether the words are rare or common; so
        page without counting. It asks the database once how rare they are: a few matches are
        gathered and the rows joined to them; of more, the rows are read in the caller's order, so
        that a word that half of them hold costs no more than a page.

        Args:
            field: the rows' field that holds the indexed object's key.
        """
        return self.sought(query, field=field)[1]

    def sought(self, query: Query, *, field: str = "pk") -> tuple[list[int] | None, Q]:
        """Give the keys of what the query finds, ``None`` if there are many; and the filter, as
        :meth:`matches`."""
        if query.is_empty:
            return [], Q(pk__in=[])
        engine = _engine()
        expression = engine.expression(query)
        with connection.cursor() as cursor:
            few = engine.few(cursor, self.table, expression, engine.FEW)
        if few is not None:
            return few, among(few, field=field)
        return None, Q(_Found(F(field), table=self.table, expression=expression))

    def few(self, query: Query, limit: int) -> list[int] | None:
        """Give the keys of what the query finds; ``None`` if there are more than the limit.

        It costs no more than reading so many, however common the words are.
        """
        if query.is_empty:
            return []
        engine = _engine()
        with connection.cursor() as cursor:
            found: list[int] | None = engine.few(
                cursor, self.table, engine.expression(query), limit
            )
        return found

    def _write(self, batch: Sequence[tuple[int, Document]]) -> None:
        with connection.cursor() as cursor:
            _engine().write(cursor, self.table, batch)


def among(keys: Iterable[int], *, field: str = "pk") -> Q:
    """Give the filter «one of these keys», however many, as one parameter."""
    given = list(dict.fromkeys(keys))
    return Q(_Among(F(field), keys=given)) if given else Q(**{f"{field}__in": []})


class _Among(Func):
    """Whether the row's key is one of those given."""

    output_field = BooleanField()

    def __init__(self, key: Any, *, keys: Sequence[int] = (), **extra: Any) -> None:
        super().__init__(key, keys=keys, **extra)

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: Any, **_extra: Any
    ) -> tuple[str, list[Any]]:
        """Compare the row's key with all of them at once."""
        key, parameters = compiler.compile(self.source_expressions[0])
        engine = _engine()
        return engine.among(key), [*parameters, engine.keys(self.extra["keys"])]


class _Found(Func):
    """Whether the index finds the row whose key is given."""

    output_field = BooleanField()

    def __init__(self, key: Any, *, table: str = "", expression: str = "", **extra: Any) -> None:
        super().__init__(key, table=table, expression=expression, **extra)

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: Any, **_extra: Any
    ) -> tuple[str, list[Any]]:
        """Ask the index about the row's key."""
        key, parameters = compiler.compile(self.source_expressions[0])
        found = _engine().found(self.extra["table"], key)
        return found, [*parameters, self.extra["expression"]]


class CreateSearchIndex(Operation):
    """Makes an index's table, in a migration of the room whose objects it indexes."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str) -> None:
        self.table = _checked(table)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Say how it is made."""
        return type(self).__name__, [self.table], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change no model."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the table."""
        engine = tsearch if schema_editor.connection.vendor == "postgresql" else fts5
        for statement in engine.CREATE:
            schema_editor.execute(statement.format(table=self.table))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the table."""
        schema_editor.execute(f"DROP TABLE {self.table}")

    def describe(self) -> str:
        """Say what it does."""
        return f"Create search index {self.table}"


def all_indexes() -> Iterator[SearchIndex]:
    """Give every index that a room has declared."""
    yield from _INDEXES


def _engine() -> Any:
    return tsearch if connection.vendor == "postgresql" else fts5


def _checked(table: str) -> str:
    # It is put into SQL as it is.
    if not TABLE.fullmatch(table):
        raise ValueError(f"no name for an index: {table!r}")
    return table
