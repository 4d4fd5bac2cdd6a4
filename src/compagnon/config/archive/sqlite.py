"""SQLite: SQLite's own online copy out, one rename in."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.config.archive.manifest import ArchiveRefused, Snapshot, require_counts


class SqliteEngine:
    """The embedded database."""

    member = "database/compagnon.sqlite3"

    def take(self, folder: Path) -> Snapshot:
        """Copy it in one step: readers and writers go on, and none of their halves is in it."""
        target = folder / "compagnon.sqlite3"
        connection.ensure_connection()
        # What SQLite says of tables that are not there is told as Django's own reads would be.
        with connection.wrap_database_errors, closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
            # One file, with no log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            require_sound(copy)
            return Snapshot(
                path=target,
                migrations=[
                    f"{app}.{name}"
                    for app, name in copy.execute(
                        "SELECT app, name FROM django_migrations ORDER BY app, name"
                    )
                ],
                counts=count(copy),
                digests=[
                    digest
                    for (digest,) in copy.execute(
                        "SELECT sha256 FROM core_storedfile ORDER BY sha256"
                    )
                ],
            )

    def require_idle(self) -> None:
        """Refuse while any other connection is open: it would go on writing into the old file."""
        connections.close_all()
        path = Path(settings.DATABASES["default"]["NAME"])
        if not path.exists():
            return
        with closing(sqlite3.connect(path, timeout=0)) as alone:
            try:
                # Only the last connection may leave write-ahead logging; it also empties the log.
                alone.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as error:
                raise ArchiveRefused(
                    _("Compagnon is running on this database: stop it, then restore. "
                      "Nothing was changed.")
                ) from error  # fmt: skip
            except sqlite3.DatabaseError:
                return  # not a database at all: a damaged one is what a restore is for

    def load(self, path: Path, counts: dict[str, int]) -> None:
        """Take the place of the old file, which is kept beside under another name."""
        with closing(sqlite3.connect(path)) as fresh:
            require_sound(fresh)
            require_counts(count(fresh), counts)
        place = Path(settings.DATABASES["default"]["NAME"])
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        # It may lie on another disk than the data: brought near first, then one rename.
        near = place.with_name(f".{place.name}.restored")
        shutil.move(path, near)
        self.require_idle()
        if place.exists():
            stamp = timezone.now().strftime("%Y%m%dT%H%M%SZ")
            place.with_name(f"{place.name}.before-restore-{stamp}").hardlink_to(place)
        near.replace(place)


def require_sound(database: sqlite3.Connection) -> None:
    """Refuse a database whose pages do not hold together."""
    try:
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict != "ok":
        raise ArchiveRefused(
            _("The database is damaged: %(verdict)s. Restore an earlier archive.")
            % {"verdict": verdict[:200]}
        )


def count(database: sqlite3.Connection) -> dict[str, int]:
    """Count the rows of every table but SQLite's own and those of the full-text index."""
    names = [
        name
        for (name,) in database.execute(
            "SELECT name FROM pragma_table_list"
            " WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
    ]
    return {
        name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for name in names
    }
