"""The same rows written and read by hand-written SQL, through the bare driver: the yardstick.

A creation writes, in one transaction of the same durability, copies of all the rows that one
creation through the product left; a reading fetches the rows that the page or the list shows.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection as django_connection

from compagnon.config.bench.loads import Client
from compagnon.config.bench.operations import Material
from compagnon.core.search import fts5, parse, tsearch
from compagnon.desk.search import PUBLIC

SHOWN = """
SELECT t.*, o.name, r.first_name, r.last_name, b.first_name, b.last_name, a.first_name,
       a.last_name, e.name, c.name, s.name_fr
FROM {source} t
JOIN people_organisation o ON o.id = t.organisation_id
JOIN people_person r ON r.id = t.requester_id
JOIN people_person b ON b.id = t.beneficiary_id
LEFT JOIN people_person a ON a.id = t.assignee_id
LEFT JOIN people_team e ON e.id = t.team_id
LEFT JOIN desk_category c ON c.id = t.category_id
LEFT JOIN contracts_service s ON s.id = t.service_id
"""
STORY = (
    """SELECT m.*, p.first_name, p.last_name FROM desk_message m
    LEFT JOIN people_person p ON p.id = m.author_id WHERE m.ticket_id = {mark}
    ORDER BY m.occurred_at, m.id""",
    """SELECT * FROM core_entry WHERE object_type = 'desk.ticket' AND object_id = {mark}
    ORDER BY occurred_at, id""",
    "SELECT * FROM desk_worktask WHERE ticket_id = {mark}",
    "SELECT * FROM desk_attachment WHERE ticket_id = {mark}",
    "SELECT * FROM desk_outgoingmail WHERE ticket_id = {mark} ORDER BY created_at, id",
    """SELECT k.*, g.* FROM contracts_clock k JOIN contracts_clocksegment g ON g.clock_id = k.id
    WHERE k.subject_kind = 'ticket' AND k.subject_id = {mark}""",
)
ANSWERED = """UPDATE desk_ticket SET version = version + 1, activity_at = activity_at,
    awaits_answer = awaits_answer WHERE id = {mark}"""


@dataclass(frozen=True, slots=True)
class Template:
    """Rows that the product left for one act: table, key, and columns that name other rows."""

    rows: Sequence[tuple[str, Any, Mapping[str, tuple[str, Any]]]]
    ticket_id: int


class Driver:
    """A connection of the bare driver, set as the product's own."""

    def __init__(self) -> None:
        given = settings.DATABASES["default"]
        self.is_sqlite = django_connection.vendor == "sqlite"
        if self.is_sqlite:
            self.raw: Any = sqlite3.connect(
                given["NAME"], timeout=60, isolation_level=None, check_same_thread=False
            )
            self.raw.executescript(given["OPTIONS"]["init_command"])
            self.raw.execute("PRAGMA foreign_keys=ON")
            self.mark = "?"
        else:
            import psycopg

            names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host",
                     "PORT": "port"}  # fmt: skip
            parts = {names[key]: given[key] for key in names if given.get(key)}
            self.raw = psycopg.connect(**parts, autocommit=True)
            self.mark = "%s"

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """Read everything that a statement gives."""
        found: list[Any] = self.raw.execute(sql, values).fetchall()
        return found

    def run(self, sql: str, *values: Any) -> Any:
        """Execute a statement."""
        return self.raw.execute(sql, values)

    def begin(self) -> None:
        """Open a transaction that writes."""
        self.raw.execute("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")


# --- writing ---------------------------------------------------------------------------------

# Columns that must differ from row to row.
UNIQUE = {"internet_id", "event_key", "nonce"}


def columns_of(table: str) -> list[str]:
    """Give a table's columns but its key, quoted: ``end`` is a word of SQL."""
    with django_connection.cursor() as cursor:
        found = django_connection.introspection.get_table_description(cursor, table)
    return [f'"{column.name}"' for column in found if column.name != "id"]


def template(ticket_id: int, *, whole: bool) -> Template:
    """Find the rows of one act: of the creation (``whole``), or of the last reply."""
    driver = Driver()
    mark = driver.mark
    rows: list[tuple[str, Any, Mapping[str, tuple[str, Any]]]] = []

    def take(table: str, where: str, *values: Any, **named: str) -> list[Any]:
        order = "" if whole else " ORDER BY id DESC LIMIT 1"
        found = f"SELECT id FROM {table} WHERE {where}{order}"  # noqa: S608
        keys = [key for (key,) in driver.rows(found, *values)]
        for key in keys:
            links = {}
            for column, target in named.items():
                linked = f"SELECT {column} FROM {table} WHERE id = {mark}"  # noqa: S608
                ((value,),) = driver.rows(linked, key)
                links[column] = (target, value)
            rows.append((table, key, links))
        return keys

    if whole:
        take("desk_ticket", f"id = {mark}", ticket_id)
    take("desk_message", f"ticket_id = {mark}", ticket_id, ticket_id="desk_ticket")
    if whole:
        where = f"subject_kind = 'ticket' AND subject_id = {mark}"
        for clock in take("contracts_clock", where, ticket_id, subject_id="desk_ticket"):
            take("contracts_clocksegment", f"clock_id = {mark}", clock, clock_id="contracts_clock")
    where = f"object_type = 'desk.ticket' AND object_id = {mark}"
    for entry in take("core_entry", where, ticket_id, object_id="desk_ticket"):
        take("core_outboxitem", f"entry_id = {mark}", entry, entry_id="core_entry")
    mail = {"ticket_id": "desk_ticket"} | ({} if whole else {"message_id": "desk_message"})
    take("desk_outgoingmail", f"ticket_id = {mark}", ticket_id, **mail)
    driver.raw.close()
    return Template(rows, ticket_id)


