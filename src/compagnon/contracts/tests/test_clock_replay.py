"""Whatever the desk does to a subject, rows, readings and the slow replay of the story agree."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compagnon.contracts import queries
from compagnon.contracts.clock import elapsed
from compagnon.contracts.clock.calendars import Calendar as ClockCalendar
from compagnon.contracts.frozen import freeze
from compagnon.contracts.models import Clock, ClockSegment
from compagnon.contracts.rules import pauses
from compagnon.contracts.services import clocks
from compagnon.contracts.subjects import Facts, Measure, Subject
from compagnon.contracts.tests import factories
from compagnon.core.actor import Actor
from compagnon.people.tests.factories import organisation

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")
START = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # the Friday before hours change
RULES = {"waiting_user": True, "waiting_supplier": False}
STEPS = ("pause user", "pause supplier", "resume", "solve", "reopen", "priority 1", "priority 4")

stories = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 3 * 86_400)), min_size=1, max_size=8
)


def counted_by_hand(story: list[tuple[str, int]], calendar: ClockCalendar) -> int:
    """Count second by stretch what the story should: the plain reading of the rules."""
    at, total, reason, solved = START, 0, "", False
    for step, wait in story:
        then = at + timedelta(seconds=wait)
        if not solved and not (reason and pauses(RULES, reason)):
            total += elapsed(calendar, at, then)
        at = then
        if step == "solve":
            solved = True
        elif step == "reopen" and solved:
            solved, reason = False, ""
        elif step.startswith("pause") and not solved:
            reason = f"waiting_{step.split()[1]}"
        elif step == "resume" and not solved:
            reason = ""
    return total


def act(step: str, of: Subject, at: datetime) -> None:
    name, _, word = step.partition(" ")
    if name == "pause":
        clocks.pause(actor=ACTOR, subject=of, reason=f"waiting_{word}", at=at)
    elif name == "resume":
        clocks.resume(actor=ACTOR, subject=of, at=at)
    elif name == "solve":
        clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=at)
    elif name == "reopen":
        clocks.reopen(actor=ACTOR, subject=of, at=at)
    else:
        facts = Facts(int(word), "", None, None, "incident")
        clocks.requalify(actor=ACTOR, subject=of, facts=facts, at=at)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=stories)
def test_any_story_counts_the_same_in_rows_ledger_and_by_hand(
    story: list[tuple[str, int]],
) -> None:
    client = organisation()
    row = factories.calendar()
    agreed = factories.contract(client, calendar_=row, pauses=RULES)
    factories.commitment(agreed, "resolution", 8 * 3600)
    factories.commitment(agreed, "resolution", 2 * 3600, priorities=[1])
    of = Subject("ticket", agreed.pk, client.pk)
    clocks.start(actor=ACTOR, subject=of, facts=Facts(3, "", None, None, "incident"), at=START)
    at = START
    for step, wait in story:
        at += timedelta(seconds=wait)
        act(step, of, at)
    clock = Clock.objects.get(subject_id=of.id)
    (read,) = queries.clocks_of(of.kind, of.id, as_of=at)
    wanted = counted_by_hand(story, freeze(row, []))
    assert read.elapsed == wanted
    assert sum(line.counted_seconds for line in read.ledger) == wanted
    # The row is in step as of its last turn; running since, it has counted the rest.
    assert clock.elapsed_seconds <= read.elapsed
    assert (clock.stopped_at is None) == (clock.state in {"running", "paused"})
    assert read.target_seconds == clock.target_seconds
    rows = list(ClockSegment.objects.filter(clock=clock).order_by("start", "id"))
    assert rows[0].start == START
    for before, after in itertools.pairwise(rows):
        assert before.end == after.start
