"""Backups: one archive that holds the database, the files and the key, and can be checked.

An archive is a ``.tar.gz``, its members in this order::

    database/compagnon.sqlite3 | database/compagnon.pgdump    a snapshot of one moment
    files/ab/cd/<sha256>                                      every file the snapshot names
    secret_key                                                unless the environment gives it
    manifest.json                                             what the rest must be

``make.make_archive`` writes one while the product runs; ``restore.restore_archive`` reads one
wholly, checks it against its manifest, and only then touches anything.
"""

from compagnon.config.archive.make import make_archive
from compagnon.config.archive.manifest import ArchiveRefused, Manifest
from compagnon.config.archive.restore import restore_archive

__all__ = ["ArchiveRefused", "Manifest", "make_archive", "restore_archive"]
