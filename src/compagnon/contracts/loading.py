"""The clocks of a subject that is loaded with its past, kept in memory until they are written.

The same steps as ``services.clocks``, in the order in which things happened, with the same turns
and readings; time that passes between two steps warns and breaches as the periodic job would. A
test of the desk replays what was loaded through the services and compares every row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from compagnon.contracts.held import Ground, Held
from compagnon.contracts.models import OPEN_STATES, Clock, ClockSegment, ClockState, ContractKind
from compagnon.contracts.readings import DueSummary, sooner, summary
from compagnon.contracts.rules import Choice, ContractTerms, warn_after
from compagnon.contracts.services.clocks import (
    KINDS,
    SUPPLY,
    answered,
    begun,
    begun_supply,
    move,
    of_team,
    run_again,
    to_run_again,
    waits,
)
from compagnon.contracts.subjects import Facts, Measure, PauseReason, Subject
from compagnon.contracts.terms import Terms
from compagnon.core.actor import Actor, Source
from compagnon.core.loading import Bulk, enter

CLOCK = "contracts.clock"
STILL_OPEN = frozenset({ClockState.RUNNING, ClockState.PAUSED, ClockState.IDLE})


class RememberedTerms(Terms):
    """Terms that answer the same question once: a load asks the same few thousand times over."""

    __slots__ = ("_candidates", "_choices")
    _candidates: dict[tuple[Any, ...], tuple[ContractTerms, ...]]
    _choices: dict[tuple[Any, ...], Choice | None]

    def __init__(self, terms: Terms) -> None:
        super().__init__(
            terms.stamp,
            terms.by_client,
            terms.by_team,
            terms.by_id,
            terms.calendars,
            terms.lineage,
            terms.by_supplied,
        )
        # The values are frozen; what is remembered of them is not a value.
        object.__setattr__(self, "_candidates", {})
        object.__setattr__(self, "_choices", {})

    def candidates(
        self, kind: str, ancestry: tuple[int, ...], facts: Facts, opened_at: datetime
    ) -> tuple[ContractTerms, ...]:
        """Give the contracts of that kind that may apply to a subject opened then."""
        # Days begin at a whole quarter of an hour in every zone.
        key = (kind, ancestry, facts.team_id, int(opened_at.timestamp()) // 900)
        found = self._candidates.get(key)
        if found is None:
            found = self._candidates[key] = super().candidates(kind, ancestry, facts, opened_at)
        return found

    def choose(
        self,
        contracts: tuple[ContractTerms, ...],
        measure: str,
        facts: Facts,
        ancestry: tuple[int, ...],
    ) -> Choice | None:
        """Give the commitment that applies."""
        key = (tuple(each.id for each in contracts), measure, facts, ancestry)
        if key not in self._choices:
            self._choices[key] = super().choose(contracts, measure, facts, ancestry)
        return self._choices[key]


@dataclass(slots=True)
class Stretch:
    """A stretch of a clock as its row will say it, without the weight of a row."""

    start: datetime
    end: datetime | None
    counts: bool
    reason: str
    commitment_id: int | None
    calendar_revision_id: int | None
    facts: dict[str, Any] | None = None


class ToldHeld(Held):
    """A clock that is read only when that can tell something new.

    What is counted is never more than the time that passed: until the share that warns has gone by
    since the start, nothing can have been reached, and what the row says of it can wait.
    """

    __slots__ = ("_unread",)

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._unread: tuple[datetime, Terms] | None = None

    def add(
        self,
        start: datetime,
        ground: Ground,
        *,
        counts: bool,
        reason: str = "",
        end: datetime | None = None,
    ) -> Any:
        """Append a stretch."""
        row: Any = Stretch(start, end, counts, reason, ground.commitment_id, ground.revision_id)
        self.rows.append(row)
        self.grounds.append(ground)
        return row

    def read(self, at: datetime, terms: Terms) -> None:
        """Bring the row in step, now or when it is asked."""
        clock, basis = self.clock, self.grounds[-1].basis
        self._unread = None
        if basis is not None and clock.breached_at is None:
            clock.target_seconds = basis.target_seconds
            if not self._reached(at, terms):
                running = self.last.counts
                clock.commitment_id = self.grounds[-1].commitment_id
                clock.state = ClockState.RUNNING if running else ClockState.PAUSED
                clock.stopped_at = None
                self._unread = (at, terms)
                return
        super().read(at, terms)

    def settle(self, now: datetime | None = None) -> None:
        """Bring the row in step, unless nothing can have been reached by ``now``."""
        if self._unread is not None:
            at, terms = self._unread
            if now is None or self._reached(now, terms):
                self._unread = None
                super().read(at, terms)

    def close(self, at: datetime) -> None:
        """Stop the clock."""
        self._unread = None
        super().close(at)

    def _reached(self, at: datetime, terms: Terms) -> bool:
        contract = terms.by_id.get(self.clock.contract_id or 0)
        warned = warn_after(
            self.clock.target_seconds or 0, contract.warn_percent if contract else 99
        )
        return (at - self.clock.started_at).total_seconds() >= warned


class SubjectClocks:
    """The clocks of one subject, told its story in order.

    Args:
        ancestry: the chain of the subject's organisation from the root, itself last.
        recorded_at: what the journal says of when it was recorded.
    """

    def __init__(
        self,
        *,
        bulk: Bulk,
        terms: Terms,
        ancestry: tuple[int, ...],
        subject: Subject,
        source: Source,
        recorded_at: datetime,
    ) -> None:
        self.bulk = bulk
        self.terms = terms
        self.ancestry = ancestry
        self.subject = subject
        self.held: list[ToldHeld] = []
        self._recorded_at = recorded_at
        self._now: datetime | None = None
        # The periodic job is who finds that a promise was broken.
        self._job = Actor.system("clock", source=source)

    # --- the steps of services.clocks --------------------------------------------------------

    def start(self, *, facts: Facts, at: datetime) -> None:
        """Begin the clocks that the contracts of the subject's organisation promise."""
        self._now = at
        for kind in KINDS:
            contracts = self.terms.candidates(kind, self.ancestry, facts, at)
            self._begin(contracts, kind=kind, facts=facts, at=at)

    def requalify(self, *, actor: Actor, facts: Facts, at: datetime) -> None:
        """Put the running clocks under the commitments that the new facts call for."""
        self.pass_time(at)
        every = [
            held
            for held in self.held
            if held.clock.kind in KINDS and held.clock.state != ClockState.CANCELLED
        ]
        opened_at = min((held.clock.started_at for held in every), default=at)
        reason = next((held.last.reason for held in every if held.is_open), "")
        for kind in KINDS:
            contracts = self.terms.candidates(kind, self.ancestry, facts, opened_at)
            mine = [held for held in every if held.clock.kind == kind]
            if kind == ContractKind.OLA:
                mine, left = of_team(mine, facts.team_id)
                for held in left:
                    self._turned(actor, held, partial(held.cancel, at))
            for held in mine:
                if held.is_open:
                    choice = self.terms.choose(contracts, held.clock.measure, facts, self.ancestry)
                    step = partial(
                        move, held, at, self.terms,
                        choice=choice, subject=self.subject, facts=facts,
                    )  # fmt: skip
                    self._turned(actor, held, step)
            had = frozenset(held.clock.measure for held in mine)
            if kind == ContractKind.OLA:
                had |= answered(every)
            self._begin(contracts, kind=kind, facts=facts, at=at, had=had, reason=reason)

    def pause(self, *, actor: Actor, reason: str, at: datetime, facts: Facts | None = None) -> None:
        """Say why work waits; an empty reason: it waits no longer."""
        self.pass_time(at)
        for held in self._still_open():
            self._turned(actor, held, partial(waits, held, reason, at, self.terms))
        if facts is None or reason != PauseReason.WAITING_SUPPLIER:
            return
        if not any(held.clock.kind == SUPPLY for held in self._still_open()):
            self._keep(
                begun_supply(
                    self.terms,
                    subject=self.subject,
                    facts=facts,
                    ancestry=self.ancestry,
                    at=at,
                    held_as=ToldHeld,
                )
            )

    def resume(self, *, actor: Actor, at: datetime) -> None:
        """Say that work waits no longer."""
        self.pause(actor=actor, reason="", at=at)

    def stop(self, *, actor: Actor, measure: Measure, at: datetime) -> None:
        """Say that what is measured is done."""
        self.pass_time(at)
        for held in self._still_open():
            if held.clock.measure == measure:
                self._turned(actor, held, partial(held.close, at))

    def cancel(self, *, actor: Actor, at: datetime) -> None:
        """Drop the clocks that still run."""
        self.pass_time(at)
        for held in self._still_open():
            self._turned(actor, held, partial(held.cancel, at))

    def reopen(self, *, actor: Actor, at: datetime) -> None:
        """Run the resolution clock again."""
        self.pass_time(at)
        for held in to_run_again(self.held):
            step = partial(run_again, held, at, self.terms, self.ancestry)
            self._turned(actor, held, step)

    # --- time ------------------------------------------------------------------------------------

    def pass_time(self, now: datetime) -> None:
        """Warn and breach what time alone does, as the periodic job that runs all along."""
        before, self._now = self._now or now, now
        for held in self.held:
            clock = held.clock
            if clock.state != ClockState.RUNNING or clock.breached_at is not None:
                continue
            held.settle(now)
            if clock.warn_at is not None and clock.warned_at is None and clock.warn_at <= now:
                clock.warned_at = max(clock.warn_at, before)
                self._enter(
                    self._job, clock, "commitment.warn", clock.warned_at, due_at=clock.due_at
                )
            if clock.due_at is not None and clock.due_at < now:
                elapsed = clock.elapsed_seconds
                self._turned(self._job, held, partial(held.read, now, self.terms))
                # Due as the hours ended: the job leaves it alone until they begin again.
                if clock.breached_at is None:
                    clock.elapsed_seconds = elapsed

    def nearest(self) -> DueSummary | None:
        """Give the nearest due time of the open clocks; see ``readings.due_rows``."""
        best: DueSummary | None = None
        for held in self.held:
            clock = held.clock
            if clock.state in OPEN_STATES:
                held.settle()
                found = summary(clock.due_at, clock.state, clock.measure, clock.breached_at)
                if best is None or sooner(found, best):
                    best = found
        return best

    def write(self) -> None:
        """Add the rows to the bulk, once the story is told."""
        for held in self.held:
            held.settle()
            self.bulk.add_instance(held.clock)
            for row in held.rows:
                self.bulk.add(
                    ClockSegment,
                    clock_id=held.clock.id,
                    start=row.start,
                    end=row.end,
                    counts=row.counts,
                    reason=row.reason,
                    commitment_id=row.commitment_id,
                    calendar_revision_id=row.calendar_revision_id,
                    facts=row.facts,
                )

    # --- within ----------------------------------------------------------------------------------

    def _still_open(self) -> list[ToldHeld]:
        return [
            held
            for held in self.held
            if held.clock.state in STILL_OPEN and held.clock.stopped_at is None
        ]

    def _begin(self, contracts: Any, *, kind: str, facts: Facts, at: datetime, **more: Any) -> None:
        found = begun(
            self.terms,
            contracts,
            kind=kind,
            subject=self.subject,
            facts=facts,
            ancestry=self.ancestry,
            at=at,
            held_as=ToldHeld,
            **more,
        )
        self._keep(found)

    def _keep(self, found: list[ToldHeld]) -> None:
        for held in found:
            held.clock.id = self.bulk.key(Clock)
        self.held += found

    def _turned(self, actor: Actor, held: Held, step: Callable[[], object]) -> None:
        was_breached = held.clock.breached_at is not None
        step()
        clock = held.clock
        if clock.breached_at is not None and not was_breached:
            self._enter(
                actor,
                clock,
                "commitment.breach",
                clock.breached_at,
                contract=clock.contract_id or 0,
                commitment=clock.commitment_id or 0,
                due_at=clock.due_at or clock.breached_at,
            )

    def _enter(self, actor: Actor, clock: Clock, verb: str, at: datetime, **more: Any) -> None:
        enter(
            self.bulk,
            actor=actor,
            verb=verb,
            object_type=CLOCK,
            object_id=clock.id,
            organisation_id=clock.organisation_id,
            occurred_at=at,
            recorded_at=self._recorded_at,
            before={},
            after={
                "subject_kind": clock.subject_kind,
                "subject_id": clock.subject_id,
                "measure": clock.measure,
            }
            | more,
        )
