"""A database of a hundred thousand tickets, for the tests that ask whether a query reads them all.

A tenth is told by the fast loader, the rest are copies made by SQL under keys of their own: half a
minute, where telling them all takes two. What is asked of it is plans and work, not stories.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Field, Model
from django.utils import timezone

from compagnon.config.bench import filling
from compagnon.core.loading import Bulk
from compagnon.core.models import StoredFile, Task
from compagnon.core.search.index import all_indexes
from compagnon.desk.loading.bulk import TABLES
from compagnon.desk.models import InboundMessage, Mailbox, Message

LETTERS = "!#$&()*+;"
COPIES = len(LETTERS)
# Keys that are no foreign keys: the journal and the clocks name rows of any table.
LINKS = {"object_id": "desk_ticket", "subject_id": "desk_ticket", "entry_id": "core_entry"}
UNIQUE = {"internet_id", "event_key", "nonce"}


@contextmanager
def filled_database(tickets: int) -> Iterator[None]:
    """Work on a copy of the tests' empty database, filled, while the block lasts.

    The caller has unblocked the database and runs no transaction.
    """
    creation, given = connection.creation, connection.settings_dict
    clone = creation.get_test_db_clone_settings("filled")["NAME"]
    if connection.vendor == "sqlite":
        copy_database(Path(clone))
    else:
        connection.close()
        creation.clone_test_db("filled", verbosity=0)
    original, given["NAME"] = given["NAME"], clone
    connection.close()
    try:
        fill(tickets)
        yield
    finally:
        connection.close()
        given["NAME"] = original
        creation._destroy_test_db(clone, verbosity=0)  # type: ignore[attr-defined]


def copy_database(target: Path) -> None:
    """Copy SQLite's database as it is now, by its own means.

    The file must not be read by others': a server of the tests has a connection open, what was
    written last is beside the file, and to close the file anywhere in this process would give up
    the locks of that connection. A process that ends would then take it for the last, and delete
    what it writes to: «disk I/O error» in every test after.
    """
    for rest in ("", "-wal", "-shm"):
        target.with_name(target.name + rest).unlink(missing_ok=True)
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)


def fill(tickets: int) -> None:
    """Fill the database, and let it learn what it holds, as it does by itself sooner or later."""
    filling.fill(tickets=tickets // (COPIES + 1), lean=True, people_for=tickets)
    _mail_and_tasks(tickets // 10)
    steps = {model._meta.db_table: _step(model) for model in TABLES}
    for number in range(1, COPIES + 1):
        with transaction.atomic(), connection.cursor() as cursor:
            for model in TABLES:
                columns = [_name(field) for field in model._meta.concrete_fields]
                values = [_copied(field, steps, number) for field in model._meta.concrete_fields]
                key = steps[model._meta.db_table]
                cursor.execute(
                    f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
                    f" SELECT {', '.join(values)} FROM {model._meta.db_table} WHERE id <= {key}"
                )
            for index in all_indexes():
                if index.table.startswith("desk_ticket"):
                    _copy_words(cursor, index.table, steps["desk_ticket"], number)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), TABLES):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def _mail_and_tasks(count: int) -> None:
    """Add messages received, most of them dealt with, and tasks that ran."""
    bulk, now = Bulk(StoredFile, InboundMessage, Task), timezone.now()
    mailbox = Mailbox.objects.values_list("pk", flat=True).first()
    messages = Message.objects.order_by("pk").values_list("pk", "ticket_id")[:count]
    raw = bulk.add(StoredFile, sha256="0" * 64, size=1, media_type="text/plain")
    for number, (message_id, ticket_id) in enumerate(messages.iterator()):
        at = now - timedelta(minutes=10 * number)
        bulk.add(
            InboundMessage,
            raw_id=raw,
            identity=f"{number:064}",
            received_at=at,
            state="quarantine" if number % 100 == 0 else "ticket",
            mailbox_id=mailbox if number % 3 else None,
            ticket_id=ticket_id,
            message_id=message_id,
            processed_at=at,
        )
        bulk.add(
            Task,
            path="compagnon.desk.tasks.deliver",
            state="dead" if number % 1000 == 0 else "done",
            run_after=at,
            enqueued_at=at,
            finished_at=at,
        )
    bulk.flush()
    bulk.give_back()


def _step(model: type[Model]) -> int:
    last = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return int(last or 0)


def _name(field: Field[Any, Any]) -> str:
    return connection.ops.quote_name(field.column)


def _copied(field: Field[Any, Any], steps: dict[str, int], number: int) -> str:
    column = _name(field)
    related = field.related_model
    table = related._meta.db_table if isinstance(related, type) else LINKS.get(field.column, "")
    if field.primary_key:
        table = field.model._meta.db_table
    if table in steps:
        return f"{column} + {steps[table] * number}"
    if field.column in UNIQUE:
        # As long as it was, under a first letter that no original has.
        letter = LETTERS[number - 1]
        return f"CASE WHEN {column} = '' THEN '' ELSE '{letter}' || substr({column}, 2) END"
    return column


def _copy_words(cursor: Any, table: str, step: int, number: int) -> None:
    key, words = ("id", "tsv") if connection.vendor == "postgresql" else ("rowid", "w, s")
    cursor.execute(
        f"INSERT INTO {table} ({key}, {words})"
        f" SELECT {key} + {step * number}, {words} FROM {table} WHERE {key} <= {step}"
    )
