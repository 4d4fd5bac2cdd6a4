"""Terms that promise more reach open tickets; a supplier who is waited for is counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from compagnon.contracts import what_if
from compagnon.contracts.models import Clock, ClockSegment, ContractKind, ServiceContract
from compagnon.contracts.proposals import CommitmentLine, TermsChange
from compagnon.contracts.services import completing, contracts
from compagnon.contracts.tests import factories as contract_factories
from compagnon.core.actor import Actor
from compagnon.core.models import Entry
from compagnon.core.tasks.worker import run_due
from compagnon.core.visibility import visible
from compagnon.desk import services
from compagnon.desk.models import PendingReason, Ticket
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor, organisation, system

HOUR = 3600


@pytest.fixture
def around(people: Cast) -> Any:
    return contract_factories.calendar(always_open=True)


@pytest.fixture
def agreed(people: Cast, around: Any) -> ServiceContract:
    """Client A's contract: it counts the resolution alone."""
    return contract_factories.contract(
        people.client_a, calendar_=around, targets={"resolution": 10 * HOUR}
    )


def promise(contract: ServiceContract, **targets: int) -> None:
    lines = tuple(CommitmentLine(measure, seconds) for measure, seconds in targets.items())
    contracts.change_terms(
        actor=system(), contract=contract, terms=TermsChange(contract.calendar_id, lines)
    )
    contract.refresh_from_db()
    run_due()


def measures(ticket: Ticket) -> set[str]:
    return set(
        Clock.objects.filter(subject_id=ticket.pk)
        .exclude(state="cancelled")
        .values_list("measure", flat=True)
    )


# -- a measure that was not counted before --------------------------------------------------------
def test_a_measure_added_begins_on_open_tickets_from_the_change(
    people: Cast, agreed: ServiceContract, technician: Actor
) -> None:
    asked = timezone.now() - timedelta(hours=5)
    fresh = factories.ticket(people.user, occurred_at=asked)
    taken = factories.ticket(people.user)
    services.take(actor=technician, ticket_id=taken.pk)
    over = factories.ticket(people.user)
    services.cancel(actor=technician, ticket_id=over.pk, reason="Doublon")
    other = factories.ticket(people.outsider)
    versions = dict(Ticket.objects.values_list("pk", "version"))
    moment = timezone.now()
    promise(agreed, resolution=10 * HOUR, take_up=HOUR, first_response=2 * HOUR)
    assert measures(fresh) == {"take_up", "first_response", "resolution"}
    assert measures(taken) == {"first_response", "resolution"}
    assert measures(over) == measures(other) == set()
    begun = Clock.objects.get(subject_id=fresh.pk, measure="take_up")
    assert moment - timedelta(seconds=1) <= begun.started_at <= timezone.now()
    assert begun.due_at == begun.started_at + timedelta(hours=1)
    assert dict(Ticket.objects.values_list("pk", "version")) == versions


def test_it_is_in_the_journal_and_done_once(people: Cast, agreed: ServiceContract) -> None:
    tickets = [factories.ticket(people.user) for _number in range(3)]
    promise(agreed, resolution=10 * HOUR, take_up=HOUR)
    (entry,) = Entry.objects.filter(verb="contract.begin_clocks")
    assert entry.after["clocks"] == 3
    assert (entry.after["first"], entry.after["last"]) == (tickets[0].pk, tickets[2].pk)
    count = Clock.objects.count()
    promise(agreed, resolution=9 * HOUR, take_up=HOUR)
    assert Clock.objects.count() == count
    assert Entry.objects.filter(verb="contract.begin_clocks").count() == 1


def test_every_ticket_is_reached_whatever_the_batch(
    people: Cast, agreed: ServiceContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completing, "BATCH", 2)
    monkeypatch.setattr("compagnon.contracts.tasks.TURNS", 1)
    tickets = [factories.ticket(people.user) for _number in range(5)]
    promise(agreed, resolution=10 * HOUR, take_up=HOUR)
    for _turn in range(4):
        run_due()
    assert all("take_up" in measures(ticket) for ticket in tickets)
    assert Entry.objects.filter(verb="contract.begin_clocks").count() == 3


def test_a_ticket_on_hold_begins_as_it_waits(
    people: Cast, agreed: ServiceContract, technician: Actor
) -> None:
    ticket = factories.ticket(people.user)
    services.pend(actor=technician, ticket_id=ticket.pk, reason=PendingReason.USER)
    promise(agreed, resolution=10 * HOUR, first_response=HOUR)
    assert Clock.objects.get(subject_id=ticket.pk, measure="first_response").state == "paused"


def test_what_was_shown_of_the_past_stays_true(
    people: Cast, agreed: ServiceContract, technician: Actor
) -> None:
    ticket = factories.ticket(people.user)
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Fait.")
    factories.ticket(people.user)
    lines = (CommitmentLine("resolution", 10 * HOUR), CommitmentLine("take_up", HOUR))
    terms = TermsChange(agreed.calendar_id, lines)
    span = {"since": timezone.now() - timedelta(days=1), "until": timezone.now()}
    shown = what_if.what_if(actor=system(), contract=agreed, terms=terms, **span)
    past = list(Clock.objects.filter(subject_id=ticket.pk).values())
    promise(agreed, resolution=10 * HOUR, take_up=HOUR)
    assert list(Clock.objects.filter(subject_id=ticket.pk).values()) == past
    again = what_if.what_if(actor=system(), contract=agreed, terms=terms, **span)
    assert again == shown


