"""From pauses as a person states them to the segments of a clock.

Pauses may overlap, start before the clock or go on after the reading: each such case is settled,
named in the ledger's label, and told in a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from .calendars import Calendar
from .engine import Segment, State
from .errors import ClockError, Problem
from .texts import Text
from .zones import on_wall

Note = Problem
"""Something said beside the answer, worded like a problem."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The pause given in rank `index` (from 1); `start` None: from the clock's start, `end` None:
    still paused."""

    index: int
    start: datetime | None
    end: datetime | None


@dataclass(slots=True)
class _Window:
    start: datetime
    end: datetime | None
    pauses: list[int]
    cut_start: bool
    cut_end: bool

    def label(self) -> Text:
        ranks = ", ".join(str(rank) for rank in sorted(self.pauses))
        many = len(self.pauses) > 1
        fr = f"pauses {ranks} fusionnées" if many else f"pause {ranks}"
        en = f"pauses {ranks} merged" if many else f"pause {ranks}"
        if self.cut_start:
            fr, en = f"{fr}, coupée au début", f"{en}, cut at the start"
        if self.cut_end:
            fr, en = f"{fr}, coupée à la fin", f"{en}, cut at the end"
        return Text(fr, en)


def pause_segments(
    calendar: Calendar,
    target_seconds: int | None,
    start: datetime,
    end: datetime,
    pauses: Iterable[Pause],
) -> tuple[list[Segment], list[Note]]:
    """A clock that starts at `start`, read at `end`, with these pauses; and what to say of them.

    ClockError `pause_reversed` for a pause that ends before it starts.
    """
    windows, notes = _windows(start, end, pauses, calendar.timezone)
    windows = list(_merged(windows, notes))
    segments: list[Segment] = []
    cursor: datetime | None = start
    for window in windows:
        if cursor is not None and cursor < window.start:
            segments.append(Segment(cursor, window.start, calendar, target_seconds=target_seconds))
        segments.append(
            Segment(
                window.start, window.end, calendar, State.PAUSED, target_seconds,
                cause="paused", label=window.label(),
            )
        )  # fmt: skip
        cursor = window.end
    if cursor is not None:
        segments.append(Segment(cursor, None, calendar, target_seconds=target_seconds))
    return segments, notes


def _windows(
    start: datetime, end: datetime, pauses: Iterable[Pause], zone: str
) -> tuple[list[_Window], list[Note]]:
    windows: list[_Window] = []
    notes: list[Note] = []
    for pause in pauses:
        low = start if pause.start is None else pause.start
        high = pause.end
        rank = {"index": str(pause.index)}
        if high is not None and pause.start is not None and high < low:
            # As the person wrote them: on the calendar's walls.
            params = {"start": on_wall(low, zone), "end": on_wall(high, zone)}
            raise ClockError("pause_reversed", **rank, **params)
        if high is not None and high == low:
            notes.append(Problem("pause_empty", params=rank))
            continue
        if high is not None and high <= start:
            notes.append(Problem("pause_before", params=rank))
            continue
        after, cut_start = low >= end, low < start
        cut_end = not after and high is not None and high > end
        for happened, code in (
            (after, "pause_after"), (cut_start, "pause_cut_start"), (cut_end, "pause_cut_end"),
        ):  # fmt: skip
            if happened:
                notes.append(Problem(code, params=rank))
        windows.append(_Window(max(low, start), high, [pause.index], cut_start, cut_end))
    return sorted(windows, key=lambda each: each.start), notes


def _merged(windows: list[_Window], notes: list[Note]) -> Iterator[_Window]:
    """Pauses that overlap are one; pauses that only touch stay two."""
    held: _Window | None = None
    for window in windows:
        if held is not None and (held.end is None or window.start < held.end):
            held.pauses.append(window.pauses[0])
            held.cut_start |= window.cut_start
            held.cut_end |= window.cut_end
            if held.end is not None:
                held.end = None if window.end is None else max(held.end, window.end)
            continue
        if held is not None:
            yield _told(held, notes)
        held = window
    if held is not None:
        yield _told(held, notes)


def _told(window: _Window, notes: list[Note]) -> _Window:
    if len(window.pauses) > 1:
        ranks = ", ".join(str(rank) for rank in sorted(window.pauses))
        notes.append(Problem("pauses_merged", params={"index": ranks}))
    return window
