"""The what-if as a page shows it: bars, shares and the tickets most affected, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compagnon.contracts.subjects import Measure, described
from compagnon.contracts.weighing import Affected, Effect, Tally
from compagnon.core.actor import Actor

WIDTH = 1000
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: shares of met, missed and no longer promised, in thousandths of the whole."""

    met: int
    missed: int
    none: int

    @classmethod
    def of(cls, met: int, missed: int, none: int = 0) -> Bar:
        """Share out the width."""
        whole = met + missed + none
        if not whole:
            return cls(0, 0, 0)
        good, gone = met * WIDTH // whole, none * WIDTH // whole
        return cls(good, WIDTH - good - gone, gone)

    @property
    def after_met(self) -> int:
        """Where the second part begins."""
        return self.met

    @property
    def after_missed(self) -> int:
        """Where the third part begins."""
        return self.met + self.missed


@dataclass(frozen=True, slots=True)
class Line:
    """One group of clocks, before and after."""

    label: str
    tally: Tally
    before: Bar
    after: Bar

    @property
    def before_percent(self) -> int | None:
        """The share met, rounded down."""
        return _percent(self.tally.before_rate)

    @property
    def after_percent(self) -> int | None:
        """The share that would have been met, rounded down."""
        return _percent(self.tally.after_rate)

    @property
    def said(self) -> str:
        """What the bars say, for who does not see them."""
        tally = self.tally
        return _(
            "before: %(before_met)d met, %(before_missed)d missed; "
            "after: %(after_met)d met, %(after_missed)d missed, %(after_none)d no longer promised"
        ) % {
            "before_met": tally.before_met,
            "before_missed": tally.before_missed,
            "after_met": tally.after_met,
            "after_missed": tally.after_missed,
            "after_none": tally.after_none,
        }


def _percent(rate: float | None) -> int | None:
    return None if rate is None else int(rate * 100)


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    title: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class AffectedLine:
    """One ticket most affected, with its name and address where the reader may see it."""

    affected: Affected
    label: str
    url: str

    @property
    def measure(self) -> str:
        """The measure in words."""
        return str(Measure(self.affected.measure).label)


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page shows."""

    effect: Effect
    total: Line
    groups: list[Group]
    affected: list[AffectedLine]


def shown(actor: Actor, effect: Effect) -> Shown:
    """Lay a what-if out for a page."""
    names = described(
        actor, ((each.subject_kind, each.subject_id) for each in effect.most_affected)
    )
    return Shown(
        effect=effect,
        total=line("", effect.total),
        groups=[
            Group(_("By measure"), _lines(effect.by_measure, lambda key: str(Measure(key).label))),
            Group(_("By priority"), _lines(effect.by_priority, _priority)),
            Group(_("By month"), _lines(effect.by_month, _month)),
        ],
        affected=[
            AffectedLine(each, *names.get((each.subject_kind, each.subject_id), ("", "")))
            for each in effect.most_affected
        ],
    )


def _lines(tallies: dict[K, Tally], name: Callable[[K], str]) -> list[Line]:
    return [line(name(key), tally) for key, tally in tallies.items()]


def line(label: str, tally: Tally) -> Line:
    """Draw one group."""
    return Line(
        label,
        tally,
        Bar.of(tally.before_met, tally.before_missed),
        Bar.of(tally.after_met, tally.after_missed, tally.after_none),
    )


def _priority(priority: int | None) -> str:
    return f"P{priority}" if priority else _("not qualified")


def _month(month: str) -> str:
    return date_format(date.fromisoformat(f"{month}-01"), "F Y")
