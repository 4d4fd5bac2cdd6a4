"""What is counted on a history, for any history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from compagnon.desk.bringing.history import History, Step, Words
from compagnon.desk.bringing.measure import measure

START = datetime(2020, 1, 1, tzinfo=UTC)
STATES = {"New": "new", "Active": "open", "Resolved": "solved", "Closed": "closed"}

Event = tuple[int, str, str | None]
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 10_000), st.sampled_from(sorted(STATES)), st.sampled_from(["A", "B", None])
    ),
    min_size=1,
    max_size=30,
)


def history(events: list[Event], *, counted: dict[str, int] | None = None) -> History:
    """Make a history: each event so many minutes after the one before, in a state, at a team."""
    at, steps = START, []
    for minutes, state, team in events:
        at += timedelta(minutes=minutes)
        values = {"state": STATES[state], "team": team}
        steps.append(Step(at=at, clock=at.timestamp(), values=values, source_state=state))
    return History(
        reference="X", title="x", description=Words("x"), opened_at=START,
        opened_clock=START.timestamp(), requester=None, steps=steps, counted=counted or {},
        unknown_team_counts=True,
    )  # fmt: skip


@given(EVENTS)
def test_every_second_is_in_one_state(events: list[Event]) -> None:
    found = measure(history(events))
    total = sum(minutes for minutes, _state, _team in events) * 60
    assert sum(found.seconds_in_state.values()) + found.seconds_before_first_event == total
    assert found.state == events[-1][1]
    assert found.seconds_in_state.keys() == {state for _minutes, state, _team in events}


@given(EVENTS)
def test_changes_are_counted_between_neighbours(events: list[Event]) -> None:
    found = measure(history(events))
    teams = [team for _minutes, _state, team in events]
    assert found.observed_reassignments == sum(before != after for before, after in pairwise(teams))
    ended = [state in {"Resolved", "Closed"} for _minutes, state, _team in events]
    assert found.observed_reopenings == sum(
        before and not after for before, after in pairwise(ended)
    )


@given(EVENTS, st.integers(0, 9), st.integers(0, 9))
def test_the_source_s_own_counts_come_first(events: list[Event], moved: int, reopened: int) -> None:
    found = measure(history(events, counted={"reassignments": moved, "reopenings": reopened}))
    assert (found.reassignments, found.reopenings) == (moved, reopened)


@given(EVENTS, st.integers(1, 9))
def test_a_longer_past_begins_with_the_same_digests(events: list[Event], cut: int) -> None:
    whole = list(history(events).digests())
    part = list(history(events[:cut]).digests())
    assert whole[: len(part)] == part
    assert len(set(whole)) == len(whole)
