"""How tests empty the journal, which the product cannot.

Most tests never need it: their transaction is rolled back. Those that commit
(``django_db(transaction=True)``, live servers) are followed by Django's flush of every table, which
the database refuses for the journal. Around that flush, and nowhere else, the triggers are put out
of action by their owner's right over the table: the product has no setting, role or session
variable that would do the same, so there is nothing that an attacker could turn on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations

from compagnon.core.append_only import all_protected
from compagnon.core.journal_table import (
    SQLITE_PROTECTION,
    SQLITE_UNPROTECT,
    TABLE,
    partitions,
)
from compagnon.core.search.index import all_indexes


@contextmanager
def unprotected(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Let the journal be changed and emptied for the time of the block."""
    if database.vendor == "postgresql":
        # ONLY, table by table: the triggers against TRUNCATE are each table's own.
        tables = (TABLE, *partitions(database))
        off = [f"ALTER TABLE ONLY {table} DISABLE TRIGGER USER" for table in tables]
        on = [f"ALTER TABLE ONLY {table} ENABLE TRIGGER USER" for table in tables]
    else:
        off, on = list(SQLITE_UNPROTECT), list(SQLITE_PROTECTION)
    there = set(database.introspection.table_names())
    for protection in all_protected():
        if protection.table in there:
            suspend, resume = protection.suspended(database)
            off, on = [*off, *suspend], [*on, *resume]
    _execute(database, off)
    try:
        yield
    finally:
        _execute(database, on)


def _execute(database: BaseDatabaseWrapper, statements: list[str]) -> None:
    with database.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _beside_models(database: BaseDatabaseWrapper) -> list[str]:
    """Give the statements that empty the tables that no model names: search and cache."""
    there = set(database.introspection.table_names())
    names = {"core_cache", *(index.table for index in all_indexes())}
    return [f"DELETE FROM {name}" for name in sorted(names & there)]


@pytest.fixture(scope="session", autouse=True)
def journal_emptied_by_flush() -> Iterator[None]:
    """Let Django's flush between tests empty the journal too."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: list[str]) -> Any:
        if any(f'"{TABLE}"' in sql for sql in sql_list):
            with unprotected(self.connection):
                return flush(self, [*sql_list, *_beside_models(self.connection)])
        return flush(self, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield
