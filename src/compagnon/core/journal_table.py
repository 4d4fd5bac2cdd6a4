"""The journal's table as the database keeps it: append-only, and cut by month on PostgreSQL.

What is here is used by the migrations and by the job that makes the coming months' partitions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState
from django.db.models import Model
from django.utils import timezone

TABLE = "core_entry"
DEFAULT_PARTITION = f"{TABLE}_default"
REFUSAL = "the journal is append-only: entries are neither changed nor deleted"

# --- append-only ----------------------------------------------------------------------------

POSTGRESQL_PROTECTION = (
    f"""
CREATE FUNCTION core_journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
END $$
""",
    # On the parent: PostgreSQL gives it to every partition, those to come included.
    f"""
CREATE TRIGGER core_entry_append_only BEFORE UPDATE OR DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION core_journal_refuse()
""",
)
# TRUNCATE has statement triggers only, which partitions do not inherit: each has its own.
POSTGRESQL_NO_TRUNCATE = """
CREATE TRIGGER core_entry_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION core_journal_refuse()
"""
POSTGRESQL_UNPROTECT = ("DROP FUNCTION core_journal_refuse() CASCADE",)

SQLITE_PROTECTION = (
    f"""
CREATE TRIGGER core_entry_no_update BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
""",
    f"""
CREATE TRIGGER core_entry_no_delete BEFORE DELETE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
""",
    # INSERT OR REPLACE deletes the row in its way without a word to the trigger of deletions.
    f"""
CREATE TRIGGER core_entry_no_replace BEFORE INSERT ON {TABLE}
WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
""",  # noqa: S608 - our own table's name
)
SQLITE_UNPROTECT = tuple(
    f"DROP TRIGGER core_entry_no_{act}" for act in ("update", "delete", "replace")
)


def protect(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Have the database refuse to change or delete entries (a step of a migration)."""
    if schema_editor.connection.vendor == "postgresql":
        statements = [*POSTGRESQL_PROTECTION]
        statements += [
            POSTGRESQL_NO_TRUNCATE.format(table=table)
            for table in (TABLE, *partitions(schema_editor.connection))
        ]
    else:
        statements = [*SQLITE_PROTECTION]
    for statement in statements:
        schema_editor.execute(statement)


def unprotect(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Undo :func:`protect` (a migration gone back through)."""
    vendor = schema_editor.connection.vendor
    for statement in POSTGRESQL_UNPROTECT if vendor == "postgresql" else SQLITE_UNPROTECT:
        schema_editor.execute(statement)


# --- partitions -----------------------------------------------------------------------------


class CreateModelByMonth(CreateModel):
    """Creates a model's table, on PostgreSQL partitioned by the month of ``recorded_at``.

    The key of the table is then (``id``, ``recorded_at``): PostgreSQL wants the partition in it.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the table; its indexes as any other's."""
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.name)
        schema_editor.execute(_by_month(schema_editor, model))
        table = model._meta.db_table
        schema_editor.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")
        schema_editor.deferred_sql.extend(
            schema_editor._model_indexes_sql(model)  # type: ignore[attr-defined]
        )


def _by_month(editor: BaseDatabaseSchemaEditor, model: type[Model]) -> str:
    sql, parameters = editor.table_sql(model)
    if parameters or sql.count(" PRIMARY KEY") != 1 or not sql.endswith(")"):
        raise NotImplementedError(f"cannot partition {model.__name__}: {sql}")
    columns = sql.replace(" PRIMARY KEY", "").removesuffix(")")
    return f'{columns}, PRIMARY KEY ("id", "recorded_at")) PARTITION BY RANGE ("recorded_at")'


def partitions(database: BaseDatabaseWrapper = connection) -> list[str]:
    """Give the names of the journal's partitions; none on SQLite."""
    if database.vendor != "postgresql":
        return []
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = %s::regclass ORDER BY 1",
            [TABLE],
        )
        return [name for (name,) in cursor.fetchall()]


def _months(first: date, count: int) -> Iterator[tuple[date, date]]:
    year, month = first.year, first.month
    for _ in range(count):
        start = date(year, month, 1)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        yield start, date(year, month, 1)


def first_partitions(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the partitions that a new database begins with (a step of a migration)."""
    ensure_partitions()


def ensure_partitions(months_ahead: int = 3, *, today: date | None = None) -> list[str]:
    """Make the journal's partitions of this month and the next ones, where they are missing.

    A month whose entries already stand in the default partition stays there: entries do not move.

    Args:
        months_ahead: how many months after this one.
        today: in UTC; the present day unless given.

    Returns:
        the names of the partitions made; nothing on SQLite.
    """
    if connection.vendor != "postgresql":
        return []
    known = set(partitions())
    made = []
    for start, end in _months(today or timezone.now().date(), months_ahead + 1):
        name = f"{TABLE}_{start:%Y_%m}"
        if name not in known and _make_partition(name, start, end):
            made.append(name)
    return made


def _make_partition(name: str, start: date, end: date) -> bool:
    # The zone is written out: a session's own must not move the edges of the months.
    low, high = f"{start} 00:00:00+00", f"{end} 00:00:00+00"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM {DEFAULT_PARTITION} "  # noqa: S608
            "WHERE recorded_at >= %s AND recorded_at < %s)",
            [low, high],
        )
        if cursor.fetchone()[0]:
            return False
        # Rather give up and try again tomorrow than have every writer wait behind us.
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute(
            f"CREATE TABLE {name} PARTITION OF {TABLE} FOR VALUES FROM ('{low}') TO ('{high}')"
        )
        cursor.execute(POSTGRESQL_NO_TRUNCATE.format(table=name))
    return True