class Writer:
    """Writes copies of a template's rows, each time in one transaction."""

    def __init__(self, found: Template, number: int) -> None:
        self.driver = Driver()
        self.template = found
        self.number = number
        self.count = 0
        self.statements = [
            (table, key, links, self._statement(table, links)) for table, key, links in found.rows
        ]
        columns = ", ".join(columns_of("core_task"))
        self.task = f"INSERT INTO core_task ({columns}) SELECT {columns} FROM core_task LIMIT 1"  # noqa: S608

    def _statement(self, table: str, links: Mapping[str, Any]) -> tuple[str, list[str]]:
        names, chosen, given = columns_of(table), [], []
        for name in names:
            bare = name.strip('"')
            if bare in links or bare in UNIQUE:
                chosen.append(self.driver.mark)
                given.append(bare)
            else:
                chosen.append(name)
        sql = (
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(chosen)}"  # noqa: S608
            f" FROM {table} WHERE id = {self.driver.mark}"
        )
        return sql if self.driver.is_sqlite else f"{sql} RETURNING id", given

    def __call__(self, ticket_id: int | None = None) -> bool:
        """Write once: a new ticket, or a reply on the one given."""
        driver, made = self.driver, dict[tuple[str, Any], Any]()
        if ticket_id is not None:
            made["desk_ticket", self.template.ticket_id] = ticket_id
        self.count += 1
        driver.begin()
        for table, key, links, (sql, given) in self.statements:
            unique = f"x{self.number}.{self.count}.{uuid.uuid4().hex[:12]}"
            values = [
                made.get(links[name], links[name][1]) if name in links else f"{unique}{name[:1]}"
                for name in given
            ]
            cursor = driver.run(sql, *values, key)
            made[table, key] = cursor.lastrowid if driver.is_sqlite else cursor.fetchone()[0]
        driver.run(self.task)
        written = made["desk_ticket", self.template.ticket_id]
        if ticket_id is None:
            self._index(written)
        else:
            driver.run(ANSWERED.format(mark=driver.mark), written)
        driver.run("COMMIT")
        return True

    def _index(self, ticket_id: int) -> None:
        table, mark = PUBLIC.table, self.driver.mark
        key, columns = ("rowid", "w, s") if self.driver.is_sqlite else ("id", "tsv")
        self.driver.run(
            f"INSERT INTO {table} ({key}, {columns})"  # noqa: S608
            f" SELECT {mark}, {columns} FROM {table} WHERE {key} = {mark}",
            ticket_id,
            self.template.ticket_id,
        )


# --- reading ---------------------------------------------------------------------------------


def readers(material: Material) -> dict[str, Callable[[int], Client]]:
    """Give the makers of clients that read what each operation shows."""
    shown = SHOWN.format(source="desk_ticket")
    newest = " ORDER BY t.activity_at DESC, t.id DESC LIMIT {}"
    is_open = " WHERE t.state IN ('new', 'open', 'pending')"

    def plain(sql: str) -> Callable[[int], Client]:
        def make(_number: int) -> Client:
            driver = Driver()
            return lambda: bool(driver.rows(sql))

        return make

    def story(number: int) -> Client:
        driver, rng = Driver(), Random(number)  # noqa: S311
        statements = [sql.format(mark=driver.mark) for sql in STORY]
        ticket = f"{shown} WHERE t.id = {driver.mark}"

        def read() -> bool:
            key = rng.choice(material.tickets)
            for sql in statements:
                driver.rows(sql, key)
            return bool(driver.rows(ticket, key))

        return read

    def search(number: int) -> Client:
        driver, rng = Driver(), Random(number)  # noqa: S311
        statement, values = matching(driver)

        def read() -> bool:
            word = rng.choice(material.words)
            driver.rows(f"{shown} WHERE t.id IN ({statement}){newest.format(41)}", values(word))
            return True

        return read

    return {
        "queue": plain(shown + is_open + newest.format(41)),
        "list": plain(shown + newest.format(51)),
        "search": search,
        "open": story,
    }


def matching(driver: Driver) -> tuple[str, Callable[[str], Any]]:
    """Give the statement that finds tickets by a word, and what it is asked for a word."""
    engine = fts5 if driver.is_sqlite else tsearch
    condition = engine.condition(PUBLIC.table).replace("%s", driver.mark)
    statement = f"SELECT {engine.KEY} FROM {PUBLIC.table} WHERE {condition}"  # noqa: S608
    return statement, lambda word: engine.expression(parse(word))
