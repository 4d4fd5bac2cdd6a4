"""The demonstration's stories are what the services would have made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from compagnon.config.demo import contracts, organisation
from compagnon.config.demo.pen import MATRIX, Times
from compagnon.config.demo.telling import year
from compagnon.core.actor import Actor, Source
from compagnon.desk.loading import load
from compagnon.desk.services import settings as desk_settings
from compagnon.desk.tests.replaying import differences, replay, rows_of

pytestmark = pytest.mark.django_db

UNTIL = datetime(2026, 3, 12, 15, 30, tzinfo=UTC)


@pytest.fixture
def times_and_world():
    actor = Actor.system("demo", source=Source.DEMO)
    world, parties = organisation.build(actor, Random(3))  # noqa: S311
    office = contracts.build(actor, world, parties, since=datetime(2025, 1, 1, tzinfo=UTC).date())
    desk_settings.set_rules(
        actor=actor,
        organisation=parties.client,
        matrix=[list(row) for row in MATRIX],
        close_after_days=5,
        reopen_within_days=14,
    )
    return world, Times(office, UNTIL)


def test_every_row_is_what_the_services_leave(times_and_world):
    world, times = times_and_world
    stories = list(year(world, times, count=40, seed=11))
    loaded = load(stories, source=Source.DEMO, until=UNTIL, rng=Random(1))  # noqa: S311
    for key, story in zip(loaded.ticket_ids, stories, strict=True):
        again = replay(story, until=UNTIL)
        assert differences(rows_of(key, UNTIL), rows_of(again, UNTIL)) == [], story
