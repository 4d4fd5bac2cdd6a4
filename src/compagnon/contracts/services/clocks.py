"""The clocks of a subject: what the desk calls in the transaction of its own verbs.

These are steps of another room's service, not services of their own: that one has checked who may
act and writes the journal. What they change is kept in the stretches; a breach they find is
journaled and announced here. All take instants (UTC) that may lie in the past; one that precedes
the last turn of a clock counts as that turn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from compagnon.contracts.held import (
    Ground,
    Held,
    breached,
    facts_of,
    ground_of,
    pauses_under,
    save,
    set_facts,
    take,
    turn,
)
from compagnon.contracts.models import Clock, ClockSegment, ClockState, ContractKind
from compagnon.contracts.rules import Choice, ContractTerms
from compagnon.contracts.subjects import Facts, Measure, PauseReason, Subject
from compagnon.contracts.terms import Terms, current, current_for, measures_possible
from compagnon.contracts.timeline import whole
from compagnon.core.actor import Actor

STILL_OPEN = Q(state__in=[ClockState.RUNNING, ClockState.PAUSED, ClockState.IDLE]) & Q(
    stopped_at=None
)
KINDS = (ContractKind.SLA, ContractKind.OLA)
"""What is counted of our own work, from its beginning; a supplier's is counted while we wait."""
SUPPLY = ContractKind.UNDERPINNING
H = TypeVar("H", bound=Held)


def _of(subject: Subject) -> Q:
    return Q(subject_kind=subject.kind, subject_id=subject.id)


@transaction.atomic(savepoint=False)
def start(*, actor: Actor, subject: Subject, facts: Facts, at: datetime) -> None:
    """Begin the clocks that the contracts of the subject's organisation promise.

    Four queries. None is begun twice: a subject that has clocks already is requalified instead.
    """
    terms, ancestry = current_for(subject.organisation_id)
    new: list[Held] = []
    for kind in KINDS:
        contracts = terms.candidates(kind, ancestry, facts, at)
        new += begun(
            terms, contracts, kind=kind, subject=subject, facts=facts, ancestry=ancestry, at=at
        )
    if new and Clock.objects.filter(_of(subject)).exists():
        requalify(actor=actor, subject=subject, facts=facts, at=at)
        return
    create(new)


def begun(
    terms: Terms,
    contracts: tuple[ContractTerms, ...],
    *,
    kind: str,
    subject: Subject,
    facts: Facts,
    ancestry: tuple[int, ...],
    at: datetime,
    had: frozenset[str] = frozenset(),
    reason: str = "",
    held_as: type[H] = Held,  # type: ignore[assignment]
) -> list[H]:
    """Make, unsaved, a clock for each measure that these contracts may count and that is not had.

    One that no commitment fits yet is made idle, so that its time is not lost; agreements between
    teams count from the assignment and need none, those with suppliers from the wait.
    """
    at = whole(at)
    found: list[H] = []
    for measure in sorted(measures_possible(contracts) - had):
        choice = terms.choose(contracts, measure, facts, ancestry)
        if choice is None and kind != ContractKind.SLA:
            continue
        clock = Clock(
            subject_kind=subject.kind,
            subject_id=subject.id,
            measure=measure,
            kind=kind,
            started_at=at,
            contract_id=choice.contract.id if choice else None,
        )
        set_facts(clock, subject, facts)
        held = held_as(clock)
        counts = not pauses_under(terms, clock.contract_id, reason)
        held.add(at, ground_of(choice, terms), counts=counts, reason=reason)
        held.read(at, terms)
        found.append(held)
    return found


def create(new: list[Held]) -> None:
    """Write clocks that were just begun: two queries."""
    if not new:
        return
    Clock.objects.bulk_create([held.clock for held in new])
    for held in new:
        for row in held.rows:
            row.clock = held.clock
    ClockSegment.objects.bulk_create([row for held in new for row in held.rows])


