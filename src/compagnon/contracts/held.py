"""Clocks taken with their stretches to be turned, and written back in few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from compagnon.contracts import events
from compagnon.contracts.frozen import calendar_of
from compagnon.contracts.models import Clock, ClockSegment, ClockState
from compagnon.contracts.rules import DEFAULT_PAUSES, Choice, pauses
from compagnon.contracts.subjects import Breach, Facts, Subject
from compagnon.contracts.terms import Terms
from compagnon.contracts.timeline import Basis, close_into, read_into, segments_of, whole
from compagnon.core import journal
from compagnon.core.actor import Actor

_BATCH = 500
M = TypeVar("M", bound=Model)
_CLOCK_FIELDS = [
    "organisation", "contract", "commitment", "target_seconds", "state", "due_at", "warn_at",
    "warned_at", "breached_at", "stopped_at", "elapsed_seconds", "priority", "category_path",
    "service_id", "request_type_id", "ticket_kind", "team_id",
]  # fmt: skip
_SEGMENT_FIELDS = ["end", "counts", "reason", "commitment", "calendar_revision", "facts"]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a stretch stands on: the commitment and the calendar's revision, or neither."""

    commitment_id: int | None = None
    revision_id: int | None = None
    basis: Basis | None = None


NO_GROUND = Ground()


def ground_of(choice: Choice | None, terms: Terms) -> Ground:
    """Give what a new stretch under that commitment stands on."""
    if choice is None:
        return NO_GROUND
    frozen = terms.calendar(choice)
    return Ground(
        choice.commitment.id,
        frozen.revision_id,
        Basis(frozen.calendar, choice.commitment.target_seconds),
    )


@dataclass(slots=True)
class Held:
    """A clock with its stretches, oldest first, each beside what it stands on."""

    clock: Clock
    rows: list[ClockSegment] = field(default_factory=list)
    grounds: list[Ground] = field(default_factory=list)

    @property
    def last(self) -> ClockSegment:
        """The stretch that goes on, or the last one of a stopped clock."""
        return self.rows[-1]

    @property
    def is_open(self) -> bool:
        """Whether the clock has not been stopped."""
        return self.clock.stopped_at is None

    def add(
        self,
        start: datetime,
        ground: Ground,
        *,
        counts: bool,
        reason: str = "",
        end: datetime | None = None,
    ) -> ClockSegment:
        """Append a stretch."""
        row = ClockSegment(
            clock=self.clock,
            start=start,
            end=end,
            counts=counts,
            reason=reason,
            commitment_id=ground.commitment_id,
            calendar_revision_id=ground.revision_id,
        )
        self.rows.append(row)
        self.grounds.append(ground)
        return row

    def read(self, at: datetime, terms: Terms) -> None:
        """Bring the clock's row in step with its open stretches as of ``at``."""
        ground = self.grounds[-1]
        self.clock.commitment_id = ground.commitment_id
        if ground.basis is None:
            self.clock.contract_id = None
            self.clock.state = ClockState.IDLE
            self.clock.target_seconds = None
            self.clock.due_at = self.clock.warn_at = self.clock.breached_at = None
            self.clock.stopped_at = None
            return
        contract = terms.by_id.get(self.clock.contract_id or 0)
        read_into(
            self.clock,
            self._segments(),
            at=at,
            warn_percent=contract.warn_percent if contract else 99,
        )

    def close(self, at: datetime) -> None:
        """Stop the clock at ``at``: met, missed, or left idle when nothing was ever promised."""
        at = max(whole(at), self.last.start)
        if self.grounds[-1].basis is None:
            self.clock.stopped_at = at
            self.clock.warn_at = None
        else:
            close_into(self.clock, self._segments(), at=at)
        self.last.end = at

    def cancel(self, at: datetime) -> None:
        """Stop counting: the subject no longer needs what was promised."""
        self.close(at)
        self.clock.state = ClockState.CANCELLED

    def _segments(self) -> Any:
        return segments_of(self.rows, [ground.basis for ground in self.grounds])


def take(clocks: QuerySet[Clock]) -> list[Held]:
    """Read clocks, locked, with all their stretches: two queries, one when there is none."""
    held = {clock.pk: Held(clock) for clock in clocks.select_for_update().order_by("pk")}
    if held:
        rows = (
            ClockSegment.objects.filter(clock__in=held)
            .select_related("commitment", "calendar_revision")
            .defer("calendar_revision__document")
            .order_by("clock_id", "start", "id")
        )
        for row in rows:
            each = held[row.clock_id]
            each.rows.append(row)
            each.grounds.append(_ground_of_row(row))
    return list(held.values())


