"""Finding the promises that time alone broke, or is about to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from compagnon.contracts import events
from compagnon.contracts.held import Held, breach_of, breached, save, take
from compagnon.contracts.models import Clock, ClockState
from compagnon.contracts.terms import Terms, current
from compagnon.core import journal
from compagnon.core.actor import Actor

_BATCH = 500
Found = Callable[[Actor, list[Held], datetime, Terms], int]


@dataclass(frozen=True, slots=True)
class Marked:
    """How many clocks were found breached, and how many at risk."""

    breached: int = 0
    at_risk: int = 0


def mark(*, actor: Actor, now: datetime) -> Marked:
    """Mark running clocks past their target or their warning, and announce each once.

    Idempotent: each batch is its own transaction, and a clock marked is not found again. A clock
    that was due at the very end of opening hours is left until they open again: not a second more
    than was promised has been counted yet.
    """
    running = Q(state=ClockState.RUNNING, breached_at=None)
    return Marked(
        breached=_in_batches(actor, now, "due_at", running & Q(due_at__lt=now), _breached),
        at_risk=_in_batches(
            actor, now, "warn_at", running & Q(warn_at__lte=now, warned_at=None), _at_risk
        ),
    )


def _in_batches(actor: Actor, now: datetime, column: str, wanted: Q, found: Found) -> int:
    """Take what is wanted in the order of ``column``, which its index gives, batch by batch."""
    count = 0
    after = Q()
    while True:
        with transaction.atomic():
            batch = list(
                Clock.objects.filter(wanted & after)
                .order_by(column, "pk")
                .values_list(column, "pk")[:_BATCH]
            )
            if not batch:
                return count
            # Read again under the lock: the desk may have stopped one meanwhile.
            taken = take(Clock.objects.filter(wanted, pk__in=[key for _value, key in batch]))
            count += found(actor, taken, now, current())
        value, key = batch[-1]
        after = Q(**{f"{column}__gt": value}) | Q(**{column: value, "pk__gt": key})


def _breached(actor: Actor, taken: list[Held], now: datetime, terms: Terms) -> int:
    was_breached = breached(taken)
    for held in taken:
        held.read(now, terms)
    marked = [held for held in taken if held.clock.breached_at is not None]
    save(actor, marked, breached_before=was_breached)
    return len(marked)


def _at_risk(actor: Actor, taken: list[Held], now: datetime, _terms: Terms) -> int:
    clocks = [held.clock for held in taken]
    for clock in clocks:
        clock.warned_at = now
        told = breach_of(clock, now)
        journal.record(
            actor=actor,
            verb="commitment.warn",
            subject=clock,
            organisation_id=clock.organisation_id,
            after={
                "subject_kind": clock.subject_kind,
                "subject_id": clock.subject_id,
                "measure": clock.measure,
                "due_at": clock.due_at,
            },
            occurred_at=now,
        )
        events.commitment_at_risk.announce(told)
    Clock.objects.bulk_update(clocks, ["warned_at"])
    return len(clocks)
