"""How a candidacy's plan is drawn: its periods as stretches of a line, in thousandths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from compagnon.titles.models import Absence, Candidacy, PeriodKind, TrainingPeriod

WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the line: where it begins, how long it is, in thousandths."""

    x: int
    width: int
    company: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A plan drawn: its first and last day, its stretches, absences, where today is."""

    starts_on: date
    ends_on: date
    stretches: Sequence[Stretch]
    away: Sequence[Stretch]
    today: int | None


def line(
    row: Candidacy, periods: Sequence[TrainingPeriod], absences: Sequence[Absence], today: date
) -> Line | None:
    """Draw the plan of a candidacy; ``None`` where nothing is planned."""
    if not periods:
        return None
    first = min([row.starts_on, *(one.starts_on for one in periods)])
    last = max([*(one.ends_on for one in periods), row.ends_on or first])
    days = (last - first).days + 1

    def place(day: date) -> int:
        return round(WIDTH * (day - first).days / days)

    def stretch(start: date, end: date, *, company: bool = False) -> Stretch:
        x = place(start)
        return Stretch(x, max(4, place(end + timedelta(days=1)) - x), company)

    return Line(
        starts_on=first,
        ends_on=last,
        stretches=[
            stretch(one.starts_on, one.ends_on, company=one.kind == PeriodKind.COMPANY)
            for one in periods
        ],
        away=[
            stretch(one.starts_at.date(), one.ends_at.date())
            for one in absences
            if first <= one.starts_at.date() <= last
        ],
        today=place(today) if first <= today <= last else None,
    )