@transaction.atomic(savepoint=False)
def requalify(*, actor: Actor, subject: Subject, facts: Facts, at: datetime) -> None:
    """Put the subject's running clocks under the commitments that its new facts call for.

    What was counted is kept and set against the new target; stopped clocks do not change. Clocks
    of an agreement with another team than the one now in charge are cancelled, those with its own
    begin. What a supplier promised when it was asked stays.
    """
    terms, ancestry = current_for(subject.organisation_id)
    ours = Clock.objects.filter(_of(subject), kind__in=KINDS)
    every = take(ours.exclude(state=ClockState.CANCELLED))
    was_breached = breached(every)
    opened_at = min((held.clock.started_at for held in every), default=at)
    reason = next((held.last.reason for held in every if held.is_open), "")
    touched: list[Held] = []
    new: list[Held] = []
    for kind in KINDS:
        contracts = terms.candidates(kind, ancestry, facts, opened_at)
        mine = [held for held in every if held.clock.kind == kind]
        if kind == ContractKind.OLA:
            mine, left = of_team(mine, facts.team_id)
            for held in left:
                held.cancel(at)
            touched += left
        for held in mine:
            if held.is_open:
                choice = terms.choose(contracts, held.clock.measure, facts, ancestry)
                move(held, at, terms, choice=choice, subject=subject, facts=facts)
                touched.append(held)
        had = frozenset(held.clock.measure for held in mine)
        if kind == ContractKind.OLA:
            had |= answered(every)
        new += begun(
            terms,
            contracts,
            kind=kind,
            subject=subject,
            facts=facts,
            ancestry=ancestry,
            at=at,
            had=had,
            reason=reason,
        )
    save(actor, touched, breached_before=was_breached)
    create(new)


def of_team(held: list[H], team_id: int | None) -> tuple[list[H], list[H]]:
    """Part the clocks of agreements between teams: the team's own; the open ones of others."""
    own = [each for each in held if each.clock.team_id == team_id]
    return own, [each for each in held if each.is_open and each.clock.team_id != team_id]


def answered(held: Iterable[Held]) -> frozenset[str]:
    """A first response is given once: a later team owes none."""
    given = any(each.clock.measure == Measure.FIRST_RESPONSE and not each.is_open for each in held)
    return frozenset({Measure.FIRST_RESPONSE.value} if given else ())


def move(
    held: Held, at: datetime, terms: Terms, *, choice: Choice | None, subject: Subject, facts: Facts
) -> None:
    """Put one open clock under a commitment, or under none; the reason it waits for stays."""
    # Contracts with a client do not look at the team: an assignment alone parts no stretch.
    before = replace(facts_of(held.clock), team_id=facts.team_id)
    set_facts(held.clock, subject, facts)
    held.clock.contract_id = choice.contract.id if choice else None
    turn(
        held,
        at,
        terms,
        reason=held.last.reason,
        ground=ground_of(choice, terms),
        facts_before=asdict(before) if before != facts else None,
    )


@transaction.atomic(savepoint=False)
def pause(
    *,
    actor: Actor,
    subject: Subject,
    reason: str,
    at: datetime,
    facts: Facts | None = None,
    promised: frozenset[int] = frozenset(),
) -> None:
    """Say why work waits. Clocks whose contract forgives that reason stop; the others count on.

    The reason is kept on both, so that the ledger and the what-if know it. While it is a supplier
    that is waited for, what its contract promises is counted, if ``facts`` tell which.

    Args:
        promised: keys of the contracts with suppliers that cover what the subject is about; they
            come before any other, where one of them may apply.
    """
    _wait(actor, subject, reason, at)
    if facts is None or reason != PauseReason.WAITING_SUPPLIER:
        return
    if not Clock.objects.filter(STILL_OPEN, _of(subject), kind=SUPPLY).exists():
        terms, ancestry = current_for(subject.organisation_id)
        new: list[Held] = begun_supply(
            terms, subject=subject, facts=facts, ancestry=ancestry, at=at, promised=promised
        )
        create(new)


def begun_supply(
    terms: Terms,
    *,
    subject: Subject,
    facts: Facts,
    ancestry: tuple[int, ...],
    at: datetime,
    promised: frozenset[int] = frozenset(),
    held_as: type[H] = Held,  # type: ignore[assignment]
) -> list[H]:
    """Make, unsaved, the clock of the supplier who is waited for.

    Its resolution time alone: when it took up and answered, nobody tells us.
    """
    contracts = terms.candidates(SUPPLY, ancestry, facts, at)
    return begun(
        terms,
        tuple(one for one in contracts if one.id in promised) or contracts,
        kind=SUPPLY,
        subject=subject,
        facts=facts,
        ancestry=ancestry,
        at=at,
        had=frozenset(Measure.values) - {Measure.RESOLUTION.value},
        held_as=held_as,
    )


def waits(held: Held, reason: str, at: datetime, terms: Terms) -> None:
    """Let one open clock wait for that reason, or for none; a supplier's stops with its wait."""
    if held.clock.kind != SUPPLY:
        turn(held, at, terms, reason=reason, ground=held.grounds[-1])
    elif reason != PauseReason.WAITING_SUPPLIER:
        held.close(at)


