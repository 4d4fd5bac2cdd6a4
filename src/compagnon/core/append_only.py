"""Tables whose rows the database itself keeps as they are, beside the journal.

A room lists its tables with :func:`protect_rows` in a migration. Deleting is refused, and so is any
change of a column that is not named as changeable, through the ORM as through SQL; a column that is
settled once (when a thing was withdrawn) keeps its first value. A table that a later migration
alters on SQLite loses its triggers, which is rebuilt: protect it again there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


@dataclass(frozen=True, slots=True)
class Protection:
    """What is kept of a table.

    Args:
        columns: those that never change.
        once: those that are set once, from NULL.
        unique: those by which SQLite's INSERT OR REPLACE would put another row in a row's place;
            a tuple where several are unique together.
    """

    table: str
    columns: tuple[str, ...]
    once: tuple[str, ...] = ()
    unique: tuple[str | tuple[str, ...], ...] = ("id",)

    @property
    def refusal(self) -> str:
        """What the database says."""
        return f"{self.table} is append-only: its rows are neither rewritten nor deleted"

    def statements(self, vendor: str) -> list[str]:
        """Give the statements that protect the table."""
        return self._postgresql() if vendor == "postgresql" else self._sqlite()

    def undone(self, vendor: str) -> list[str]:
        """Give the statements that leave it without protection."""
        if vendor == "postgresql":
            return [f"DROP FUNCTION {self.table}_refuse() CASCADE"]
        return [f"DROP TRIGGER {self.table}_no_{act}" for act in ("update", "delete", "replace")]

    def _changed(self, differs: str) -> str:
        fixed = [f'OLD."{name}" {differs} NEW."{name}"' for name in self.columns]
        once = [
            f'(OLD."{name}" IS NOT NULL AND OLD."{name}" {differs} NEW."{name}")'
            for name in self.once
        ]
        return " OR ".join([*fixed, *once])

    def _postgresql(self) -> list[str]:
        execute = f"EXECUTE FUNCTION {self.table}_refuse()"
        return [
            (
                f"CREATE FUNCTION {self.table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION '{self.refusal}' "
                "USING ERRCODE = 'restrict_violation'; END $$"
            ),
            (
                f"CREATE TRIGGER {self.table}_no_update BEFORE UPDATE ON {self.table} FOR EACH ROW "
                f"WHEN ({self._changed('IS DISTINCT FROM')}) {execute}"
            ),
            (
                f"CREATE TRIGGER {self.table}_no_delete BEFORE DELETE ON {self.table} "
                f"FOR EACH ROW {execute}"
            ),
            (
                f"CREATE TRIGGER {self.table}_no_truncate BEFORE TRUNCATE ON {self.table} "
                f"FOR EACH STATEMENT {execute}"
            ),
        ]

    def _sqlite(self) -> list[str]:
        abort = f"BEGIN SELECT RAISE(ABORT, '{self.refusal}'); END"
        keys = [(one,) if isinstance(one, str) else one for one in self.unique]
        same = " OR ".join(" AND ".join(f'"{name}" = NEW."{name}"' for name in key) for key in keys)
        there = f"EXISTS (SELECT 1 FROM {self.table} WHERE {same})"  # noqa: S608 - our own names
        return [
            (
                f"CREATE TRIGGER {self.table}_no_update BEFORE UPDATE ON {self.table} "
                f"WHEN {self._changed('IS NOT')} {abort}"
            ),
            f"CREATE TRIGGER {self.table}_no_delete BEFORE DELETE ON {self.table} {abort}",
            (
                f"CREATE TRIGGER {self.table}_no_replace BEFORE INSERT ON {self.table} "
                f"WHEN {there} {abort}"
            ),
        ]

    def suspended(self, database: BaseDatabaseWrapper) -> tuple[list[str], list[str]]:
        """Give the statements that put the protection off and on again: for tests alone."""
        if database.vendor == "postgresql":
            return (
                [f"ALTER TABLE {self.table} DISABLE TRIGGER USER"],
                [f"ALTER TABLE {self.table} ENABLE TRIGGER USER"],
            )
        return self.undone(database.vendor), self.statements(database.vendor)


_PROTECTED: dict[str, Protection] = {}

Step = Callable[[object, BaseDatabaseSchemaEditor], None]


def declare(protection: Protection) -> Protection:
    """Note that a table is protected, once its room is loaded; tests empty it around it."""
    _PROTECTED[protection.table] = protection
    return protection


def all_protected() -> list[Protection]:
    """Give every table that is protected."""
    return list(_PROTECTED.values())


def protect_rows(protection: Protection) -> tuple[Step, Step]:
    """Give both ways of a migration's step that protects a table."""

    def forwards(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in protection.statements(editor.connection.vendor):
            editor.execute(statement)

    def backwards(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in protection.undone(editor.connection.vendor):
            editor.execute(statement)

    return forwards, backwards
