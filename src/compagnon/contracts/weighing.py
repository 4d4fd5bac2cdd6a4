"""What the what-if reads and tells, and how its tallies add up. Pure: no ORM."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from compagnon.contracts.subjects import Facts, Measure

MOST_SHOWN = 25
MET, MISSED, NONE = "met", "missed", "none"


class PastClock(NamedTuple):
    """A stopped clock as the what-if reads it."""

    id: int
    subject_kind: str
    subject_id: int
    measure: str
    state: str
    target_seconds: int
    elapsed_seconds: int
    started_at: datetime
    stopped_at: datetime
    priority: int | None
    category_path: str
    service_id: int | None
    request_type_id: int | None
    ticket_kind: str
    team_id: int | None

    @property
    def facts(self) -> Facts:
        """The subject's facts as they stood at the end."""
        return Facts(
            self.priority,
            self.category_path,
            self.service_id,
            self.request_type_id,
            self.ticket_kind,
            self.team_id,
        )


class PastStretch(NamedTuple):
    """A stretch of such a clock."""

    clock_id: int
    start: datetime
    end: datetime | None
    counts: bool
    reason: str
    commitment_id: int | None
    calendar_revision_id: int | None
    facts: dict[str, object] | None


@dataclass(slots=True)
class Tally:
    """How many clocks were, and would have been, met, missed, or no longer promised."""

    before_met: int = 0
    before_missed: int = 0
    after_met: int = 0
    after_missed: int = 0
    after_none: int = 0

    def add(self, other: Tally) -> None:
        """Count the other's clocks too."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def before_rate(self) -> float | None:
        """The share met, 0 to 1; ``None`` without any."""
        return _rate(self.before_met, self.before_missed)

    @property
    def after_rate(self) -> float | None:
        """The share that would have been met, 0 to 1; ``None`` without any."""
        return _rate(self.after_met, self.after_missed)

    @property
    def clocks(self) -> int:
        """How many clocks were counted again."""
        return self.before_met + self.before_missed


def _rate(met: int, missed: int) -> float | None:
    return met / (met + missed) if met + missed else None


@dataclass(frozen=True, slots=True)
class Affected:
    """A clock that would have ended otherwise, or nearer to its limit. Seconds are counted time.

    ``after_state`` is ``met``, ``missed`` or ``none`` (no longer promised).
    """

    subject_kind: str
    subject_id: int
    measure: str
    priority: int | None
    started_at: datetime
    before_state: str
    before_target: int
    before_elapsed: int
    after_state: str
    after_target: int | None
    after_elapsed: int | None

    @property
    def flips(self) -> bool:
        """Whether the outcome changes."""
        return self.before_state != self.after_state

    @property
    def shift(self) -> int:
        """How much nearer to the limit (positive) or farther from it, in seconds."""
        if self.after_target is None or self.after_elapsed is None:
            return self.before_elapsed - self.before_target
        before = self.before_target - self.before_elapsed
        return before - (self.after_target - self.after_elapsed)


@dataclass(slots=True)
class Effect:
    """The whole answer. ``truncated``: there were more clocks than were looked at, all older."""

    since: datetime
    until: datetime
    truncated: bool = False
    total: Tally = field(default_factory=Tally)
    by_measure: dict[str, Tally] = field(default_factory=dict)
    by_priority: dict[int | None, Tally] = field(default_factory=dict)
    by_month: dict[str, Tally] = field(default_factory=dict)
    newly_missed: int = 0
    newly_met: int = 0
    most_affected: list[Affected] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a clock would have ended: counted seconds against a target, or nothing promised."""

    target: int | None
    elapsed: int | None

    @property
    def state(self) -> str:
        """``met``, ``missed`` or ``none``."""
        if self.target is None or self.elapsed is None:
            return NONE
        return MISSED if self.elapsed > self.target else MET


def facts_through(clock: PastClock, stretches: list[PastStretch]) -> list[Facts]:
    """Give the facts during each stretch: those noted where a requalification ended one."""
    now = clock.facts
    found: list[Facts] = []
    for stretch in reversed(stretches):
        if stretch.facts is not None:
            now = Facts(**stretch.facts)  # type: ignore[arg-type]
        found.append(now)
    found.reverse()
    return found


def weigh(effect: Effect, clock: PastClock, outcome: Outcome) -> Affected:
    """Add one clock to the tallies."""
    month = f"{timezone.localtime(clock.started_at):%Y-%m}"
    after = outcome.state
    for tally in (
        effect.total,
        effect.by_measure.setdefault(clock.measure, Tally()),
        effect.by_priority.setdefault(clock.priority, Tally()),
        effect.by_month.setdefault(month, Tally()),
    ):
        for name in (f"before_{clock.state}", f"after_{after}"):
            setattr(tally, name, getattr(tally, name) + 1)
    effect.newly_missed += clock.state == MET and after == MISSED
    effect.newly_met += clock.state == MISSED and after == MET
    return Affected(
        subject_kind=clock.subject_kind,
        subject_id=clock.subject_id,
        measure=clock.measure,
        priority=clock.priority,
        started_at=clock.started_at,
        before_state=clock.state,
        before_target=clock.target_seconds,
        before_elapsed=clock.elapsed_seconds,
        after_state=after,
        after_target=outcome.target,
        after_elapsed=outcome.elapsed,
    )


def worst(found: list[Affected]) -> list[Affected]:
    """Give those that change most: other outcomes first, then the largest shifts."""
    touched = [each for each in found if each.flips or each.shift]
    return sorted(
        touched, key=lambda each: (not each.flips, -abs(each.shift), each.subject_id, each.measure)
    )[:MOST_SHOWN]


def join(whole: Effect, part: Effect) -> None:
    """Add the effect on one contract's clocks to that on the others'."""
    whole.total.add(part.total)
    for measure, tally in part.by_measure.items():
        whole.by_measure.setdefault(measure, Tally()).add(tally)
    for priority, tally in part.by_priority.items():
        whole.by_priority.setdefault(priority, Tally()).add(tally)
    for month, tally in part.by_month.items():
        whole.by_month.setdefault(month, Tally()).add(tally)
    whole.truncated |= part.truncated
    whole.newly_missed += part.newly_missed
    whole.newly_met += part.newly_met
    whole.most_affected = worst([*whole.most_affected, *part.most_affected])


def in_order(effect: Effect) -> Effect:
    """Put the groups in the order in which they are read."""
    effect.by_measure = {
        each: effect.by_measure[each] for each in Measure.values if each in effect.by_measure
    }
    effect.by_month = dict(sorted(effect.by_month.items()))
    effect.by_priority = dict(
        sorted(effect.by_priority.items(), key=lambda item: (item[0] is None, item[0] or 0))
    )
    return effect
