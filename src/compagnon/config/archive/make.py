"""Making an archive."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
import time
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

import compagnon
from compagnon.config.archive.manifest import (
    CHUNK,
    KEY,
    MANIFEST,
    ArchiveRefused,
    Engine,
    Manifest,
    Member,
    Snapshot,
)
from compagnon.core.files import path_of


def engine() -> Engine:
    """Give the engine of the product's database."""
    if connection.vendor == "postgresql":
        from compagnon.config.archive.postgresql import PostgresqlEngine

        return PostgresqlEngine()
    from compagnon.config.archive.sqlite import SqliteEngine

    return SqliteEngine()


def make_archive(target: Path, *, overwrite: bool = False) -> Manifest:
    """Write the archive; the product may go on running.

    The file appears under its name when it is whole, readable by its owner alone.

    Raises:
        ArchiveRefused: the place is taken or cannot be written, or the database is damaged.
    """
    if target.exists() and not overwrite:
        raise ArchiveRefused(
            _("%(path)s exists: name another file, or use --force.") % {"path": target}
        )
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    except OSError as error:
        raise ArchiveRefused(
            _("%(path)s cannot be written: %(reason)s.")
            % {"path": target.parent, "reason": error.strerror}
        ) from error
    partial = Path(name)
    try:
        # Beside the archive: it has room for the database, and no other account can read it.
        with (
            tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as folder,
            os.fdopen(handle, "wb") as stream,
        ):
            database = engine()
            manifest = write(stream, database.take(Path(folder)), database)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    except OSError as error:
        raise ArchiveRefused(
            _("The archive could not be written: %(reason)s.") % {"reason": error.strerror or error}
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def write(stream: IO[bytes], snapshot: Snapshot, database: Engine) -> Manifest:
    """Write every member, the manifest last."""
    manifest = Manifest(
        version=compagnon.__version__,
        vendor=connection.vendor,
        made_at=timezone.now(),
        migrations=snapshot.migrations,
        counts=snapshot.counts,
    )
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=3) as archive:
        add(archive, database.member, snapshot.path, manifest)
        for digest in snapshot.digests:
            name = f"files/{digest[:2]}/{digest[2:4]}/{digest}"
            try:
                add(archive, name, path_of(digest), manifest)
            except FileNotFoundError:
                manifest.missing.append(digest)
                continue
            if manifest.members[name].sha256 != digest:
                manifest.missing.append(digest)
        key = settings.DATA_DIR / KEY
        if key.exists():
            add(archive, KEY, key, manifest)
        last = manifest.as_json()
        archive.addfile(header(MANIFEST, len(last)), io.BytesIO(last))
    return manifest


def add(archive: tarfile.TarFile, name: str, path: Path, manifest: Manifest) -> None:
    """Add one file, and to the manifest what was really written."""
    with path.open("rb") as source:
        size = os.fstat(source.fileno()).st_size
        reader = HashingReader(source)
        archive.addfile(header(name, size), reader)
    manifest.members[name] = Member(reader.digest.hexdigest(), size)


def header(name: str, size: int) -> tarfile.TarInfo:
    """Give a member's header: nobody's, readable by its owner."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(time.time())
    return info


class HashingReader(io.RawIOBase):
    """Reads a file and hashes what passes."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read at most a mebibyte."""
        chunk = self.source.read(min(size, CHUNK) if size >= 0 else CHUNK)
        self.digest.update(chunk)
        return chunk
