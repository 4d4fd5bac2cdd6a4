"""Writing very many rows at once, past the ORM: what a demonstration, a bench and an import need.

A :class:`Bulk` collects rows as mappings and writes them table by table with what each database
does fastest (``executemany`` on SQLite, ``COPY`` on PostgreSQL). Nothing is checked but what the
database checks, no service runs, and the caller writes the journal too (:func:`enter`): whatever
loads this way proves by a test that it leaves the rows that the services would have left.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import DateTimeField, Field, JSONField, Model, UUIDField
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.models import Entry, OutboxItem

Row = dict[str, Any]
Convert = Callable[[Any], Any]
# Keys are reserved by so many at once: others may write meanwhile, and never take ours.
RESERVED = 500


_encode = DjangoJSONEncoder().encode


def _as_json(value: Any) -> str | None:
    if value is None:
        return None
    return _encode(value) if value else json.dumps(value)


def _as_sqlite_time(value: datetime | None) -> str | None:
    if value is None:
        return None
    written = (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat(" ")
    return written.removesuffix("+00:00")


def _as_sqlite_uuid(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _conversion(column: Field[Any, Any]) -> Convert | None:
    """Give how a column's values are written; ``None`` where the driver knows."""
    if isinstance(column, JSONField):
        return _as_json
    if connection.vendor == "sqlite":
        if isinstance(column, DateTimeField):
            return _as_sqlite_time
        if isinstance(column, UUIDField):
            return _as_sqlite_uuid
    return None


@dataclass(slots=True)
class _Table:
    """The rows that wait for one table, and how they are written."""

    model: type[Model]
    names: tuple[str, ...]
    columns: tuple[str, ...]
    defaults: Row
    conversions: tuple[tuple[str, Convert], ...]
    rows: list[Row] = field(default_factory=list)
    keys: Iterator[int] = field(default_factory=lambda: iter(()))

    @classmethod
    def of(cls, model: type[Model]) -> _Table:
        columns = model._meta.concrete_fields
        found = [(column.attname, _conversion(column)) for column in columns]
        return cls(
            model=model,
            names=tuple(column.attname for column in columns),
            columns=tuple(column.column for column in columns),
            defaults={
                column.attname: _default(column)
                for column in columns
                if not column.primary_key and _may_be_left_out(column)
            },
            conversions=tuple((name, convert) for name, convert in found if convert is not None),
        )

    def values(self) -> Iterator[tuple[Any, ...]]:
        """Give the rows as the driver takes them."""
        pick = itemgetter(*self.names)
        for row in self.rows:
            for name, convert in self.conversions:
                row[name] = convert(row[name])
            yield pick(row)


def _may_be_left_out(column: Field[Any, Any]) -> bool:
    # A column that Django fills with the present is made «blank» by it.
    return bool(column.has_default() or column.null or column.blank)


def _default(column: Field[Any, Any]) -> Any:
    if getattr(column, "auto_now_add", False) or getattr(column, "auto_now", False):
        return timezone.now()
    value = column.get_default()
    return value.value if isinstance(value, Enum) else value


class Bulk:
    """Rows of several tables, written together.

    Args:
        models: the tables, in the order in which they are written: what is pointed at first.
    """

    def __init__(self, *models: type[Model]) -> None:
        self._tables = {model: _Table.of(model) for model in models}
        self.written = 0

    def key(self, model: type[Model]) -> int:
        """Give the key of a row to be added."""
        table = self._tables[model]
        found = next(table.keys, None)
        if found is None:
            table.keys = iter(reserve(model, RESERVED))
            found = next(table.keys)
        return found

    def add(self, model: type[Model], **values: Any) -> int:
        """Add a row, under its fields' own names (``team_id``, not ``team``); give its key.

        Values are plain (no enumeration), times are aware. What is left out takes the model's
        default.

        Raises:
            TypeError: a field is unknown or lacks its value.
        """
        table = self._tables[model]
        row = table.defaults | values
        if "id" not in row:
            row["id"] = self.key(model)
        if len(row) != len(table.names):
            wrong = set(table.names).symmetric_difference(row)
            raise TypeError(f"{model.__name__}: {', '.join(sorted(wrong))}")
        table.rows.append(row)
        return row["id"]  # type: ignore[no-any-return]

    def add_instance(self, row: Model) -> None:
        """Add a row that was built as an instance, its key given."""
        table = self._tables[type(row)]
        values = row.__dict__
        table.rows.append({name: values[name] for name in table.names})

    def rows(self, model: type[Model]) -> list[Row]:
        """Give the rows that wait for one table."""
        return self._tables[model].rows

    @property
    def waiting(self) -> int:
        """How many rows wait to be written."""
        return sum(len(table.rows) for table in self._tables.values())

    def give_back(self) -> None:
        """Give back the keys that were reserved for nothing, where nobody has gone on after them.

        Call it once all is written; on PostgreSQL, whose sequences do not wait for each other,
        they stay unused.
        """
        for table in self._tables.values():
            left = list(table.keys)
            table.keys = iter(())
            if left and connection.vendor == "sqlite":
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(
                        "UPDATE sqlite_sequence SET seq = %s WHERE name = %s AND seq = %s",
                        [left[0] - 1, table.model._meta.db_table, left[-1]],
                    )

    def flush(self) -> int:
        """Write what waits, in one transaction; give how many rows."""
        count = self.waiting
        with transaction.atomic():
            for table in self._tables.values():
                if table.rows:
                    _write(table)
                    table.rows = []
        self.written += count
        return count


class Nowhere(Bulk):
    """Takes rows and keeps none: what would be written can be counted by who adds them."""

    def __init__(self) -> None:
        super().__init__()
        self._last = 0

    def key(self, model: type[Model]) -> int:
        """Give a key that no row has: the database is not asked."""
        self._last -= 1
        return self._last

    def add(self, model: type[Model], **values: Any) -> int:
        """Keep nothing; give a key."""
        return int(values.get("id") or self.key(model))


def _write(table: _Table) -> None:
    quote = connection.ops.quote_name
    name = quote(table.model._meta.db_table)
    columns = ", ".join(map(quote, table.columns))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
                for row in table.values():
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(table.columns))
        sql = f"INSERT INTO {name} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
        cursor.executemany(sql, list(table.values()))


def reserve(model: type[Model], count: int) -> Sequence[int]:
    """Take so many keys of a table, which nobody else will be given; they ascend."""
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [connection.ops.quote_name(table), count],
            )
            return sorted(key for (key,) in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        if found is None:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, 0)", [table])
        last = found[0] if found else 0
        cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + count, table])
        return range(last + 1, last + 1 + count)


def enter(
    bulk: Bulk,
    *,
    actor: Actor,
    verb: str,
    object_type: str,
    object_id: int,
    organisation_id: int | None,
    occurred_at: datetime,
    recorded_at: datetime,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Add a journal entry and its place in the outbox, as ``journal.record`` writes them."""
    key = bulk.add(
        Entry,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        source=actor.source.value,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label="" if actor.id else actor.label[:60],
        on_behalf_of=actor.on_behalf_of,
        verb=verb,
        object_type=object_type,
        object_id=object_id,
        organisation_id=organisation_id,
        before=before,
        after=after,
        correlation_id=actor.correlation_id,
    )
    bulk.add(OutboxItem, entry_id=key, entry_recorded_at=recorded_at)