def _ground_of_row(row: ClockSegment) -> Ground:
    if row.commitment is None or row.calendar_revision is None:
        return NO_GROUND
    return Ground(
        row.commitment_id,
        row.calendar_revision_id,
        Basis(calendar_of(row.calendar_revision), row.commitment.target_seconds),
    )


def pauses_under(terms: Terms, contract_id: int | None, reason: str) -> bool:
    """Tell whether a clock under that contract waits for that reason; none is no reason."""
    if not reason:
        return False
    contract = terms.by_id.get(contract_id or 0)
    return pauses(contract.pauses if contract else DEFAULT_PAUSES, reason)


def turn(
    held: Held,
    at: datetime,
    terms: Terms,
    *,
    reason: str,
    ground: Ground,
    facts_before: dict[str, Any] | None = None,
) -> None:
    """End the open stretch at ``at`` and begin another with that reason and ground.

    An instant before the open stretch began is taken as its beginning: what was counted stays.
    Nothing changes when the new stretch would say the same. The row is brought in step.
    """
    at = max(whole(at), held.last.start)
    counts = not pauses_under(terms, held.clock.contract_id, reason)
    last = held.last
    same = (last.counts, last.reason, last.commitment_id, last.calendar_revision_id) == (
        counts,
        reason,
        ground.commitment_id,
        ground.revision_id,
    )
    if same and facts_before is None:
        return
    if at == last.start:
        last.counts, last.reason = counts, reason
        last.commitment_id, last.calendar_revision_id = ground.commitment_id, ground.revision_id
        held.grounds[-1] = ground
    else:
        last.end = at
        last.facts = facts_before
        held.add(at, ground, counts=counts, reason=reason)
    held.read(at, terms)


def save(actor: Actor, held: Iterable[Held], *, breached_before: frozenset[int]) -> None:
    """Write turned clocks back: at most three queries for any number, and announce breaches.

    Args:
        breached_before: keys of the clocks that were breached when they were taken.
    """
    found = list(held)
    if not found:
        return
    _overwrite(Clock, [each.clock for each in found], _CLOCK_FIELDS)
    # Only the stretches at the end can have changed: those before were ended long ago.
    kept = [row for each in found for row in each.rows[-3:] if row.pk]
    _overwrite(ClockSegment, kept, _SEGMENT_FIELDS)
    new = [row for each in found for row in each.rows if not row.pk]
    ClockSegment.objects.bulk_create(new, batch_size=_BATCH)
    for each in found:
        if each.clock.breached_at is not None and each.clock.pk not in breached_before:
            tell_breach(actor, each.clock)


def _overwrite(model: type[M], rows: Sequence[M], fields: list[str]) -> None:
    """Write rows that exist. An insert that conflicts costs a tenth of ``bulk_update``'s CASE."""
    model._default_manager.bulk_create(
        rows,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=fields,
    )


def breached(held: Iterable[Held]) -> frozenset[int]:
    """Give the keys of the clocks that are breached already."""
    return frozenset(each.clock.pk for each in held if each.clock.breached_at is not None)


def tell_breach(actor: Actor, clock: Clock) -> None:
    """Write a breach in the journal and announce it."""
    assert clock.breached_at is not None  # noqa: S101
    told = breach_of(clock, clock.breached_at)
    journal.record(
        actor=actor,
        verb="commitment.breach",
        subject=clock,
        organisation_id=clock.organisation_id,
        after={
            "subject_kind": clock.subject_kind,
            "subject_id": clock.subject_id,
            "measure": clock.measure,
            "contract": told.contract_id,
            "commitment": told.commitment_id,
            "due_at": told.due_at,
        },
        occurred_at=clock.breached_at,
    )
    events.commitment_breached.announce(told)


def breach_of(clock: Clock, at: datetime) -> Breach:
    """Give what an event tells about a clock."""
    return Breach(
        clock_id=clock.pk,
        subject=Subject(clock.subject_kind, clock.subject_id, clock.organisation_id),
        measure=clock.measure,
        contract_id=clock.contract_id or 0,
        commitment_id=clock.commitment_id or 0,
        due_at=clock.due_at or at,
        at=at,
    )


def set_facts(clock: Clock, subject: Subject, facts: Facts) -> None:
    """Store a subject's facts on the row of one of its clocks."""
    clock.organisation_id = subject.organisation_id
    clock.priority = facts.priority
    clock.category_path = facts.category_path
    clock.service_id = facts.service_id
    clock.request_type_id = facts.request_type_id
    clock.ticket_kind = facts.kind
    clock.team_id = facts.team_id


def facts_of(clock: Clock) -> Facts:
    """Give the facts stored on a clock's row."""
    return Facts(
        priority=clock.priority,
        category_path=clock.category_path,
        service_id=clock.service_id,
        request_type_id=clock.request_type_id,
        kind=clock.ticket_kind,
        team_id=clock.team_id,
    )
