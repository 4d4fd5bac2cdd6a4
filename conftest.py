"""What every test of the tree obeys: with ``COMPAGNON_FAIL_ON_SKIP``, to skip is to fail."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from django.utils import timezone, translation
from hypothesis import settings

from compagnon.core.tests.journal_reset import journal_emptied_by_flush  # noqa: F401
from compagnon.core.tests.migrated import (  # noqa: F401
    django_db_keepdb,
    django_db_modify_db_settings,
    django_db_setup,
)

FAIL_ON_SKIP = bool(os.environ.get("COMPAGNON_FAIL_ON_SKIP"))
# Set for the second database of a run: what asks nothing of a database was run with the first,
# and so were pages, whose services and queries have tests of their own.
ONE_DATABASE = re.compile(r"pages|^test_inspect|^test_scans$|^test_schemathesis$|^test_prove$")
DATABASE_ONLY = bool(os.environ.get("COMPAGNON_TEST_DATABASE_ONLY"))

# Compiled once: to read 1,700 modules anew costs each run and each program it starts seconds.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Garbage is looked for more rarely: it took a fifth of a walk over the pages.
gc.set_threshold(50_000, 20, 20)

# The same examples at each run, so that a red run is the change's doing; `make test-long` looks
# for others.
settings.register_profile("everyday", derandomize=True, deadline=None)
settings.register_profile("long", deadline=None, print_blob=True)
settings.load_profile("everyday")


@pytest.fixture(autouse=True)
def _own_tongue_and_hour() -> Generator[None]:
    """Leave no language nor time zone of one test's request to the next."""
    yield
    translation.deactivate()
    timezone.deactivate()


def pytest_configure(config: pytest.Config) -> None:
    """Draw examples anew where the long tests are asked for."""
    if config.getoption("markexpr", "") == "long":
        settings.load_profile("long")


def pytest_collection_finish() -> None:
    """Look for no garbage among the modules."""
    gc.collect()
    gc.freeze()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out, before they invent their requests, the files of which no test would run."""
    if not collection_path.stem.startswith("test_schemathesis"):
        return None
    wanted = config.getoption("markexpr", "")
    if collection_path.stem.endswith("_long"):
        return True if "not long" in wanted else None
    return True if wanted == "long" or DATABASE_ONLY else None


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if FAIL_ON_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as failed here: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into a failure."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into a failure."""
    report = yield
    _refuse_skip(report)
    return report


def _asks_database(item: pytest.Item) -> bool:
    used = set(getattr(item, "fixturenames", ()))
    if not (used & {"db", "transactional_db"} or item.get_closest_marker("django_db")):
        return False
    # In the long run there is time for both.
    return bool(item.get_closest_marker("long")) or not ONE_DATABASE.search(item.path.stem)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of a second run what has no business with its database; begin with the longest.

    A story in Chromium that began last would be waited for by the other process.
    """
    items.sort(key=lambda item: not any(map(item.get_closest_marker, ("browser", "daemon"))))
    if not DATABASE_ONLY:
        return
    left = [item for item in items if not _asks_database(item)]
    items[:] = [item for item in items if _asks_database(item)]
    config.hook.pytest_deselected(items=left)
