"""From stored stretches to the clock's own segments, and from a reading to what a row stores.

What a row stores of a clock (due, breached, elapsed, at risk from) is always what the clock module
reads from all its stretches; nothing here counts time by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from compagnon.contracts.clock.calendars import Calendar
from compagnon.contracts.clock.engine import ClockReading, Segment, State, reached_at, read_clock
from compagnon.contracts.models import Clock, ClockState
from compagnon.contracts.rules import warn_after
from compagnon.contracts.showing import reason_text


class Stretch(Protocol):
    """What a stored stretch says: ``ClockSegment``, or a plain value of the what-if."""

    @property
    def start(self) -> datetime:
        """From when."""
        ...

    @property
    def end(self) -> datetime | None:
        """Until when; ``None`` while it goes on."""
        ...

    @property
    def counts(self) -> bool:
        """Whether its time counts."""
        ...

    @property
    def reason(self) -> str:
        """What work waited for; empty when it did not wait."""
        ...


@dataclass(frozen=True, slots=True)
class Basis:
    """What a stretch counts on: a calendar, and seconds to stay within (None: no commitment)."""

    calendar: Calendar
    target_seconds: int


def whole(at: datetime) -> datetime:
    """The second that holds an instant: the clock counts whole seconds, and rows agree with it."""
    return at.replace(microsecond=0)


def segments_of(
    stretches: Sequence[Stretch], bases: Sequence[Basis | None], *, explain: bool = False
) -> list[Segment]:
    """Give the clock's segments, oldest first; with ``explain``, pauses carry their words.

    A stretch without basis counts under the next one that has one, else under the last: nothing
    was promised while it ran, and the promise made later is counted from the opening.

    Raises:
        ValueError: no stretch has a basis.
    """
    found: list[Basis] = []
    following = next((basis for basis in reversed(bases) if basis is not None), None)
    if following is None:
        raise ValueError("a clock without any commitment has no reading")
    for basis in reversed(bases):
        following = basis or following
        found.append(following)
    return [
        Segment(
            start=stretch.start,
            end=stretch.end,
            calendar=basis.calendar,
            state=State.RUNNING if stretch.counts else State.PAUSED,
            target_seconds=basis.target_seconds,
            cause=stretch.reason,
            label=reason_text(stretch.reason) if explain and not stretch.counts else None,
        )
        for stretch, basis in zip(stretches, reversed(found), strict=True)
    ]


def read_into(
    clock: Clock, segments: Sequence[Segment], *, at: datetime, warn_percent: int
) -> ClockReading:
    """Store on an open clock's row what its segments give at ``at``; the row is not saved."""
    reading = read_clock(segments, as_of=at, explain=False)
    running = segments[-1].state is State.RUNNING
    clock.state = ClockState.RUNNING if running else ClockState.PAUSED
    clock.target_seconds = reading.target_seconds
    clock.elapsed_seconds = reading.elapsed_seconds
    clock.due_at = reading.due_at
    clock.breached_at = reading.breached_at
    clock.stopped_at = None
    clock.warn_at = None
    if running and reading.breached_at is None and reading.target_seconds is not None:
        clock.warn_at = reached_at(
            segments, warn_after(reading.target_seconds, warn_percent), searched_from=at
        )
    return reading


def close_into(clock: Clock, segments: Sequence[Segment], *, at: datetime) -> ClockReading:
    """Store on a row that the clock stops at ``at``; the row is not saved.

    ``segments`` are as they stood, the last one still open: so ``due_at`` stays what was due.
    """
    reading = read_clock(segments, as_of=at, explain=False)
    clock.state = ClockState.MISSED if reading.breached else ClockState.MET
    clock.elapsed_seconds = reading.elapsed_seconds
    clock.due_at = reading.due_at
    clock.breached_at = reading.breached_at
    clock.stopped_at = at
    clock.warn_at = None
    return reading
