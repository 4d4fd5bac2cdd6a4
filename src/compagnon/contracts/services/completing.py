"""Clocks that open subjects lack begin when terms promise more than they did.

A change of terms turns the clocks there are (:mod:`following`). A measure that a contract did not
count before has none: this begins it, from the moment of the change, on every open subject that the
contract governs. The room that owns the subjects lends them (:func:`subjects.offer_standing`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from compagnon.contracts import events
from compagnon.contracts.held import Held
from compagnon.contracts.models import Clock, ClockState, ContractKind, ServiceContract
from compagnon.contracts.services.clocks import KINDS, begun, create
from compagnon.contracts.subjects import Measure, Moved, Reach, Standing, standing_subjects
from compagnon.contracts.terms import Terms, ancestry, current
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.services import service
from compagnon.people.models import Organisation

BATCH = 200


def reach_of(contract: ServiceContract) -> Reach | None:
    """Give which subjects the contract may govern; ``None`` for a supplier's, counted by waits."""
    if contract.kind == ContractKind.UNDERPINNING:
        return None
    if contract.kind == ContractKind.OLA:
        return Reach(team_id=contract.team_id)
    path = contract.client.path if contract.client else ""
    below = Organisation.objects.filter(path__startswith=path) if path else None
    keys = below.values_list("pk", flat=True) if below is not None else [contract.client_id or 0]
    return Reach(organisation_ids=tuple(sorted(keys)))


@service("contract.begin_clocks")
def complete_after(
    *, actor: Actor, contract: ServiceContract, kind: str, after: int, at: datetime
) -> int | None:
    """Begin what is missing on the next subjects of that kind, in one transaction with its entry.

    Args:
        after: the key of the last subject that was looked at.
        at: the moment of the change of terms.

    Returns:
        The key of the last one now; ``None`` when there are no more.
    """
    reach = reach_of(contract)
    if reach is None:
        return None
    found = standing_subjects(kind, reach, after, BATCH)
    touched, begun_clocks = complete(found, at=at)
    if touched:
        journal.record(
            actor=actor,
            verb="contract.begin_clocks",
            subject=contract,
            organisation_id=contract.client_id,
            after={
                "subject_kind": kind, "subjects": len(touched), "clocks": begun_clocks,
                "first": touched[0], "last": touched[-1],
            },
        )  # fmt: skip
        events.clocks_moved.announce(Moved(kind, tuple(touched)))
    return found[-1].subject.id if len(found) == BATCH else None


def complete(standing: Sequence[Standing], *, at: datetime) -> tuple[list[int], int]:
    """Begin the clocks that the terms in force promise and that these open subjects lack.

    The caller holds their rows locked. Five queries whatever their number.

    Returns:
        The keys of the subjects that had one begun, and the number of clocks.
    """
    terms = current()
    paths = dict(
        Organisation.objects.filter(
            pk__in={one.subject.organisation_id for one in standing}
        ).values_list("pk", "path")
    )
    clocks: dict[int, list[Clock]] = defaultdict(list)
    if standing:
        rows = Clock.objects.filter(
            subject_kind=standing[0].subject.kind,
            subject_id__in=[one.subject.id for one in standing],
            kind__in=KINDS,
        ).exclude(state=ClockState.CANCELLED)
        for clock in rows:
            clocks[clock.subject_id].append(clock)
    new: list[Held] = []
    touched = []
    for one in standing:
        line = ancestry(paths.get(one.subject.organisation_id, ""), one.subject.organisation_id)
        missing = _missing(terms, one, clocks[one.subject.id], line, at)
        if missing:
            new += missing
            touched.append(one.subject.id)
    create(new)
    return touched, len(new)


def _missing(
    terms: Terms, one: Standing, clocks: list[Clock], line: tuple[int, ...], at: datetime
) -> list[Held]:
    found: list[Held] = []
    opened_at = min((clock.started_at for clock in clocks), default=one.opened_at)
    for kind in KINDS:
        own = [clock for clock in clocks if clock.kind == kind]
        if kind == ContractKind.OLA:
            own = [clock for clock in own if clock.team_id == one.facts.team_id]
        found += begun(
            terms,
            terms.candidates(kind, line, one.facts, opened_at),
            kind=kind,
            subject=one.subject,
            facts=one.facts,
            ancestry=line,
            at=max(at, one.opened_at),
            had=frozenset(clock.measure for clock in own) | _done(one),
            reason=one.reason,
        )
    return found


def _done(one: Standing) -> frozenset[str]:
    """What was done already, counted or not, is promised no more."""
    return frozenset(measure for measure in Measure.values if measure in one.done)
