"""What an archive says of itself, and how its names may look."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

from django.utils.translation import gettext as _

from compagnon.core.errors import CompagnonError

FORMAT = 1
MANIFEST = "manifest.json"
KEY = "secret_key"
LARGEST_MANIFEST_BYTES = 256 * 1024 * 1024
NAME = re.compile(
    r"manifest\.json|secret_key|database/compagnon\.(?:sqlite3|pgdump)"
    r"|files/(?P<a>[0-9a-f]{2})/(?P<b>[0-9a-f]{2})/(?P=a)(?P=b)[0-9a-f]{60}"
)
CHUNK = 1024 * 1024


class ArchiveRefused(CompagnonError):
    """An archive cannot be made or restored; says why, and that nothing was changed."""

    code = "archive-refused"
    status = 409


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive."""

    sha256: str
    size: int


@dataclass(slots=True)
class Manifest:
    """What the archive holds.

    ``counts`` are rows by table, ``migrations`` those applied, both of the moment of the snapshot;
    ``missing`` names the files that the database knows and the disk had not, or had damaged.
    """

    version: str
    vendor: str
    made_at: datetime
    migrations: list[str]
    counts: dict[str, int]
    members: dict[str, Member] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    def as_json(self) -> bytes:
        """Give the member ``manifest.json``."""
        document = asdict(self) | {"made_at": self.made_at.isoformat()}
        return json.dumps(document, indent=1, sort_keys=True).encode()

    @classmethod
    def read(cls, stream: IO[bytes]) -> Manifest:
        """Read the member ``manifest.json``.

        Raises:
            ArchiveRefused: it is none of ours, or of a later format.
        """
        try:
            document: dict[str, Any] = json.loads(stream.read(LARGEST_MANIFEST_BYTES))
            if document["format"] > FORMAT:
                raise ArchiveRefused(
                    _("This archive was made by a later version of Compagnon (%(version)s).")
                    % {"version": document["version"]}
                )
            return cls(
                version=str(document["version"]),
                vendor=str(document["vendor"]),
                made_at=datetime.fromisoformat(document["made_at"]),
                migrations=[str(name) for name in document["migrations"]],
                counts={str(table): int(n) for table, n in document["counts"].items()},
                members={
                    str(name): Member(str(member["sha256"]), int(member["size"]))
                    for name, member in document["members"].items()
                },
                missing=[str(name) for name in document["missing"]],
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ArchiveRefused(_("The archive's manifest cannot be read.")) from error


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The database at one moment, in a file, and what it knows of itself."""

    path: Path
    migrations: list[str]
    counts: dict[str, int]
    digests: list[str]


class Engine(Protocol):
    """How one kind of database is written to a file and read back."""

    member: str

    def take(self, folder: Path) -> Snapshot:
        """Write a consistent snapshot into ``folder``, while others read and write."""

    def require_idle(self) -> None:
        """Raise ``ArchiveRefused`` when the product works on the database."""

    def load(self, path: Path, counts: dict[str, int]) -> None:
        """Put the snapshot in the place of the database, wholly or not at all.

        Raises:
            ArchiveRefused: it is damaged, or does not hold that many rows in each table.
        """


def require_counts(found: dict[str, int], expected: dict[str, int]) -> None:
    """Refuse a snapshot that has not the rows which its manifest says."""
    different = sorted(t for t in found | expected if found.get(t) != expected.get(t))
    if different:
        raise ArchiveRefused(
            _("The tables differ from the archive's manifest: %(tables)s. Nothing was changed.")
            % {"tables": ", ".join(different[:5])}
        )
