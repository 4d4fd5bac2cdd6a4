"""The demonstration's stories are what the services would have made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from compagnon.config.demo import contracts, organisation
from compagnon.config.demo.arrivals import PARIS
from compagnon.config.demo.pen import MATRIX, Times
from compagnon.config.demo.telling import year
from compagnon.config.demo.today import SCENES
from compagnon.core.actor import Actor, Source
from compagnon.desk.loading import acts, load
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


@pytest.mark.parametrize("hour", [7, 13, 22])
def test_there_is_work_for_today(times_and_world, hour):
    world, office = times_and_world[0], times_and_world[1].office
    times = Times(office, UNTIL.replace(hour=hour))
    today = times.until.astimezone(PARIS).date()
    planned = {}
    for story in year(world, times, count=5 * len(SCENES), seed=2):
        for act in story.acts:
            start = act.planned_start if isinstance(act, acts.TaskPlanned) else None
            if start and start.astimezone(PARIS).date() == today:
                planned[act.assignee] = story
    assert len(planned) >= 5
    stories = list(planned.values())[:2]
    loaded = load(stories, source=Source.DEMO, until=times.until, rng=Random(1))  # noqa: S311
    for key, story in zip(loaded.ticket_ids, stories, strict=True):
        again = replay(story, until=times.until)
        assert differences(rows_of(key, times.until), rows_of(again, times.until)) == [], story