# -- suppliers ------------------------------------------------------------------------------------
@pytest.fixture
def supply(people: Cast, around: Any, agreed: ServiceContract) -> ServiceContract:
    """What a supplier promised the provider: to take up in an hour, to repair in eight."""
    return contract_factories.contract(
        people.provider,
        provider=organisation("Copieurs du Rhin"),
        kind=ContractKind.UNDERPINNING,
        calendar_=around,
        targets={"take_up": HOUR, "resolution": 8 * HOUR},
    )


def supplied(ticket: Ticket) -> list[Clock]:
    rows = Clock.objects.filter(subject_id=ticket.pk, kind=ContractKind.UNDERPINNING)
    return list(rows.order_by("pk"))


def test_a_suppliers_clock_runs_while_it_is_waited_for(
    people: Cast, supply: ServiceContract, technician: Actor
) -> None:
    ticket = factories.ticket(people.user)
    assert supplied(ticket) == []
    services.pend(actor=technician, ticket_id=ticket.pk, reason=PendingReason.SUPPLIER)
    (clock,) = supplied(ticket)
    assert (clock.measure, clock.state, clock.target_seconds) == ("resolution", "running", 8 * HOUR)
    assert clock.contract == supply
    later = timezone.now() + timedelta(hours=3)
    services.resume(actor=technician, ticket_id=ticket.pk, at=later)
    (clock,) = supplied(ticket)
    assert clock.state == "met"
    assert abs(clock.elapsed_seconds - 3 * HOUR) <= 1


def test_a_late_supplier_has_missed_and_each_wait_counts_anew(
    people: Cast, supply: ServiceContract, technician: Actor
) -> None:
    ticket = factories.ticket(people.user)
    now = timezone.now()
    for hours, verb in ((0, "pend"), (9, "resume"), (10, "pend"), (11, "solve")):
        at = now + timedelta(hours=hours)
        if verb == "pend":
            services.pend(
                actor=technician, ticket_id=ticket.pk, reason=PendingReason.SUPPLIER, at=at
            )
        elif verb == "resume":
            services.resume(actor=technician, ticket_id=ticket.pk, at=at)
        else:
            services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Fait.", at=at)
    assert [clock.state for clock in supplied(ticket)] == ["missed", "met"]
    assert [clock.elapsed_seconds for clock in supplied(ticket)] == [9 * HOUR, HOUR]


def test_another_date_for_the_same_wait_begins_nothing_anew(
    people: Cast, supply: ServiceContract, technician: Actor
) -> None:
    ticket = factories.ticket(people.user)
    now = timezone.now()
    for hours in (0, 2):
        services.pend(
            actor=technician, ticket_id=ticket.pk, reason=PendingReason.SUPPLIER,
            until=now + timedelta(days=3), at=now + timedelta(hours=hours),
        )  # fmt: skip
    (clock,) = supplied(ticket)
    assert clock.stopped_at is None
    assert ClockSegment.objects.filter(clock=clock).count() == 1
    services.pend(
        actor=technician,
        ticket_id=ticket.pk,
        reason=PendingReason.USER,
        at=now + timedelta(hours=3),
    )
    (clock,) = supplied(ticket)
    assert clock.state == "met"


def test_no_other_wait_and_no_other_service_begins_it(
    people: Cast, supply: ServiceContract, technician: Actor
) -> None:
    ticket = factories.ticket(people.user)
    services.pend(actor=technician, ticket_id=ticket.pk, reason=PendingReason.USER)
    assert supplied(ticket) == []
    copiers = contract_factories.service("Copieurs")
    lines = (CommitmentLine("resolution", HOUR, service_id=copiers.pk),)
    contracts.change_terms(
        actor=system(), contract=supply, terms=TermsChange(supply.calendar_id, lines)
    )
    services.pend(actor=technician, ticket_id=ticket.pk, reason=PendingReason.SUPPLIER)
    assert supplied(ticket) == []
    services.qualify(actor=technician, ticket_id=ticket.pk, service=copiers)
    assert supplied(ticket) == []
    services.resume(actor=technician, ticket_id=ticket.pk)
    services.pend(actor=technician, ticket_id=ticket.pk, reason=PendingReason.SUPPLIER)
    assert [clock.target_seconds for clock in supplied(ticket)] == [HOUR]


def test_what_a_supplier_promised_is_not_the_clients_affair(
    people: Cast, supply: ServiceContract, technician: Actor
) -> None:
    ticket = factories.ticket(people.user)
    services.pend(actor=technician, ticket_id=ticket.pk, reason=PendingReason.SUPPLIER)
    kinds = ("client", "provider")
    shown = {
        name: set(visible(Clock, actor(who)).values_list("kind", flat=True))
        for name, who in zip(kinds, (people.representative, people.technician), strict=True)
    }
    assert shown == {"client": {"sla"}, "provider": {"sla", "underpinning"}}
