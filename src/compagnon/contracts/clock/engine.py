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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from .calendars import Calendar
from .counting import reach
from .ledger import LedgerLine, ledger_of
from .segments import Leg, Segment, State, legs_of
from .zones import to_instant, to_seconds

__all__ = [
    "ClockReading",
    "Due",
    "LedgerLine",
    "Segment",
    "State",
    "reached_at",
    "read_clock",
    "under_contract",
]


class Due(StrEnum):
    """Whether there is a due time, and if not, why."""

    KNOWN = "known"
    PAUSED = "paused"
    STOPPED = "stopped"
    BEYOND_HORIZON = "beyond_horizon"
    NO_TARGET = "no_target"


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


def read_clock(
    segments: Sequence[Segment], *, as_of: datetime, explain: bool = True
) -> ClockReading:
    """What the clock shows at `as_of`; the ledger is empty without `explain` (much cheaper).

    Before the first segment nothing has elapsed; after the last one the clock is stopped. Segments
    after `as_of` (a pause whose end is known, a contract that will change) bear on `due_at` only.
    Raises TimelineError for segments that do not follow one another, InstantError for naive times.
    """
    legs = legs_of(segments)
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
        ledger=ledger_of(legs, now) if explain else (),
    )


def reached_at(
    segments: Sequence[Segment], seconds: int, *, searched_from: datetime | None = None
) -> datetime | None:
    """The earliest instant at which elapsed reaches `seconds`, as `due_at` but for any threshold.

    For a notice at 80 % of the target. It counts from the last restart. None when the history ends,
    pauses without known end, or goes on beyond the horizon before that.
    """
    legs = legs_of(segments)
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


def _elapsed(legs: list[Leg], now: int) -> int:
    total = 0
    for leg in legs:
        if leg.start > now:
            break
        total = leg.counted(now) + (0 if leg.segment.restart else total)
    return total


def _in_force_since(legs: list[Leg], current: int) -> int:
    """Index of the leg from which the current target has applied without change or restart."""
    target = legs[current].segment.target_seconds
    while (
        current > 0
        and not legs[current].segment.restart
        and legs[current - 1].segment.target_seconds == target
    ):
        current -= 1
    return current


def _due(legs: list[Leg], current: int, now: int) -> tuple[Due, int | None]:
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


def _breached_at(legs: list[Leg], current: int, now: int, elapsed: int) -> int | None:
    target = legs[current].segment.target_seconds
    if target is None or elapsed <= target:
        return None
    since = _in_force_since(legs, current)
    return _first_reaching(legs, since, _elapsed(legs, legs[since].start), now, beyond=1)


def _first_reaching(
    legs: list[Leg],
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
