"""PostgreSQL: ``pg_dump`` of an exported snapshot out, one transaction of ``psql`` in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from itertools import starmap
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction
from django.utils.translation import gettext as _

from compagnon.config.archive.manifest import ArchiveRefused, Snapshot

TABLE = re.compile(r"[a-z0-9_]+")
EMPTY_SCHEMA = "DROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\n"


class PostgresqlEngine:
    """A PostgreSQL server; needs its client programs on this machine."""

    member = "database/compagnon.pgdump"

    def take(self, folder: Path) -> Snapshot:
        """Dump the state that one transaction sees; everybody else goes on."""
        target = folder / "compagnon.pgdump"
        pg_dump = program("pg_dump")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (exported,) = cursor.fetchone()
            run([
                pg_dump, "--format=custom", "--compress=0", "--no-owner", "--no-privileges",
                f"--snapshot={exported}", f"--file={target}", database_name(),
            ])  # fmt: skip
            cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
            migrations = [f"{app}.{name}" for app, name in cursor.fetchall()]
            counts = count(cursor)
            cursor.execute("SELECT sha256 FROM core_storedfile ORDER BY sha256")
            digests = [digest for (digest,) in cursor.fetchall()]
        return Snapshot(target, migrations, counts, digests)

    def require_idle(self) -> None:
        """Refuse while other programs are connected: they would wait, then find other tables."""
        connections.close_all()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            (others,) = cursor.fetchone()
        if others:
            raise ArchiveRefused(
                _("Other programs use this database (%(number)d connections): stop Compagnon "
                  "everywhere, then restore. Nothing was changed.") % {"number": others}
            )  # fmt: skip

    def load(self, path: Path, counts: dict[str, int]) -> None:
        """Empty the schema, read the dump and count, in one transaction: all of it or nothing."""
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            script = Path(folder) / "dump.sql"
            run([
                program("pg_restore"), "--no-owner", "--no-privileges", f"--file={script}",
                str(path),
            ])  # fmt: skip
            first = Path(folder) / "empty.sql"
            first.write_text(EMPTY_SCHEMA)
            last = Path(folder) / "count.sql"
            last.write_text("".join(starmap(expecting, counts.items())))
            connections.close_all()
            run([
                program("psql"), "--no-psqlrc", "--quiet", "--single-transaction",
                "--set=ON_ERROR_STOP=1", f"--file={first}", f"--file={script}",
                f"--file={last}", database_name(),
            ])  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def expecting(table: str, rows: int) -> str:
    """Give the statement that fails unless the table has that many rows.

    Raises:
        ArchiveRefused: that is no name of a table of ours.
    """
    if not TABLE.fullmatch(table):
        raise ArchiveRefused(_("The archive's manifest cannot be read."))
    return (
        f'DO $$BEGIN IF (SELECT count(*) FROM public."{table}") <> {int(rows)} THEN '  # noqa: S608
        f"RAISE EXCEPTION 'the table {table} has not the {int(rows)} rows of the manifest'; "
        "END IF; END$$;\n"
    )


def count(cursor: Any) -> dict[str, int]:
    """Count the rows of every table; a partitioned one once, under its own name."""
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        " ORDER BY 1"
    )
    counts = {}
    for (name,) in cursor.fetchall():
        cursor.execute(f'SELECT count(*) FROM public."{name}"')  # noqa: S608
        (counts[name],) = cursor.fetchone()
    return counts


def database_name() -> str:
    """Give the name of the product's database."""
    return str(connection.settings_dict["NAME"])


def program(name: str) -> str:
    """Find one of PostgreSQL's client programs, the newest on the machine.

    Raises:
        ArchiveRefused: it is not installed.
    """
    places = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    found = str(places[-1]) if places else shutil.which(name)
    if not found:
        raise ArchiveRefused(
            _("%(name)s is not installed: install PostgreSQL's client programs (Debian: "
              "postgresql-client).") % {"name": name}
        )  # fmt: skip
    return found


def run(command: list[str]) -> None:
    """Run a client program with the product's own way to its database.

    Raises:
        ArchiveRefused: it failed; carries its last words.
    """
    given = connection.settings_dict
    way = {
        "PGHOST": given["HOST"],
        "PGPORT": given["PORT"],
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
        "PGSSLMODE": given["OPTIONS"].get("sslmode", ""),
        "PGSSLROOTCERT": given["OPTIONS"].get("sslrootcert", ""),
    }
    environment = os.environ | {name: str(value) for name, value in way.items() if value}
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=False, errors="replace"
    )
    if done.returncode:
        raise ArchiveRefused(
            _("%(program)s failed: %(words)s")
            % {"program": Path(command[0]).name, "words": done.stderr.strip()[-500:]}
        )
