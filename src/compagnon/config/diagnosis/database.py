"""The database: reachable, recent enough, writable, with this version's tables, and on time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compagnon.config.diagnosis.findings import Check, Finding, failed, ok, warning
from compagnon.config.migrations_state import pending_migrations
from compagnon.core.models import Entry

OLDEST_POSTGRESQL = 15
SKEW_WARNED_SECONDS = 2
SKEW_FAILED_SECONDS = 30


def reachable() -> Iterator[Finding]:
    """The database must answer, be recent enough, and take what we write."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield failed(
            "database",
            _("The database does not answer: %(reason)s") % {"reason": first_line(error)},
            _("Start it, or correct COMPAGNON_DATABASE_URL."),
        )
        return
    yield from sqlite() if connection.vendor == "sqlite" else postgresql()


def sqlite() -> Iterator[Finding]:
    """Look at an embedded database."""
    path = settings.DATABASES["default"]["NAME"]
    mode = one("PRAGMA journal_mode")
    about = _("SQLite %(version)s, %(path)s") % {"version": sqlite3.sqlite_version, "path": path}
    try:
        # Takes the right to write, and gives it back.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("PRAGMA user_version")
            version = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA user_version = {int(version)}")
    except DatabaseError as error:
        yield failed(
            "database",
            _("%(about)s cannot be written: %(reason)s")
            % {"about": about, "reason": first_line(error)},
            _("Give the file and its folder to the account that runs Compagnon."),
        )
        return
    if mode not in {"wal", "memory"}:
        yield warning(
            "database",
            _("%(about)s is in journal mode %(mode)s: readers and writers wait for each other.")
            % {"about": about, "mode": mode},
            _("Keep it on a local disk: write-ahead logging is not possible on a network share."),
        )
        return
    yield ok("database", about)


def postgresql() -> Iterator[Finding]:
    """Look at a PostgreSQL server."""
    version = connection.cursor().connection.info.server_version // 10_000
    about = _("PostgreSQL %(version)s, %(name)s") % {
        "version": version,
        "name": settings.DATABASES["default"]["NAME"],
    }
    if version < OLDEST_POSTGRESQL:
        yield failed(
            "database",
            _("%(about)s is too old.") % {"about": about},
            _("Use PostgreSQL %(oldest)d or newer.") % {"oldest": OLDEST_POSTGRESQL},
        )
    elif one("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool"):
        yield failed(
            "database",
            _("%(about)s only reads: it is a replica, or closed to writing.") % {"about": about},
            _("Point COMPAGNON_DATABASE_URL at the primary server."),
        )
    elif one("SHOW server_encoding") != "UTF8":
        yield failed(
            "database",
            _("%(about)s is not in UTF-8.") % {"about": about},
            _("Create the database anew with ENCODING 'UTF8'."),
        )
    else:
        yield ok("database", about)


def migrations() -> Iterator[Finding]:
    """The tables must be those of this version."""
    try:
        pending = pending_migrations()
    except DatabaseError:
        return  # the database's own check has said so
    if pending:
        yield failed(
            "migrations",
            ngettext(
                "%(number)d change of the tables is not applied (%(first)s).",
                "%(number)d changes of the tables are not applied (%(first)s…).",
                len(pending),
            )
            % {"number": len(pending), "first": pending[0]},
            _("Run: compagnon migrate"),
        )
    else:
        yield ok("migrations", _("the tables are those of this version"))


def clock() -> Iterator[Finding]:
    """This machine's clock must agree with the database's, and not have gone back."""
    now = timezone.now()
    try:
        there = database_time()
        last = Entry.objects.order_by("-id").values_list("recorded_at", flat=True).first()
    except DatabaseError:
        return  # the database's own checks have said so
    skew = abs((there - now).total_seconds()) if there else 0.0
    behind = (last - now).total_seconds() if last else 0.0
    advice = _("Set the clock by the network: timedatectl set-ntp true")
    if behind > SKEW_FAILED_SECONDS:
        yield failed(
            "clock",
            _("This machine's clock is behind what is already written (%(last)s).")
            % {"last": last.isoformat(timespec="seconds") if last else ""},
            advice,
        )
    elif skew > SKEW_WARNED_SECONDS:
        say = failed if skew > SKEW_FAILED_SECONDS else warning
        yield say(
            "clock",
            _("This machine and the database differ by %(seconds)d seconds.") % {"seconds": skew},
            advice,
        )
    else:
        yield ok("clock", now.isoformat(timespec="seconds"))


def database_time() -> datetime | None:
    """Give the time by the server's clock; an embedded database has none of its own."""
    if connection.vendor != "postgresql":
        return None
    found = one("SELECT clock_timestamp()")
    return found.astimezone(UTC) if isinstance(found, datetime) else None


def one(statement: str) -> object:
    """Give the single value that a statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def first_line(error: Exception) -> str:
    """Give what an error says, on one line."""
    return " ".join(str(error).split())[:300]


CHECKS: list[Check] = [reachable, migrations, clock]
