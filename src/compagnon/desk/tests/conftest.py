"""The cast, for every test of the desk."""

from __future__ import annotations

import pytest

from compagnon.core.actor import Actor
from compagnon.desk.models import Ticket
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor, cast


@pytest.fixture
def people(db: None) -> Cast:
    """The fixed small cast of ``people``."""
    return cast()


@pytest.fixture
def technician(people: Cast) -> Actor:
    """A technician of level 1."""
    return actor(people.technician)


@pytest.fixture
def expert(people: Cast) -> Actor:
    """A technician of level 2."""
    return actor(people.expert)


@pytest.fixture
def user(people: Cast) -> Actor:
    """A user of client A."""
    return actor(people.user)


@pytest.fixture
def outsider(people: Cast) -> Actor:
    """A user of client B."""
    return actor(people.outsider)


@pytest.fixture
def ticket(people: Cast) -> Ticket:
    """An incident of the user of client A."""
    return factories.ticket(people.user)
