"""The ledger: every second of a clock's history, counted or not, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from .calendars import Calendar
from .counting import counted_between
from .plan import COUNTED, Why, stretches
from .segments import Leg, Segment, State
from .texts import Text
from .zones import to_instant, to_seconds


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


def ledger_of(legs: list[Leg], now: int) -> tuple[LedgerLine, ...]:
    """The lines of [start, now), without hole or overlap."""
    return tuple(_merged(_lines(legs, now)))


def _lines(legs: list[Leg], now: int) -> Iterator[LedgerLine]:
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
