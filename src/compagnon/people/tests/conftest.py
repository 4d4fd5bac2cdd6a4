"""Fixtures of the room's tests."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from compagnon.people.tests.directories import book, found  # noqa: F401


@pytest.fixture(autouse=True)
def _no_memory_of_failures(request: pytest.FixtureRequest) -> None:
    """Sign-in counts failures in the cache: a test must not lock out the next one."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        cache.clear()
