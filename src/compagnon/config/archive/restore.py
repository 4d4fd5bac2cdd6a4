"""Reading an archive back: everything is checked before anything is touched."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from compagnon.config.archive.make import engine
from compagnon.config.archive.manifest import (
    CHUNK,
    KEY,
    MANIFEST,
    NAME,
    ArchiveRefused,
    Manifest,
    Member,
)
from compagnon.core.files import path_of

SPARE_BYTES = 200 * 1024 * 1024
# Tables whose rows show that somebody has worked here; the migrations write none of them.
LIVED_IN = ("people_person", "people_account", "desk_ticket", "desk_inboundmessage")


def restore_archive(source: Path, *, force: bool = False) -> Manifest:
    """Put the archive's database, files and key in place of what is here.

    It is unpacked beside the data and checked against its manifest; the files come first (a file
    too many harms nobody), then the database in one step, then the key.

    Args:
        force: replace a database in which somebody has worked.

    Raises:
        ArchiveRefused: the archive is damaged, or made for another kind of database or a later
            version, or the place is not free. Nothing was changed.
    """
    database = engine()
    if not force and is_lived_in():
        raise ArchiveRefused(
            _("This database is not empty. Restore into an empty one, or use --force to "
              "replace everything that is here.")
        )  # fmt: skip
    database.require_idle()
    with unpacked(source) as (folder, manifest):
        require_fitting(manifest)
        snapshot = folder / database.member
        place_files(folder)
        database.load(snapshot, manifest.counts)
        if (folder / KEY).exists():
            (folder / KEY).chmod(0o600)
            (folder / KEY).replace(settings.DATA_DIR / KEY)
    return manifest


@contextmanager
def unpacked(source: Path) -> Iterator[tuple[Path, Manifest]]:
    """Unpack an archive beside the data and check it; gone after the block.

    Raises:
        ArchiveRefused: it cannot be read, is not whole, or holds what it should not.
    """
    try:
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restore-") as name:
            folder = Path(name)
            found = unpack(source, folder)
            with (folder / MANIFEST).open("rb") as stream:
                manifest = Manifest.read(stream)
            del found[MANIFEST]
            require_same(found, manifest)
            yield folder, manifest
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise ArchiveRefused(
            _("%(path)s is damaged or is no archive of Compagnon: %(reason)s.")
            % {"path": source, "reason": error}
        ) from error
    except FileNotFoundError as error:
        missing = MANIFEST if str(error.filename).endswith(MANIFEST) else str(error.filename)
        raise ArchiveRefused(_("%(path)s is missing.") % {"path": missing}) from error
    except OSError as error:
        raise ArchiveRefused(
            _("%(path)s cannot be restored: %(reason)s.")
            % {"path": source, "reason": error.strerror or error}
        ) from error


def unpack(source: Path, folder: Path) -> dict[str, Member]:
    """Write the archive's members under ``folder``; give what was read.

    Only plain files with the names of an archive of ours are taken: no link, no device, no path
    that leads out, nothing twice.
    """
    found: dict[str, Member] = {}
    with tarfile.open(source, mode="r:gz") as archive:
        for info in archive:
            if not info.isreg() or not NAME.fullmatch(info.name) or info.name in found:
                raise ArchiveRefused(
                    _("The archive holds what no archive of ours does: %(name)s.")
                    % {"name": info.name[:200]}
                )
            if info.size > shutil.disk_usage(folder).free - SPARE_BYTES:
                raise ArchiveRefused(
                    _("There is not enough room in %(path)s to unpack the archive.")
                    % {"path": settings.DATA_DIR}
                )
            content = archive.extractfile(info)
            assert content is not None  # noqa: S101 (a plain file has content)
            target = folder / info.name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as kept:
                found[info.name] = Member(copy(content, kept), info.size)
    return found


def copy(content: IO[bytes], target: IO[bytes]) -> str:
    """Copy to the end; give the SHA-256 of what passed."""
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def require_same(found: dict[str, Member], manifest: Manifest) -> None:
    """Refuse an archive whose members are not what its manifest says."""
    different = sorted(
        name for name in found | manifest.members if found.get(name) != manifest.members.get(name)
    )
    if different:
        raise ArchiveRefused(
            _("The archive is damaged: %(names)s. Nothing was changed.")
            % {"names": ", ".join(different[:5])}
        )


def require_fitting(manifest: Manifest) -> None:
    """Refuse an archive of another kind of database, or of a version that we do not know."""
    if manifest.vendor != connection.vendor:
        raise ArchiveRefused(
            _("This archive was made from %(theirs)s and the database here is %(ours)s: an "
              "archive is restored into the same kind of database. Nothing was changed.")
            % {"theirs": manifest.vendor, "ours": connection.vendor}
        )  # fmt: skip
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = [name for name in manifest.migrations if name not in known]
    if unknown:
        raise ArchiveRefused(
            _("This archive was made by another version of Compagnon (%(version)s), whose tables "
              "this one does not know (%(first)s). Nothing was changed.")
            % {"version": manifest.version, "first": unknown[0]}
        )  # fmt: skip


def place_files(folder: Path) -> None:
    """Move the files to where the product keeps them; one that is there already is replaced."""
    for path in sorted((folder / "files").glob("*/*/*")):
        target = path_of(path.name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        path.replace(target)


def is_lived_in() -> bool:
    """Tell whether somebody has worked in this database."""
    try:
        tables = set(connection.introspection.table_names())
        with connection.cursor() as cursor:
            for table in LIVED_IN:
                if table in tables:
                    cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608
                    if cursor.fetchone():
                        return True
    except DatabaseError:
        if connection.vendor == "sqlite":
            return True  # a damaged file is not an empty one
        raise
    return False
