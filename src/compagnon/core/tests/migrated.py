"""Tables made once: SQLite's runs begin from those of an earlier run, while no migration changes.

Half of a short run was spent in migrations. PostgreSQL's are always run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings


def tables_kept() -> Path | None:
    """Give where SQLite's tables as the migrations make them are kept; ``None`` on PostgreSQL.

    By what the migrations say and lean on: changed, they are run anew.
    """
    if "sqlite3" not in settings.DATABASES["default"]["ENGINE"]:
        return None
    here = Path(__file__).parents[2]
    sources = sorted(
        [*here.glob("*/migrations/*.py"), *here.glob("core/search/*.py"), *here.glob("core/*.py")]
    )
    digest = hashlib.sha256()
    for source in (*sources, here.parents[1] / "requirements/dev.lock"):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    cache = here.parents[1] / ".pytest_cache/databases"
    return cache / f"{digest.hexdigest()[:24]}.sqlite3"


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Keep the tables that were copied in: migrations find nothing left to do."""
    return tables_kept() is not None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """Begin SQLite's runs from the tables of an earlier run; leave them for the next."""
    template = tables_kept()
    own = Path(settings.DATABASES["default"]["TEST"]["NAME"]) if template else None
    if template and own and template.exists():
        shutil.copyfile(template, own)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Keep what the migrations made, the first time they are run."""
    template = tables_kept()
    if template is None or template.exists():
        return
    from django.db import connection

    template.parent.mkdir(parents=True, exist_ok=True)
    waiting = template.with_suffix(f".{os.getpid()}")
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(waiting)])
    waiting.replace(template)
    for old in sorted(template.parent.glob("*.sqlite3"), key=lambda one: one.stat().st_mtime)[:-3]:
        old.unlink(missing_ok=True)
