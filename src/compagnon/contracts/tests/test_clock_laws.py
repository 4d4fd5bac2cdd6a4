"""The laws of the clock, on random calendars, and its agreement with the slow second opinion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.contracts.clock import Calendar, Segment, add, elapsed, load_calendar, read_clock

from .clock_draws import situations, timed
from .clock_oracle import elapsed_slowly, verdict

SECOND = timedelta(seconds=1)
thorough = settings(max_examples=60, deadline=None)


@thorough
@given(timed(3))
def test_time_adds_up(case: tuple[Calendar, list[datetime]]) -> None:
    calendar, (a, b, c) = case
    assert elapsed(calendar, a, c) == elapsed(calendar, a, b) + elapsed(calendar, b, c)


@thorough
@given(timed(2))
def test_counted_time_is_never_negative_nor_more_than_real_time(
    case: tuple[Calendar, list[datetime]],
) -> None:
    calendar, (a, b) = case
    assert 0 <= elapsed(calendar, a, b) <= (b - a).total_seconds()


@thorough
@given(timed(1))
def test_no_time_counts_nothing(case: tuple[Calendar, list[datetime]]) -> None:
    calendar, (a,) = case
    assert elapsed(calendar, a, a) == 0
    assert add(calendar, a, 0) == a


@thorough
@given(timed(1), st.integers(min_value=1, max_value=200_000))
def test_due_is_the_first_instant_when_enough_is_counted(
    case: tuple[Calendar, list[datetime]], seconds: int
) -> None:
    calendar, (a,) = case
    due = add(calendar, a, seconds)
    if due is None:  # never opens, or not enough for years
        assert elapsed(calendar, a, a + timedelta(days=3650)) < seconds
        return
    assert elapsed(calendar, a, due) == seconds
    assert elapsed(calendar, a, due - SECOND) == seconds - 1


@thorough
@given(timed(2))
def test_adding_what_elapsed_gives_back_the_end_of_the_last_counted_second(
    case: tuple[Calendar, list[datetime]],
) -> None:
    calendar, (a, b) = case
    counted = elapsed(calendar, a, b)
    again = add(calendar, a, counted)
    assert again is not None
    assert again <= b
    assert elapsed(calendar, again, b) == 0


@settings(max_examples=40, deadline=None)
@given(situations(), st.integers(min_value=-2000, max_value=2000), st.integers(0, 2200))
def test_agrees_with_the_slow_count_minute_by_minute(
    situation: tuple[dict[str, Any], datetime], shift: int, minutes: int
) -> None:
    document, near = situation
    start = near + timedelta(minutes=shift)
    end = start + timedelta(minutes=minutes)
    assert elapsed(load_calendar(document), start, end) == elapsed_slowly(document, start, end)


@settings(max_examples=40, deadline=None)
@given(situations(), st.integers(min_value=-2000, max_value=0), st.integers(1, 2200))
def test_every_minute_of_the_ledger_has_the_reason_of_the_slow_count(
    situation: tuple[dict[str, Any], datetime], shift: int, minutes: int
) -> None:
    document, near = situation
    start = near + timedelta(minutes=shift)
    end = start + timedelta(minutes=minutes)
    reading = read_clock([Segment(start, None, load_calendar(document))], as_of=end)
    for line in reading.ledger:
        at = line.start
        while at < line.end:
            assert verdict(document, at) == line.why
            at += timedelta(minutes=1)


@thorough
@given(timed(2))
def test_the_ledger_covers_all_time_without_hole_and_sums_to_elapsed(
    case: tuple[Calendar, list[datetime]],
) -> None:
    calendar, (a, b) = case
    ledger = read_clock([Segment(a, None, calendar)], as_of=b).ledger
    edges = [a, *(line.end for line in ledger)]
    assert [line.start for line in ledger] == edges[:-1]
    assert edges[-1] == b
    assert sum(line.counted_seconds for line in ledger) == elapsed(calendar, a, b)
    assert all(line.counted_seconds in (0, line.duration_seconds) for line in ledger)
    assert all((one.why, one.label) != (two.why, two.label) for one, two in pairwise(ledger))


@thorough
@given(timed(3))
def test_time_never_goes_back(case: tuple[Calendar, list[datetime]]) -> None:
    calendar, (a, b, c) = case
    assert elapsed(calendar, a, b) <= elapsed(calendar, a, c)
    assert elapsed(calendar, b, c) <= elapsed(calendar, a, c)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5400), st.integers(0, 5400))
def test_agrees_second_by_second_across_a_change_of_odd_seconds(one: int, two: int) -> None:
    """Monrovia left −00:44:30 on 7 January 1972: a gap of 2,670 seconds."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("Africa/Monrovia")
    calendar = load_calendar(
        {"timezone": "Africa/Monrovia", "weekly": {"friday": [["00:10:05", "00:50:50"]]}}
    )
    middle = datetime(1972, 1, 7, 0, 44, 30, tzinfo=UTC)
    start, end = sorted(middle + timedelta(seconds=shift - 2700) for shift in (one, two))
    count, at = 0, start
    while at < end:
        wall = at.astimezone(zone)
        seconds = wall.hour * 3600 + wall.minute * 60 + wall.second
        count += wall.weekday() == 4 and 605 <= seconds < 3050
        at += SECOND
    assert elapsed(calendar, start, end) == count
