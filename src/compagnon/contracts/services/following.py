"""Running clocks follow a change of terms from the moment of the change; stopped ones never do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from compagnon.contracts import events
from compagnon.contracts.held import Held, breached, facts_of, save, take
from compagnon.contracts.models import Clock, ContractKind, ServiceContract
from compagnon.contracts.rules import Choice
from compagnon.contracts.services.clocks import STILL_OPEN, move
from compagnon.contracts.subjects import Moved, Subject
from compagnon.contracts.terms import Terms, ancestry, current
from compagnon.core.actor import Actor
from compagnon.people.models import Organisation

_CHUNK = 1000


def clocks_under(contract: ServiceContract) -> QuerySet[Clock]:
    """Give the open clocks whose commitment a change of that contract may change.

    All those of the client's organisations, not only the contract's: a commitment made more
    specific takes over from another contract's.
    """
    if contract.kind == ContractKind.OLA:
        reached = Q(kind=ContractKind.OLA, team_id=contract.team_id)
    elif contract.kind == ContractKind.UNDERPINNING:
        reached = Q(pk__in=[])
    elif contract.client is not None and contract.client.path:
        # Keys and not a join on the path: the organisations are few, and their index is used.
        below = Organisation.objects.filter(path__startswith=contract.client.path)
        keys = list(below.values_list("pk", flat=True))
        reached = Q(kind=ContractKind.SLA, organisation_id__in=keys)
    else:
        reached = Q(kind=ContractKind.SLA, organisation_id=contract.client_id)
    return Clock.objects.filter(STILL_OPEN & (reached | Q(contract=contract)))


def clocks_on(calendar_id: int) -> QuerySet[Clock]:
    """Give the open clocks that count on that calendar."""
    return Clock.objects.filter(
        STILL_OPEN,
        segments__end=None,
        segments__calendar_revision__calendar_id=calendar_id,
    )


def follow(*, actor: Actor, clocks: QuerySet[Clock], at: datetime) -> int:
    """Choose anew the commitment and the calendar of these clocks from ``at``; gives how many.

    A stretch is parted only where the choice differs. Seven queries for each thousand clocks.
    """
    terms = current()
    paths = dict(Organisation.objects.values_list("id", "path"))
    count = 0
    for keys in _chunks(clocks):
        taken = take(Clock.objects.filter(pk__in=keys))
        was_breached = breached(taken)
        for held in taken:
            clock = held.clock
            subject = Subject(clock.subject_kind, clock.subject_id, clock.organisation_id)
            move(
                held,
                at,
                terms,
                choice=_choice(terms, clock, paths),
                subject=subject,
                facts=facts_of(clock),
            )
            held.read(max(at, held.last.start), terms)
        save(actor, taken, breached_before=was_breached)
        for kind, subject_ids in _subjects(taken).items():
            events.clocks_moved.announce(Moved(kind, tuple(sorted(subject_ids))))
        count += len(taken)
    return count


def _subjects(taken: list[Held]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for held in taken:
        found.setdefault(held.clock.subject_kind, set()).add(held.clock.subject_id)
    return found


def _choice(terms: Terms, clock: Clock, paths: dict[int, str]) -> Choice | None:
    facts = facts_of(clock)
    line = ancestry(paths.get(clock.organisation_id, ""), clock.organisation_id)
    contracts = terms.candidates(clock.kind, line, facts, clock.started_at)
    return terms.choose(contracts, clock.measure, facts, line)


def _chunks(clocks: QuerySet[Clock]) -> Iterator[list[int]]:
    last = 0
    while keys := list(
        clocks.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_CHUNK]
    ):
        yield keys
        last = keys[-1]
