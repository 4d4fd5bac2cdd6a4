"""What every test of the tree obeys: with ``COMPAGNON_FAIL_ON_SKIP``, to skip is to fail."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

from compagnon.core.tests.journal_reset import journal_emptied_by_flush  # noqa: F401

FAIL_ON_SKIP = bool(os.environ.get("COMPAGNON_FAIL_ON_SKIP"))


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