@transaction.atomic(savepoint=False)
def resume(*, actor: Actor, subject: Subject, at: datetime) -> None:
    """Say that work waits no longer: paused clocks run."""
    _wait(actor, subject, "", at)


def _wait(actor: Actor, subject: Subject, reason: str, at: datetime) -> None:
    taken = take(Clock.objects.filter(STILL_OPEN, _of(subject)))
    if not taken:
        return
    was_breached = breached(taken)
    terms = current()
    for held in taken:
        waits(held, reason, at, terms)
    save(actor, taken, breached_before=was_breached)


@transaction.atomic(savepoint=False)
def stop(*, actor: Actor, subject: Subject, measure: Measure, at: datetime) -> None:
    """Say that what is measured is done: the clock is met or missed. Doing it again is nothing."""
    _close(actor, Clock.objects.filter(STILL_OPEN, _of(subject), measure=measure), at)


@transaction.atomic(savepoint=False)
def cancel(*, actor: Actor, subject: Subject, at: datetime) -> None:
    """Drop the clocks that still run: the subject was withdrawn, merged or opened by mistake."""
    _close(actor, Clock.objects.filter(STILL_OPEN, _of(subject)), at, cancelled=True)


def _close(actor: Actor, clocks: QuerySet[Clock], at: datetime, *, cancelled: bool = False) -> None:
    taken = take(clocks)
    was_breached = breached(taken)
    for held in taken:
        if cancelled:
            held.cancel(at)
        else:
            held.close(at)
    save(actor, taken, breached_before=was_breached)


@transaction.atomic(savepoint=False)
def reopen(*, actor: Actor, subject: Subject, at: datetime) -> None:
    """Run the resolution clock again; the time while solved is a stretch that does not count.

    So do the clocks that were cancelled before they stopped: the subject is needed after all. Each
    goes on under the commitment that its facts call for now.
    """
    terms, ancestry = current_for(subject.organisation_id)
    every = take(Clock.objects.filter(_of(subject)))
    was_breached = breached(every)
    touched = to_run_again(every)
    for held in touched:
        run_again(held, at, terms, ancestry)
    save(actor, touched, breached_before=was_breached)


def to_run_again(every: list[H]) -> list[H]:
    """Choose, of all the clocks of a subject that is reopened, those that run again."""
    kept = [held for held in every if held.clock.state != ClockState.CANCELLED]
    solved = [
        held
        for held in kept
        if held.clock.measure == Measure.RESOLUTION and held.clock.stopped_at is not None
    ]
    had = {held.clock.measure for held in kept if held.clock.kind == ContractKind.SLA}
    # An agreement's clock is also cancelled when another team takes over: that is not undone.
    dropped = [
        held
        for held in every
        if held.clock.state == ClockState.CANCELLED
        and held.clock.kind == ContractKind.SLA
        and held.clock.measure not in had
    ]
    found = [last_of(solved, kind) for kind in KINDS]
    found += [
        last_of([held for held in dropped if held.clock.measure == measure], ContractKind.SLA)
        for measure in Measure.values
    ]
    return [held for held in found if held is not None]


def last_of(held: list[H], kind: str) -> H | None:
    """Give the clock of that kind that stopped last."""
    mine = [each for each in held if each.clock.kind == kind]
    return max(mine, key=lambda each: each.last.end or each.last.start, default=None)


def run_again(held: Held, at: datetime, terms: Terms, ancestry: tuple[int, ...]) -> None:
    """Let a stopped clock go on; the time in between is a stretch that does not count."""
    stopped_at = held.last.end
    assert stopped_at is not None  # noqa: S101 - a stopped clock has no open stretch
    at = max(whole(at), stopped_at)
    cancelled = held.clock.state == ClockState.CANCELLED
    if at > stopped_at:
        before: Ground = held.grounds[-1]
        reason = PauseReason.CANCELLED if cancelled else PauseReason.SOLVED
        held.add(stopped_at, before, counts=False, reason=reason, end=at)
    facts = facts_of(held.clock)
    contracts = terms.candidates(held.clock.kind, ancestry, facts, held.clock.started_at)
    choice = terms.choose(contracts, held.clock.measure, facts, ancestry)
    held.clock.contract_id = choice.contract.id if choice else None
    held.add(at, ground_of(choice, terms), counts=True)
    held.read(at, terms)
