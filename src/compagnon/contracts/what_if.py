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

from django.db.models import Q, QuerySet

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
from compagnon.contracts.services.terms_writing import terms_of
from compagnon.contracts.subjects import Facts
from compagnon.contracts.terms import Terms, contract_terms, current
from compagnon.contracts.timeline import Basis, segments_of
from compagnon.contracts.weighing import (
    Effect,
    Outcome,
    PastClock,
    PastStretch,
    facts_through,
    in_order,
    join,
    weigh,
    worst,
)
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible

MOST_CLOCKS = 10_000
CLOSED = (ClockState.MET, ClockState.MISSED)


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
        weigh(effect, clock, scale.outcome(clock, stretches))
        for clock, stretches in _with_stretches(clocks)
    ]
    effect.most_affected = worst(found)
    return in_order(effect)


def what_if_calendar(
    *,
    actor: Actor,
    calendar_id: int,
    calendar: ClockCalendar,
    since: datetime,
    until: datetime,
) -> Effect:
    """Count again the clocks of every contract that counts on a calendar, as it would be.

    Only the contracts that the actor sees, and no more than :data:`MOST_CLOCKS` in all.
    """
    found = (
        visible(ServiceContract, actor)
        .filter(Q(calendar_id=calendar_id) | Q(commitments__calendar_id=calendar_id))
        .select_related("calendar")
        .prefetch_related("pause_rules")
        .distinct()
    )
    whole = Effect(since=since, until=until)
    for contract in found:
        left = MOST_CLOCKS - whole.total.clocks
        if left <= 0:
            whole.truncated = True
            break
        part = what_if(
            actor=actor,
            contract=contract,
            terms=terms_of(contract),
            since=since,
            until=until,
            limit=left,
            calendars={calendar_id: calendar},
        )
        join(whole, part)
    return in_order(whole)


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
        facts = facts_through(clock, stretches)
        bases = [
            self._basis(clock, each, then) for each, then in zip(stretches, facts, strict=True)
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
