"""Timetables and forecasts as pages draw them: bars on a line of a thousand parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from compagnon.titles.models import Forecast, SessionState, Slot, SlotKind

COLOURS = {
    SessionState.PLANNED: "secondary",
    SessionState.SUMMONED: "blue",
    SessionState.HELD: "orange",
    SessionState.DELIBERATING: "purple",
    SessionState.CLOSED: "green",
    SessionState.CANCELLED: "red",
}
BARS = {
    SlotKind.SITUATION: "text-primary",
    SlotKind.TECHNICAL: "text-orange",
    SlotKind.QUESTIONS: "text-purple",
    SlotKind.FINAL: "text-green",
}
WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate's, or one station's day: what is drawn and what is read."""

    label: str
    bars: Sequence[dict[str, Any]]
    slots: Sequence[Slot]


def lines(
    slots: Sequence[Slot], key: Callable[[Slot], str], first: datetime, last: datetime
) -> list[Line]:
    """Give the lines of a timetable, by candidate or by station."""
    whole = max((last - first).total_seconds(), 1)
    found: dict[str, list[Slot]] = defaultdict(list)
    for one in slots:
        found[key(one)].append(one)
    return [
        Line(
            label,
            [
                {
                    "x": round((one.starts_at - first).total_seconds() * WIDTH / whole),
                    "width": max(
                        4, round((one.ends_at - one.starts_at).total_seconds() * WIDTH / whole) - 2
                    ),
                    "class": BARS[SlotKind(one.kind)],
                }
                for one in mine
            ],
            mine,
        )
        for label, mine in found.items()
    ]


def by_candidate(slots: Sequence[Slot], first: datetime, last: datetime) -> list[Line]:
    """Give each candidate's day."""
    return lines(slots, lambda one: str(one.sitting.candidacy.person), first, last)


def by_station(slots: Sequence[Slot], first: datetime, last: datetime) -> list[Line]:
    """Give each station's day, and the jury's."""
    return lines(
        slots, lambda one: str(one.station) if one.station else _("Before the jury"), first, last
    )


def months(rows: Sequence[Forecast], year: int) -> list[dict[str, Any]]:
    """Give the twelve months of a year: candidates foreseen, and how long the bar is."""
    count: dict[int, int] = defaultdict(int)
    for one in rows:
        if one.month.year == year:
            count[one.month.month] += one.places
    most = max(count.values(), default=0) or 1
    return [
        {
            "month": date(year, number, 1),
            "places": count[number],
            "width": count[number] * WIDTH // most,
        }
        for number in range(1, 13)
    ]
