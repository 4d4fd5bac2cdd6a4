"""The clock: from a history of segments to elapsed, remaining, due time and ledger.

A clock's history is a sequence of segments that follow one another without hole. Each says whether
time ran, was paused or stopped, and which calendar and target applied: a change of contract
half-way is a new segment with another calendar or target.

When the target is replaced, elapsed time is kept: remaining = new target − elapsed. A segment with
`restart` sets elapsed back to zero; what had been counted stays in the ledger as set aside.

`due_at` is the earliest instant at which elapsed reaches the target in force. A clock is breached
when elapsed *exceeds* the target. The two moments differ in one case: when the target is reached
at the very end of opening hours, the clock is due then, and breached when hours open again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from .calendars import Calendar
from .counting import TARGET_MAX, counted_between, reach
from .errors import TimelineError
from .plan import COUNTED, Why, stretches
from .texts import Text
from .zones import to_instant, to_seconds


class State(StrEnum):
    """What the clock does during a segment."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Due(StrEnum):
    """Whether there is a due time, and if not, why."""

    KNOWN = "known"
    PAUSED = "paused"
    STOPPED = "stopped"
    BEYOND_HORIZON = "beyond_horizon"
    NO_TARGET = "no_target"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch [start, end) of a clock's history; `end` None on the last one: it goes on.

    `cause` is a stable code and `label` the words for why the clock is paused or stopped. On a
    running segment the cause is of a wait that counts all the same; it stands on its lines.
    """

    start: datetime
    end: datetime | None
    calendar: Calendar
    state: State = State.RUNNING
    target_seconds: int | None = None
    cause: str = ""
    label: Text | None = None
    restart: bool = False


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line of the account: [start, end) in UTC, what was counted, and why.

    `open_seconds` is what the calendar would have counted: it differs from `counted_seconds` when
    the clock was paused, stopped or set aside.
    """

    start: datetime
    end: datetime
    counted_seconds: int
    open_seconds: int
    why: Why
    label: Text | None
    cause: str
    calendar: Calendar
    target_seconds: int | None

    @property
    def duration_seconds(self) -> int:
        """Real seconds from start to end."""
        return to_seconds(self.end) - to_seconds(self.start)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What a clock shows at `as_of`. Instants are UTC, durations counted seconds."""

    start: datetime
    as_of: datetime
    state: State
    elapsed_seconds: int
    target_seconds: int | None
    remaining_seconds: int | None
    due: Due
    due_at: datetime | None
    breached_at: datetime | None
    ledger: tuple[LedgerLine, ...]

    @property
    def breached(self) -> bool:
        """Whether elapsed exceeds the target."""
        return self.breached_at is not None


@dataclass(frozen=True, slots=True)
class _Leg:
    start: int
    end: int | None
    segment: Segment

    def counted(self, upto: int) -> int:
        end = upto if self.end is None else min(self.end, upto)
        if self.segment.state is not State.RUNNING or end <= self.start:
            return 0
        return counted_between(self.segment.calendar, self.start, end)


def read_clock(
    segments: Sequence[Segment], *, as_of: datetime, explain: bool = True
) -> ClockReading:
    """What the clock shows at `as_of`; the ledger is empty without `explain` (much cheaper).

    Before the first segment nothing has elapsed; after the last one the clock is stopped. Segments
    after `as_of` (a pause whose end is known, a contract that will change) bear on `due_at` only.
    Raises TimelineError for segments that do not follow one another, InstantError for naive times.
    """
    legs = _legs(segments)
    now = max(to_seconds(as_of), legs[0].start)
    current = bisect_right([leg.start for leg in legs], now) - 1
    leg = legs[current]
    elapsed = _elapsed(legs, now)
    target = leg.segment.target_seconds
    due, due_at = _due(legs, current, now)
    stopped = leg.end is not None and leg.end <= now
    return ClockReading(
        start=to_instant(legs[0].start),
        as_of=to_instant(to_seconds(as_of)),
        state=State.STOPPED if stopped else leg.segment.state,
        elapsed_seconds=elapsed,
        target_seconds=target,
        remaining_seconds=None if target is None else target - elapsed,
        due=due,
        due_at=_instant(due_at),
        breached_at=_instant(_breached_at(legs, current, now, elapsed)),
        ledger=tuple(_merged(_lines(legs, now))) if explain else (),
    )


def reached_at(
    segments: Sequence[Segment], seconds: int, *, searched_from: datetime | None = None
) -> datetime | None:
    """The earliest instant at which elapsed reaches `seconds`, as `due_at` but for any threshold.

    For a notice at 80 % of the target. It counts from the last restart. None when the history ends,
    pauses without known end, or goes on beyond the horizon before that.
    """
    legs = _legs(segments)
    first = max((i for i, leg in enumerate(legs) if leg.segment.restart), default=0)
    start = legs[first].start
    now = max(to_seconds(searched_from), start) if searched_from else start
    return _instant(_first_reaching(legs, first, 0, now, threshold=seconds))


def under_contract(
    segments: Iterable[Segment], *, calendar: Calendar, target_seconds: int | None
) -> tuple[Segment, ...]:
    """The same history as if `calendar` and `target_seconds` had applied from its beginning."""
    return tuple(
        replace(segment, calendar=calendar, target_seconds=target_seconds) for segment in segments
    )


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else to_instant(seconds)


def _legs(segments: Sequence[Segment]) -> list[_Leg]:
    """Whole seconds, checked; empty segments are dropped and hand their restart to the next one."""
    if not segments:
        raise TimelineError("segments_empty")
    legs: list[_Leg] = []
    expected: int | None = None
    restart = False
    final = len(segments) - 1
    for index, segment in enumerate(segments):
        start = to_seconds(segment.start)
        end = None if segment.end is None else to_seconds(segment.end)
        if end is None and index != final:
            raise TimelineError("segment_open_ended", index=index)
        if end is not None and end < start:
            raise TimelineError("segment_reversed", index=index)
        if expected is not None and start != expected:
            raise TimelineError("segment_apart", index=index)
        target = segment.target_seconds
        if target is not None and not 0 <= target <= TARGET_MAX:
            raise TimelineError("target_bounds", value=target, maximum=TARGET_MAX)
        expected = end
        if start == end and index != final:
            restart = restart or segment.restart
            continue
        if restart and not segment.restart:
            segment = replace(segment, restart=True)  # noqa: PLW2901
        restart = False
        legs.append(_Leg(start, end, segment))
    return legs


def _elapsed(legs: list[_Leg], now: int) -> int:
    total = 0
    for leg in legs:
        if leg.start > now:
            break
        total = leg.counted(now) + (0 if leg.segment.restart else total)
    return total


def _in_force_since(legs: list[_Leg], current: int) -> int:
    """Index of the leg from which the current target has applied without change or restart."""
    target = legs[current].segment.target_seconds
    while (
        current > 0
        and not legs[current].segment.restart
        and legs[current - 1].segment.target_seconds == target
    ):
        current -= 1
    return current


def _due(legs: list[_Leg], current: int, now: int) -> tuple[Due, int | None]:
    if legs[current].segment.target_seconds is None:
        return Due.NO_TARGET, None
    since = _in_force_since(legs, current)
    reached = _first_reaching(legs, since, _elapsed(legs, legs[since].start), now)
    if reached is not None:
        return Due.KNOWN, reached
    last = legs[-1]
    if last.end is not None or last.segment.state is State.STOPPED:
        return Due.STOPPED, None
    return (Due.PAUSED if last.segment.state is State.PAUSED else Due.BEYOND_HORIZON), None


def _breached_at(legs: list[_Leg], current: int, now: int, elapsed: int) -> int | None:
    target = legs[current].segment.target_seconds
    if target is None or elapsed <= target:
        return None
    since = _in_force_since(legs, current)
    return _first_reaching(legs, since, _elapsed(legs, legs[since].start), now, beyond=1)


def _first_reaching(
    legs: list[_Leg],
    first: int,
    total: int,
    now: int,
    *,
    threshold: int | None = None,
    beyond: int = 0,
) -> int | None:
    """The first second from `legs[first]` on when elapsed, `total` there, reaches the target.

    `threshold` replaces each leg's target. With `beyond` 1: the start of the first second that
    exceeds it.
    """
    for index in range(first, len(legs)):
        leg = legs[index]
        if leg.segment.restart and index > first:
            total = 0
        target = leg.segment.target_seconds if threshold is None else threshold
        if target is not None:
            missing = target + beyond - total
            if missing <= 0:
                return leg.start
            if leg.segment.state is State.RUNNING and (
                leg.end is None or leg.counted(leg.end) >= missing
            ):
                searched_from = max(leg.start, now if leg.end is None else leg.end)
                reached = reach(
                    leg.segment.calendar, leg.start, missing, searched_from=searched_from
                )
                if reached is None:
                    return None
                # At its end a segment gives way to the next, whose target decides just below.
                if reached - beyond != leg.end or index == len(legs) - 1:
                    return reached - beyond
        if leg.end is not None:
            total += leg.counted(leg.end)
    return None


def _lines(legs: list[_Leg], now: int) -> Iterator[LedgerLine]:
    restarted = max(
        (leg.start for leg in legs if leg.segment.restart and leg.start <= now), default=0
    )
    for leg in legs:
        end = now if leg.end is None else min(leg.end, now)
        if end <= leg.start:
            continue
        if leg.segment.state is State.RUNNING:
            yield from _running_lines(leg.segment, leg.start, end, set_aside=leg.start < restarted)
        else:
            why = Why.PAUSED if leg.segment.state is State.PAUSED else Why.STOPPED
            yield _idle_line(leg.segment, leg.start, end, why)
    last = legs[-1]
    if last.end is not None and last.end < now:
        after = replace(last.segment, cause="", label=None)
        yield _idle_line(after, last.end, now, Why.STOPPED)


def _running_lines(
    segment: Segment, start: int, end: int, *, set_aside: bool
) -> Iterator[LedgerLine]:
    for low, high, reason in stretches(segment.calendar, start, end):
        is_open = reason.why in COUNTED
        aside = is_open and set_aside
        yield LedgerLine(
            start=to_instant(low),
            end=to_instant(high),
            counted_seconds=high - low if is_open and not aside else 0,
            open_seconds=high - low if is_open else 0,
            why=Why.SET_ASIDE if aside else reason.why,
            label=reason.label,
            cause=segment.cause,
            calendar=segment.calendar,
            target_seconds=segment.target_seconds,
        )


def _idle_line(segment: Segment, start: int, end: int, why: Why) -> LedgerLine:
    return LedgerLine(
        start=to_instant(start),
        end=to_instant(end),
        counted_seconds=0,
        open_seconds=counted_between(segment.calendar, start, end),
        why=why,
        label=segment.label,
        cause=segment.cause,
        calendar=segment.calendar,
        target_seconds=segment.target_seconds,
    )


def _merged(lines: Iterable[LedgerLine]) -> Iterator[LedgerLine]:
    """Neighbours that say the same become one, so that splitting a segment changes nothing."""
    held: LedgerLine | None = None
    for line in lines:
        if held is not None and _says(held) == _says(line):
            held = replace(
                held,
                end=line.end,
                counted_seconds=held.counted_seconds + line.counted_seconds,
                open_seconds=held.open_seconds + line.open_seconds,
            )
            continue
        if held is not None:
            yield held
        held = line
    if held is not None:
        yield held


def _says(line: LedgerLine) -> tuple[object, ...]:
    return line.why, line.label, line.cause, line.calendar, line.target_seconds
