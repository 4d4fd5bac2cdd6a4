"""A clock's history: pauses, change of contract half-way, restart, due and breach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.contracts.clock import (
    BUILT_IN,
    TARGET_MAX,
    Due,
    Segment,
    State,
    Text,
    TimelineError,
    Why,
    elapsed,
    load_calendar,
    reached_at,
    read_clock,
    under_contract,
)
from compagnon.contracts.clock.zones import resolve_local

from .clock_draws import situations

HOUR = 3600
OFFICE = BUILT_IN["fr-office"]
ALWAYS = BUILT_IN["24x7"]
CLOSED = load_calendar({"timezone": "UTC", "weekly": {}})
RUNNING, PAUSED, STOPPED = State.RUNNING, State.PAUSED, State.STOPPED


def at(text: str) -> datetime:
    """A time of March 2026 in Paris: "09 14:30" is Monday the 9th at 14:30."""
    return resolve_local(datetime.fromisoformat(f"2026-03-{text}"), "Europe/Paris")


def running(start: str, end: str | None = None, hours: float | None = 4, **more: object) -> Segment:
    target = None if hours is None else round(hours * HOUR)
    last = None if end is None else at(end)
    return Segment(at(start), last, OFFICE, target_seconds=target, **more)  # type: ignore[arg-type]


def paused(start: str, end: str | None = None, hours: float | None = 4, **more: object) -> Segment:
    target = None if hours is None else round(hours * HOUR)
    last = None if end is None else at(end)
    return Segment(at(start), last, OFFICE, PAUSED, target, **more)  # type: ignore[arg-type]


def test_a_clock_that_runs() -> None:
    reading = read_clock([running("09 09:00")], as_of=at("09 11:00"))
    assert reading.state is RUNNING
    assert reading.elapsed_seconds == 2 * HOUR
    assert reading.remaining_seconds == 2 * HOUR
    assert (reading.due, reading.due_at) == (Due.KNOWN, at("09 15:00"))
    assert not reading.breached
    assert reading.breached_at is None


def test_a_breached_clock_says_since_when() -> None:
    reading = read_clock([running("09 09:00")], as_of=at("09 16:30"))
    assert reading.remaining_seconds == -1.5 * HOUR
    assert reading.breached
    assert reading.breached_at == reading.due_at == at("09 15:00")


def test_a_target_met_to_the_second_is_met() -> None:
    on_time = read_clock([running("09 09:00", "09 15:00")], as_of=at("09 17:00"))
    assert (on_time.remaining_seconds, on_time.breached) == (0, False)
    late = read_clock([running("09 09:00", "09 15:00:01")], as_of=at("09 17:00"))
    assert (late.remaining_seconds, late.breached) == (-1, True)
    assert late.breached_at == at("09 15:00")


def test_a_target_reached_at_closing_is_breached_only_when_hours_open_again() -> None:
    segments = [running("09 09:00", hours=7)]
    evening = read_clock(segments, as_of=at("09 20:00"))
    assert evening.due_at == at("09 18:00")
    assert (evening.remaining_seconds, evening.breached) == (0, False)
    assert not read_clock(segments, as_of=at("10 09:00")).breached
    morning = read_clock(segments, as_of=at("10 09:00:01"))
    assert morning.due_at == at("09 18:00")
    assert morning.breached_at == at("10 09:00")


def test_a_pause_delays_the_due_time_by_the_open_time_it_holds() -> None:
    segments = [
        running("09 09:00", "09 10:00"),
        paused("09 10:00", "10 10:00"),
        running("10 10:00"),
    ]
    reading = read_clock(segments, as_of=at("10 11:00"))
    assert reading.elapsed_seconds == 2 * HOUR
    assert reading.due_at == at("10 15:00")  # 1 h on Monday; Tuesday 10–12 and 14–15
    held = next(line for line in reading.ledger if line.why is Why.PAUSED)
    assert held.counted_seconds == 0
    assert held.open_seconds == (2 + 4 + 1) * HOUR


def test_no_due_time_while_paused_without_known_end() -> None:
    segments = [running("09 09:00", "09 10:00"), paused("09 10:00")]
    reading = read_clock(segments, as_of=at("12 10:00"))
    assert reading.state is PAUSED
    assert reading.elapsed_seconds == HOUR
    assert reading.remaining_seconds == 3 * HOUR
    assert (reading.due, reading.due_at) == (Due.PAUSED, None)


def test_a_pause_with_a_known_end_gives_a_due_time() -> None:
    segments = [
        running("09 09:00", "09 10:00"),
        paused("09 10:00", "16 14:00"),
        running("16 14:00"),
    ]
    reading = read_clock(segments, as_of=at("10 10:00"))
    assert reading.state is PAUSED
    assert (reading.due, reading.due_at) == (Due.KNOWN, at("16 17:00"))


def test_paused_after_the_breach_it_keeps_its_due_time() -> None:
    segments = [running("09 09:00", "09 17:00"), paused("09 17:00")]
    reading = read_clock(segments, as_of=at("20 10:00"))
    assert (reading.due, reading.due_at) == (Due.KNOWN, at("09 15:00"))
    assert reading.breached_at == at("09 15:00")
    assert reading.remaining_seconds == -2 * HOUR


def test_paused_at_the_very_second_the_target_is_reached() -> None:
    segments = [running("09 09:00", "09 15:00"), paused("09 15:00")]
    reading = read_clock(segments, as_of=at("10 10:00"))
    assert (reading.due, reading.due_at) == (Due.KNOWN, at("09 15:00"))
    assert (reading.remaining_seconds, reading.breached) == (0, False)


def test_a_stopped_clock_stays_as_it_was() -> None:
    reading = read_clock([running("09 09:00", "09 10:00")], as_of=at("11 10:00"))
    assert reading.state is STOPPED
    assert reading.elapsed_seconds == HOUR
    assert (reading.due, reading.due_at) == (Due.STOPPED, None)
    assert [line.why for line in reading.ledger] == [Why.OPEN, Why.STOPPED]
    assert reading.ledger[-1].end == at("11 10:00")


def test_a_reopened_clock_goes_on_from_where_it_stopped() -> None:
    segments = [
        running("09 09:00", "09 10:00"),
        Segment(at("09 10:00"), at("11 09:00"), OFFICE, STOPPED, 4 * HOUR, cause="solved"),
        running("11 09:00"),
    ]
    reading = read_clock(segments, as_of=at("11 10:00"))
    assert reading.elapsed_seconds == 2 * HOUR
    assert reading.due_at == at("11 12:00")
    assert [line.cause for line in reading.ledger if line.why is Why.STOPPED] == ["solved"]


def test_a_change_of_calendar_half_way_counts_each_part_on_its_own() -> None:
    segments = [
        running("09 09:00", "09 16:00"),  # 3 h + 2 h
        Segment(at("09 16:00"), None, ALWAYS, target_seconds=8 * HOUR),
    ]
    reading = read_clock(segments, as_of=at("09 18:00"))
    assert reading.elapsed_seconds == 7 * HOUR
    assert reading.due_at == at("09 19:00")
    assert [line.calendar.name for line in reading.ledger][-2:] == ["fr-office", "24x7"]
    assert sum(line.counted_seconds for line in reading.ledger) == 7 * HOUR


def test_a_longer_target_half_way_keeps_what_elapsed() -> None:
    segments = [running("09 09:00", "09 16:00", 4), running("09 16:00", hours=8)]
    before = read_clock(segments[:1], as_of=at("09 15:30"))
    assert before.breached
    reading = read_clock(segments, as_of=at("09 16:30"))
    assert reading.elapsed_seconds == 5.5 * HOUR
    assert reading.remaining_seconds == 2.5 * HOUR
    assert reading.due_at == at("10 10:00")
    assert not reading.breached


def test_a_shorter_target_half_way_breaches_at_the_change_not_before() -> None:
    segments = [running("09 09:00", "09 16:00", 8), running("09 16:00", hours=4)]
    assert not read_clock(segments, as_of=at("09 15:59")).breached
    reading = read_clock(segments, as_of=at("09 16:30"))
    assert reading.remaining_seconds == -1.5 * HOUR
    assert reading.due_at == reading.breached_at == at("09 16:00")


def test_a_target_that_will_change_is_foreseen() -> None:
    segments = [running("09 09:00", "10 09:00", 20), running("10 09:00", hours=8)]
    reading = read_clock(segments, as_of=at("09 10:00"))
    assert reading.target_seconds == 20 * HOUR
    assert reading.due_at == at("10 10:00")  # 7 h on Monday, the eighth on Tuesday


def test_a_target_reached_when_it_is_replaced_is_not_due_then() -> None:
    segments = [running("09 09:00", "09 15:00", 4), running("09 15:00", hours=6)]
    assert read_clock(segments, as_of=at("09 10:00")).due_at == at("09 17:00")
    assert read_clock(segments, as_of=at("09 15:00")).due_at == at("09 17:00")


def test_a_restart_sets_aside_what_was_counted() -> None:
    segments = [running("09 09:00", "09 16:00"), running("09 16:00", restart=True)]
    reading = read_clock(segments, as_of=at("09 17:00"))
    assert reading.elapsed_seconds == HOUR
    assert reading.due_at == at("10 11:00")
    assert [(line.why, line.counted_seconds, line.open_seconds) for line in reading.ledger] == [
        (Why.SET_ASIDE, 0, 3 * HOUR),
        (Why.OUTSIDE_HOURS, 0, 0),
        (Why.SET_ASIDE, 0, 2 * HOUR),
        (Why.OPEN, HOUR, HOUR),
    ]
    before = read_clock(segments, as_of=at("09 15:30"))
    assert before.elapsed_seconds == 4.5 * HOUR
    assert before.breached


def test_an_empty_segment_hands_on_its_restart() -> None:
    segments = [
        running("09 09:00", "09 11:00"),
        running("09 11:00", "09 11:00", restart=True),
        running("09 11:00"),
    ]
    assert read_clock(segments, as_of=at("09 12:00")).elapsed_seconds == HOUR


def test_without_target_nothing_is_due() -> None:
    reading = read_clock([running("09 09:00", hours=None)], as_of=at("09 11:00"))
    assert reading.elapsed_seconds == 2 * HOUR
    assert (reading.due, reading.due_at) == (Due.NO_TARGET, None)
    assert reading.remaining_seconds is None
    assert not reading.breached


def test_a_target_of_nothing_is_due_at_the_start() -> None:
    reading = read_clock([running("07 09:00", hours=0)], as_of=at("07 10:00"))  # a Saturday
    assert (reading.due_at, reading.breached) == (at("07 09:00"), False)
    assert read_clock([running("07 09:00", hours=0)], as_of=at("09 09:00:01")).breached_at == at(
        "09 09:00"
    )


def test_a_calendar_that_never_opens_says_so_and_ends() -> None:
    reading = read_clock(
        [Segment(at("09 09:00"), None, CLOSED, target_seconds=1)], as_of=at("20 09:00")
    )
    assert (reading.due, reading.due_at) == (Due.BEYOND_HORIZON, None)
    assert [line.why for line in reading.ledger][:1] == [Why.DAY_CLOSED]


def test_before_its_start_a_clock_shows_nothing() -> None:
    reading = read_clock([running("09 09:00")], as_of=at("08 09:00"))
    assert (reading.elapsed_seconds, reading.ledger) == (0, ())
    assert reading.due_at == at("09 15:00")


def test_before_its_start_a_clock_has_its_first_target() -> None:
    segments = [running("09 09:00", "09 10:00", 4), running("09 10:00", hours=2)]
    assert read_clock(segments, as_of=at("08 09:00")).target_seconds == 4 * HOUR


def test_a_restart_that_is_foreseen_puts_off_the_due_time() -> None:
    segments = [running("09 09:00", "09 11:00"), running("09 11:00", restart=True)]
    assert read_clock(segments, as_of=at("09 10:00")).due_at == at("09 17:00")


def test_at_its_start_a_clock_shows_nothing() -> None:
    reading = read_clock([running("09 09:00")], as_of=at("09 09:00"))
    assert (reading.elapsed_seconds, reading.ledger, reading.state) == (0, (), RUNNING)


def test_the_ledger_keeps_cause_and_label_of_pauses_apart() -> None:
    segments = [
        running("09 09:00", "09 10:00"),
        paused("09 10:00", "09 10:30", cause="waiting_user", label=Text("attente", "waiting")),
        paused("09 10:30", "09 11:00", cause="waiting_supplier"),
        running("09 11:00"),
    ]
    ledger = read_clock(segments, as_of=at("09 11:30")).ledger
    assert [(line.cause, line.label and line.label.en) for line in ledger] == [
        ("", None), ("waiting_user", "waiting"), ("waiting_supplier", None), ("", None),
    ]  # fmt: skip


def test_a_notice_before_the_target() -> None:
    segments = [
        running("09 09:00"),
    ]
    assert reached_at(segments, round(3.2 * HOUR)) == at("09 14:12")
    assert reached_at([running("09 09:00", "09 10:00"), paused("09 10:00")], 2 * HOUR) is None
    again = [running("09 09:00", "09 10:00"), running("09 10:00", restart=True)]
    assert reached_at(again, HOUR) == at("09 11:00")


def test_what_if_replays_the_same_history_under_another_contract() -> None:
    segments = [
        running("09 09:00", "09 17:00"),
        paused("09 17:00", "10 09:00"),
        running("10 09:00"),
    ]
    other = under_contract(segments, calendar=ALWAYS, target_seconds=2 * HOUR)
    reading = read_clock(other, as_of=at("10 10:00"))
    assert reading.elapsed_seconds == 9 * HOUR
    assert reading.due_at == at("09 11:00")


@pytest.mark.parametrize(
    ("segments", "code"),
    [
        ([], "segments_empty"),
        ([running("09 09:00", "09 10:00"), running("09 11:00")], "segment_apart"),
        ([running("09 09:00", "09 10:00"), running("09 09:30")], "segment_apart"),
        ([running("09 09:00"), running("09 10:00")], "segment_open_ended"),
        ([running("09 09:00", "09 08:00")], "segment_reversed"),
        ([running("09 09:00", hours=-1)], "target_bounds"),
        ([running("09 09:00", hours=TARGET_MAX)], "target_bounds"),
    ],
)
def test_histories_that_make_no_sense_are_refused(segments: list[Segment], code: str) -> None:
    with pytest.raises(TimelineError) as refused:
        read_clock(segments, as_of=at("09 12:00"))
    assert refused.value.code == code


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Segment], datetime]:
    """Up to five segments on one or two random calendars, and an instant to read them at."""
    document, near = draw(situations())
    calendars = [load_calendar(document), draw(st.sampled_from([OFFICE, ALWAYS, CLOSED]))]
    count = draw(st.integers(min_value=1, max_value=5))
    shifts = st.integers(min_value=-300_000, max_value=300_000)
    edges = sorted(draw(st.lists(shifts, min_size=count + 1, max_size=count + 1)))
    times = [near + timedelta(seconds=shift) for shift in edges]
    targets = st.sampled_from([None, 0, 600, 20_000, 20_000, 100_000])
    segments = [
        Segment(
            times[index], times[index + 1], draw(st.sampled_from(calendars)),
            draw(st.sampled_from([RUNNING, RUNNING, PAUSED, STOPPED])), draw(targets),
            cause="x", restart=draw(st.integers(0, 9)) == 0,
        )
        for index in range(count)
    ]  # fmt: skip
    if draw(st.booleans()):
        last = segments[-1]
        segments[-1] = Segment(
            last.start, None, last.calendar, last.state, last.target_seconds, cause="x"
        )
    return segments, near + timedelta(seconds=draw(shifts))


laws = settings(max_examples=70, deadline=None)


@laws
@given(histories(), st.integers(0, 4), st.floats(0, 1))
def test_splitting_a_segment_changes_nothing(
    history: tuple[list[Segment], datetime], which: int, where: float
) -> None:
    segments, as_of = history
    index = which % len(segments)
    cut = segments[index]
    end = cut.end or as_of + timedelta(days=1)
    if end < cut.start:
        return
    middle = cut.start + timedelta(seconds=int((end - cut.start).total_seconds() * where))
    from dataclasses import replace

    if middle == cut.end:  # the second half would be empty, and last
        return
    halves = [replace(cut, end=middle), replace(cut, start=middle, restart=False)]
    if middle == cut.start:
        halves = [replace(cut, end=middle), replace(cut, start=middle)]
    split = [*segments[:index], *halves, *segments[index + 1 :]]
    assert read_clock(split, as_of=as_of) == read_clock(segments, as_of=as_of)


@laws
@given(histories())
def test_the_ledger_of_a_history_accounts_for_all_of_it(
    history: tuple[list[Segment], datetime],
) -> None:
    segments, as_of = history
    reading = read_clock(segments, as_of=as_of)
    start = segments[0].start
    edges = [start, *(line.end for line in reading.ledger)]
    assert [line.start for line in reading.ledger] == edges[:-1]
    assert edges[-1] == max(as_of, start)
    assert sum(line.counted_seconds for line in reading.ledger) == reading.elapsed_seconds
    assert all(
        line.open_seconds == elapsed(line.calendar, line.start, line.end) for line in reading.ledger
    )


@laws
@given(histories())
def test_breach_remaining_and_due_tell_one_story(
    history: tuple[list[Segment], datetime],
) -> None:
    segments, as_of = history
    as_of = max(as_of, segments[0].start)
    reading = read_clock(segments, as_of=as_of, explain=False)
    if reading.remaining_seconds is None:
        assert reading.target_seconds is None
        assert not reading.breached
        return
    assert reading.breached == (reading.remaining_seconds < 0)
    assert (reading.due is Due.KNOWN) == (reading.due_at is not None)
    if reading.breached_at is not None:
        assert reading.due_at is not None
        assert reading.due_at <= reading.breached_at <= as_of
        # At that instant it was not yet, or had just been put under this target; then it was.
        later = reading.breached_at + timedelta(seconds=1)
        assert read_clock(segments, as_of=min(later, as_of), explain=False).breached
    if reading.due_at is not None and reading.due_at > as_of:
        assert reading.remaining_seconds > 0
        on_time = read_clock(segments, as_of=reading.due_at, explain=False)
        assert on_time.remaining_seconds is not None
        assert on_time.remaining_seconds <= 0


@laws
@given(histories(), st.integers(0, 200_000))
def test_elapsed_never_goes_back_without_restart(
    history: tuple[list[Segment], datetime], more: int
) -> None:
    segments, as_of = history
    if any(segment.restart for segment in segments):
        return
    later = as_of + timedelta(seconds=more)
    one, two = (read_clock(segments, as_of=each, explain=False) for each in (as_of, later))
    assert 0 <= two.elapsed_seconds - one.elapsed_seconds <= more


@laws
@given(histories())
def test_elapsed_is_the_sum_of_what_ran_since_the_restart(
    history: tuple[list[Segment], datetime],
) -> None:
    segments, as_of = history
    total = 0
    for segment in segments:
        if segment.start > as_of:
            break
        if segment.restart:
            total = 0
        end = min(segment.end or as_of, as_of)
        if segment.state is RUNNING:
            total += elapsed(segment.calendar, segment.start, end)
    assert read_clock(segments, as_of=as_of).elapsed_seconds == total


def test_a_reading_stays_cheap() -> None:
    """A year of history in well under a millisecond once its calendar is compiled."""
    import time

    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    segments = [Segment(start, None, OFFICE, target_seconds=400 * HOUR)]
    read_clock(segments, as_of=start + timedelta(days=365), explain=False)
    began = time.process_time()
    for _ in range(200):
        read_clock(segments, as_of=start + timedelta(days=365), explain=False)
    assert (time.process_time() - began) / 200 < 0.001
