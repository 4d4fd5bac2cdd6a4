"""Fixtures for every room's tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs, where there is one beside the checkout."""
    given = os.environ.get("COMPAGNON_SHARED_DATA")
    folder = Path(given) if given else Path(__file__).parents[3] / "shared/data"
    if not folder.is_dir():
        pytest.skip("no folder of real inputs (COMPAGNON_SHARED_DATA)")
    return folder
