"""A database of the bench's own, thrown away after."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

# Set aside: what would slow a measure down on purpose, or speak of another installation.
ENVIRONMENT = {"COMPAGNON_API_RATE_PER_MINUTE": "100000000", "COMPAGNON_LOG_LEVEL": "ERROR"}


@dataclass(frozen=True, slots=True)
class Place:
    """A data directory and a database."""

    directory: Path
    url: str

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of the bench's processes."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("COMPAGNON_") or name == "COMPAGNON_SECRET_KEY"
        }
        return kept | {
            **ENVIRONMENT,
            "COMPAGNON_DATA_DIR": str(self.directory),
            "COMPAGNON_DATABASE_URL": self.url,
        }

    def run(
        self, words: Sequence[str], *, output: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``compagnon …`` there; what it says on standard error is seen as it comes."""
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "compagnon.config.cli", *words],
            env=dict(self.environment),
            stdout=output,
            check=False,
            text=True,
        )


@contextmanager
def throw_away(url: str, *, directory: Path | None = None) -> Iterator[Place]:
    """Make a place while the block lasts: on SQLite, or on the server of a PostgreSQL address.

    Args:
        url: ``postgresql://…`` names a server and a database on it from which another is made;
            empty for SQLite.
        directory: where temporary files go.
    """
    with tempfile.TemporaryDirectory(prefix="compagnon-bench-", dir=directory) as name:
        folder = Path(name)
        if not url:
            yield Place(folder, f"sqlite:///{folder}/compagnon.sqlite3")
            return
        made = f"compagnon_bench_{uuid.uuid4().hex[:8]}"
        _on_server(url, f'CREATE DATABASE "{made}"')
        try:
            yield Place(folder, urlunsplit(urlsplit(url)._replace(path=f"/{made}")))
        finally:
            _on_server(url, f'DROP DATABASE IF EXISTS "{made}" WITH (FORCE)')


def _on_server(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute(statement.encode())
