"""What a change of terms would have done to past tickets, from the clocks' own stretches.

Each stopped clock of the contract is counted again: its stretches keep their instants, their
reasons to wait and the facts of the time; the proposed terms say which commitment, which calendar
and which waits count. Nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from compagnon.contracts.clock.calendars import Calendar as ClockCalendar
from compagnon.contracts.clock.engine import Segment, read_clock
from compagnon.contracts.frozen import calendar_of
from compagnon.contracts.models import (
    CalendarRevision,
    Clock,
    ClockSegment,
    ClockState,
    Commitment,
    ServiceContract,
)
from compagnon.contracts.proposals import TermsChange
from compagnon.contracts.rules import CommitmentTerms, ContractTerms, choose, pauses
from compagnon.contracts.subjects import Facts
from compagnon.contracts.terms import Terms, contract_terms, current
from compagnon.contracts.timeline import Basis, segments_of
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible

MOST_CLOCKS = 10_000
MOST_SHOWN = 25
CLOSED = (ClockState.MET, ClockState.MISSED)


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


def what_if(
    *,
    actor: Actor,
    contract: ServiceContract,
    terms: TermsChange,
    since: datetime,
    until: datetime,
    limit: int = MOST_CLOCKS,
    calendars: Mapping[int, ClockCalendar] | None = None,
) -> Effect:
    """Count again the contract's clocks that started in [since, until) under proposed terms.

    The caller has shown that the actor may see the contract, and that the terms are valid. Seven
    queries whatever the number of clocks.

    Args:
        limit: look at no more clocks, the latest first.
        calendars: calendars as they would be, by key, in place of those in force.
    """
    limit = max(1, min(limit, MOST_CLOCKS))
    clocks = _past_clocks(actor, contract, since, until, limit + 1)
    truncated = len(clocks) > limit
    del clocks[limit:]
    scale = _Scale.of(contract, terms, calendars or {})
    effect = Effect(since=since, until=until, truncated=truncated)
    found = [
        _weigh(effect, clock, scale.outcome(clock, stretches))
        for clock, stretches in _with_stretches(clocks)
    ]
    effect.most_affected = _worst(found)
    effect.by_month = dict(sorted(effect.by_month.items()))
    effect.by_priority = dict(
        sorted(effect.by_priority.items(), key=lambda item: (item[0] is None, item[0] or 0))
    )
    return effect


def _past_clocks(
    actor: Actor, contract: ServiceContract, since: datetime, until: datetime, limit: int
) -> list[PastClock]:
    rows = _stopped(visible(Clock, actor), contract, since, until)
    return [
        PastClock(*row)
        for row in rows.order_by("-started_at", "-id").values_list(*PastClock._fields)[:limit]
    ]


def _stopped(
    rows: QuerySet[Clock], contract: ServiceContract, since: datetime, until: datetime
) -> QuerySet[Clock]:
    return rows.filter(
        contract=contract, state__in=CLOSED, started_at__gte=since, started_at__lt=until
    )


def _with_stretches(
    clocks: list[PastClock],
) -> Iterator[tuple[PastClock, list[PastStretch]]]:
    """Give each clock with its stretches, oldest first, reading a thousand clocks at a time."""
    for index in range(0, len(clocks), 1000):
        chunk = clocks[index : index + 1000]
        by_clock: dict[int, list[PastStretch]] = defaultdict(list)
        rows = ClockSegment.objects.filter(clock__in=[clock.id for clock in chunk])
        for row in rows.order_by("clock_id", "start", "id").values_list(*PastStretch._fields):
            by_clock[row[0]].append(PastStretch(*row))
        for clock in chunk:
            yield clock, by_clock[clock.id]


@dataclass(slots=True)
class _Scale:
    """What past stretches are weighed on: the contract as it would be, and all calendars."""

    contract: ContractTerms
    terms: Terms
    known: Mapping[int, tuple[int, int]]
    revisions: Mapping[int, ClockCalendar]
    calendars: Mapping[int, ClockCalendar]
    chosen: dict[tuple[str, Facts], Basis | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        contract: ServiceContract,
        change: TermsChange,
        calendars: Mapping[int, ClockCalendar],
    ) -> _Scale:
        """Read what is needed, once for all clocks."""
        terms = current()
        proposed = change.applied_to(contract_terms(contract, []))
        in_force = {key: frozen.calendar for key, frozen in terms.calendars.items()}
        return cls(
            contract=proposed,
            terms=terms,
            known={
                key: (contract_id, target)
                for key, contract_id, target in Commitment.objects.values_list(
                    "id", "contract_id", "target_seconds"
                )
            },
            revisions={
                revision.pk: calendar_of(revision)
                for revision in CalendarRevision.objects.defer("document")
            },
            calendars={**in_force, **calendars},
        )

    def outcome(self, clock: PastClock, stretches: list[PastStretch]) -> Outcome:
        """Count one clock again."""
        facts = _facts_through(clock, stretches)
        bases = [
            self._basis(clock, each, then)
            for each, then in zip(stretches, facts, strict=True)
        ]
        if not any(bases):
            return Outcome(None, None)
        again = [
            each._replace(counts=self._counts(each)) if self._is_ours(each) else each
            for each in stretches
        ]
        segments: list[Segment] = segments_of(again, bases)
        reading = read_clock(segments, as_of=clock.stopped_at, explain=False)
        return Outcome(reading.target_seconds, reading.elapsed_seconds)

    def _is_ours(self, stretch: PastStretch) -> bool:
        """Whether the stretch was under this contract, or under none."""
        if stretch.commitment_id is None:
            return True
        return self.known.get(stretch.commitment_id, (0, 0))[0] == self.contract.id

    def _counts(self, stretch: PastStretch) -> bool:
        return not stretch.reason or not pauses(self.contract.pauses, stretch.reason)

    def _basis(self, clock: PastClock, stretch: PastStretch, facts: Facts) -> Basis | None:
        if not self._is_ours(stretch):
            return self._recorded(stretch)
        key = (clock.measure, facts)
        if key not in self.chosen:
            self.chosen[key] = self._proposed(clock.measure, facts)
        return self.chosen[key]

    def _recorded(self, stretch: PastStretch) -> Basis | None:
        """What the stretch stood on, under another contract that the proposal does not touch."""
        commitment = self.known.get(stretch.commitment_id or 0)
        calendar = self.revisions.get(stretch.calendar_revision_id or 0)
        return Basis(calendar, commitment[1]) if commitment and calendar else None

    def _proposed(self, measure: str, facts: Facts) -> Basis | None:
        choice = choose(
            [self.contract],
            measure=measure,
            facts=facts,
            ancestry=() if self.contract.client_id is None else (self.contract.client_id,),
            lineage=self.terms.lineage,
        )
        if choice is None:
            return None
        found: CommitmentTerms = choice.commitment
        return Basis(self.calendars[found.calendar_id], found.target_seconds)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a clock would have ended: counted seconds against a target, or nothing promised."""

    target: int | None
    elapsed: int | None

    @property
    def state(self) -> str:
        """``met``, ``missed`` or ``none``."""
        if self.target is None or self.elapsed is None:
            return "none"
        return ClockState.MISSED.value if self.elapsed > self.target else ClockState.MET.value


def _facts_through(clock: PastClock, stretches: list[PastStretch]) -> list[Facts]:
    """Give the facts during each stretch: those noted where a requalification ended one."""
    now = clock.facts
    found: list[Facts] = []
    for stretch in reversed(stretches):
        if stretch.facts is not None:
            now = Facts(**stretch.facts)  # type: ignore[arg-type]
        found.append(now)
    found.reverse()
    return found


def _weigh(effect: Effect, clock: PastClock, outcome: Outcome) -> Affected:
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
    effect.newly_missed += clock.state == ClockState.MET and after == ClockState.MISSED
    effect.newly_met += clock.state == ClockState.MISSED and after == ClockState.MET
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


def _worst(found: list[Affected]) -> list[Affected]:
    """Give those that change most: other outcomes first, then the largest shifts."""
    touched = [each for each in found if each.flips or each.shift]
    return sorted(
        touched, key=lambda each: (not each.flips, -abs(each.shift), each.subject_id, each.measure)
    )[:MOST_SHOWN]
