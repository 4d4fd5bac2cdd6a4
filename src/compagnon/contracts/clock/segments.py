"""A clock's history as segments, and the same checked and in whole seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from .calendars import Calendar
from .counting import TARGET_MAX, counted_between
from .errors import TimelineError
from .texts import Text
from .zones import to_seconds


class State(StrEnum):
    """What the clock does during a segment."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


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
class Leg:
    """A segment in UTC seconds."""

    start: int
    end: int | None
    segment: Segment

    def counted(self, upto: int) -> int:
        """Seconds it counts until `upto`."""
        end = upto if self.end is None else min(self.end, upto)
        if self.segment.state is not State.RUNNING or end <= self.start:
            return 0
        return counted_between(self.segment.calendar, self.start, end)


def legs_of(segments: Sequence[Segment]) -> list[Leg]:
    """Whole seconds, checked; empty segments are dropped and hand their restart to the next one."""
    if not segments:
        raise TimelineError("segments_empty")
    legs: list[Leg] = []
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
        legs.append(Leg(start, end, segment))
    return legs
