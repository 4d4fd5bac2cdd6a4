"""Operations of migrations that Django lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex, CreateModel
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState


class CreateTables(Operation):
    """Create many tables that point at each other, with their indexes and constraints.

    ``CreateModel`` draws anew, each time, every model that the new one leads to: for fifty tables
    that point at organisations and persons that took half a minute. Here the models are drawn once.
    """

    category = OperationCategory.ADDITION

    def __init__(self, tables: Sequence[CreateModel]) -> None:
        self.tables = list(tables)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """Give what a migration file holds."""
        return type(self).__qualname__, [], {"tables": self.tables}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the models; they are drawn when they are first asked for."""
        state.__dict__.pop("apps", None)
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the tables; what points at a later one is added at the end of the migration."""
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the tables, the last first."""
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say what is done."""
        return f"Create {len(self.tables)} tables"


class AddIndexOnline(AddIndex):
    """Add an index to a table in use: on PostgreSQL nobody who writes waits for it.

    Its migration says ``atomic = False``, so that an interruption leaves what was done before it:
    an index that is there already, on PostgreSQL perhaps half made, is made anew.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make it beside what is written meanwhile; SQLite, whose writers take turns, as ever."""
        editor: Any = schema_editor  # whose stubs know no index made beside writers
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(editor.connection.alias, model):
            return
        name = editor.quote_name(self.index.name)
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            editor.add_index(model, self.index, concurrently=True)
        else:
            editor.execute(f"DROP INDEX IF EXISTS {name}")
            editor.add_index(model, self.index)
