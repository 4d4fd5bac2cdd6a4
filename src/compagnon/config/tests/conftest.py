"""An installation of one's own: a data directory, a database, and the command line on them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from compagnon.core.tests.migrated import tables_kept


@dataclass
class Installation:
    """Where it lives, and what its processes are told."""

    directory: Path
    url: str
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes: none of the tests' own settings."""
        other = ("COMPAGNON_", "DJANGO_", "PYTHONDONTWRITEBYTECODE")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(other)}
        return kept | {
            "COMPAGNON_DATA_DIR": str(self.directory),
            "COMPAGNON_DATABASE_URL": self.url,
            "LC_ALL": "en_GB.UTF-8",
            **self.more,
        }

    def command(self, *words: object) -> list[str]:
        """Give the command line of ``compagnon …``."""
        return [sys.executable, "-m", "compagnon.config.cli", *map(str, words)]

    def run(self, *words: object, status: int = 0, stdin: str = "") -> subprocess.CompletedProcess:
        """Run ``compagnon …`` and expect its exit status."""
        done = subprocess.run(
            self.command(*words),
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=400,  # two databases are migrated at once on a busy machine
            check=False,
        )
        assert done.returncode == status, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def json(self, *words: object, status: int = 0) -> dict[str, Any]:
        """Run ``compagnon … --json`` and read its one document."""
        return json.loads(self.run(*words, "--json", status=status).stdout)

    def python(self, code: str) -> str:
        """Run code inside the installation; give what it printed."""
        return self.run("shell", "--no-imports", "-c", code).stdout

    def fingerprint(self) -> dict[str, str]:
        """Give what each table holds, as one hash a table."""
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(self.directory / "compagnon.sqlite3")) as database:
                return {
                    name: sha256(
                        repr(
                            sorted(map(repr, database.execute(f'SELECT * FROM "{name}"')))
                        ).encode()
                    ).hexdigest()
                    for (name,) in database.execute(
                        "SELECT name FROM pragma_table_list"
                        " WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'"
                    ).fetchall()
                }
        with psycopg.connect(self.url) as server:
            names = server.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
            ).fetchall()
            return {
                name: server.execute(
                    f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{name}" t'
                ).fetchone()[0]
                for (name,) in names
            }


Install = Callable[..., Installation]


@pytest.fixture(scope="session")
def databases() -> Iterator[Callable[[str, str], str]]:
    """Make databases on the server under test, empty or as a copy; they go at the end."""
    made: list[str] = []

    def make(name: str, template: str = "") -> str:
        database = f"compagnon_{name}_{uuid.uuid4().hex[:8]}"
        on_server(f'CREATE DATABASE "{database}"' + (f' TEMPLATE "{template}"' if template else ""))
        made.append(database)
        return database

    yield make
    for database in made:
        on_server(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


@pytest.fixture(scope="session")
def install_in(databases: Callable[[str, str], str]) -> Callable[..., Installation]:
    """Make an installation in a folder, empty or as a copy of another."""

    def make(directory: Path, *, like: Installation | None = None, **more: str) -> Installation:
        if like:
            shutil.copytree(like.directory, directory)
        else:
            directory.mkdir()
        if connection.vendor == "sqlite":
            return Installation(directory, f"sqlite:///{directory}/compagnon.sqlite3", more)
        given = settings.DATABASES["default"]
        name = databases(directory.name, like.url.rpartition("/")[2] if like else "")
        at = f"{given['USER']}@{given['HOST']}:{given['PORT']}"
        return Installation(directory, f"postgresql://{at}/{name}", more)

    return make


@pytest.fixture
def install(install_in: Install, tmp_path: Path) -> Install:
    """Make an installation under the test's own folder."""
    return lambda name="here", **options: install_in(tmp_path / name, **options)


@pytest.fixture(scope="session")
def migrated(
    install_in: Install, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Installation:
    """An installation with every table, to copy (``like=migrated``), not to change.

    On SQLite it begins from the tests' own tables; to begin from nothing is for ``test_diagnose``
    and ``test_wheel``.
    """
    made = install_in(tmp_path_factory.mktemp("migrated") / "tables")
    tables = tables_kept()
    if tables and tables.exists():
        shutil.copyfile(tables, made.directory / "compagnon.sqlite3")
    made.run("migrate", "-v0")
    return made


def on_server(statement: str) -> None:
    """Run a statement that no transaction may hold, on the server under test."""
    given = settings.DATABASES["default"]
    with psycopg.connect(
        host=given["HOST"],
        port=given["PORT"],
        user=given["USER"],
        password=given["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    ) as server:
        server.execute(statement)
