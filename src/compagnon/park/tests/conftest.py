"""What the park's tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from compagnon.park import door
from compagnon.park.ingestion import catalogue, enrolment
from compagnon.people.tests.factories import Cast, cast


@pytest.fixture
def people(db: None) -> Cast:
    """The fixed cast."""
    return cast()


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Processes remember rows that a test's rollback takes away."""
    for forget in (catalogue.remembered.forget, enrolment.forget, door.forget_contacts):
        forget()
    yield
    catalogue.remembered.forget()
