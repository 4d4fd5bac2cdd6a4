"""A change of contract or calendar: closed clocks stay, running ones follow from then."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from compagnon.contracts import queries
from compagnon.contracts.errors import Ambiguous, InUse, NotDraft, NotInForce
from compagnon.contracts.models import (
    CalendarRevision,
    Clock,
    ClockSegment,
    Commitment,
    ServiceContract,
)
from compagnon.contracts.proposals import CommitmentLine, TermsChange
from compagnon.contracts.services import calendars, clocks
from compagnon.contracts.services import contracts as services
from compagnon.contracts.services.terms_writing import terms_of
from compagnon.contracts.subjects import Facts, Measure, Subject
from compagnon.contracts.tests import factories
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, Refused, Stale
from compagnon.core.models import Entry
from compagnon.people.tests.factories import actor as actor_of
from compagnon.people.tests.factories import grant, role

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")
HOUR = 3600
FACTS = Facts(3, "", None, None, "incident")


@pytest.fixture
def contract() -> ServiceContract:
    around = factories.calendar(always_open=True)
    return factories.contract(calendar_=around, targets={"resolution": 10 * HOUR})


def opened(contract: ServiceContract, key: int = 1, hours: float = 2) -> Subject:
    of = Subject("ticket", key, contract.client_id or 0)
    at = timezone.now() - timedelta(hours=hours)
    clocks.start(actor=ACTOR, subject=of, facts=FACTS, at=at)
    return of


def change(contract: ServiceContract, *lines: CommitmentLine, **values: Any) -> ServiceContract:
    found = lines or (CommitmentLine("resolution", 10 * HOUR),)
    terms = TermsChange(
        values.pop("calendar_id", contract.calendar_id), found, values.pop("pauses", {})
    )
    return services.change_terms(actor=ACTOR, contract=contract, terms=terms, **values)


def test_a_running_clock_follows_with_what_it_has_counted(contract: ServiceContract) -> None:
    of = opened(contract)
    change(contract, CommitmentLine("resolution", 4 * HOUR))
    clock = Clock.objects.get()
    assert clock.target_seconds == 4 * HOUR
    assert 2 * HOUR <= clock.elapsed_seconds < 2 * HOUR + 60
    assert clock.due_at is not None
    assert abs(clock.due_at - (clock.started_at + timedelta(hours=4))) < timedelta(seconds=2)
    targets = ClockSegment.objects.order_by("start").values_list(
        "commitment__target_seconds", flat=True
    )
    assert list(targets) == [10 * HOUR, 4 * HOUR]
    (read,) = queries.clocks_of(of.kind, of.id, as_of=timezone.now() + timedelta(hours=1))
    assert {line.target_seconds for line in read.ledger} == {10 * HOUR, 4 * HOUR}


def test_a_closed_clock_is_as_it_was(contract: ServiceContract) -> None:
    of = opened(contract)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=timezone.now())
    before = list(Clock.objects.values())
    change(contract, CommitmentLine("resolution", HOUR))
    assert list(Clock.objects.values()) == before
    (read,) = queries.clocks_of(of.kind, of.id, as_of=timezone.now())
    assert (read.state, read.target_seconds) == ("met", 10 * HOUR)


def test_a_shorter_target_already_spent_is_missed_at_once(contract: ServiceContract) -> None:
    opened(contract)
    change(contract, CommitmentLine("resolution", HOUR))
    clock = Clock.objects.get()
    assert clock.breached_at is not None
    assert Entry.objects.filter(verb="commitment.breach").count() == 1


def test_a_longer_target_takes_a_breach_back(contract: ServiceContract) -> None:
    opened(contract, hours=12)
    change(contract, CommitmentLine("resolution", HOUR))
    change(contract, CommitmentLine("resolution", 100 * HOUR))
    assert Clock.objects.get().breached_at is None


def test_what_is_no_longer_promised_goes_idle_and_comes_back(contract: ServiceContract) -> None:
    opened(contract)
    only_grave = CommitmentLine("resolution", HOUR, priorities=(1,))
    change(contract, only_grave)
    assert Clock.objects.get().state == "idle"
    change(contract, only_grave, CommitmentLine("resolution", 9 * HOUR))
    clock = Clock.objects.get()
    assert (clock.state, clock.target_seconds) == ("running", 9 * HOUR)
    assert clock.elapsed_seconds >= 2 * HOUR


def test_a_pause_rule_changes_what_waits_now(contract: ServiceContract) -> None:
    of = opened(contract)
    at = timezone.now() - timedelta(hours=1)
    clocks.pause(actor=ACTOR, subject=of, reason="waiting_user", at=at)
    assert Clock.objects.get().state == "paused"
    change(contract, pauses={"waiting_user": False})
    clock = Clock.objects.get()
    assert clock.state == "running"
    assert HOUR <= clock.elapsed_seconds < HOUR + 60


def test_the_calendar_of_a_contract_can_change(contract: ServiceContract) -> None:
    opened(contract)
    never = factories.calendar(weekly={}, holidays=False)
    change(contract, calendar_id=never.pk)
    clock = Clock.objects.get()
    assert (clock.state, clock.due_at) == ("running", None)
    assert clock.elapsed_seconds >= 2 * HOUR


def test_a_clock_of_another_contract_follows_a_more_specific_commitment(
    contract: ServiceContract,
) -> None:
    opened(contract)
    other = factories.contract(contract.client, calendar_=contract.calendar)
    change(other, CommitmentLine("resolution", 5 * HOUR, priorities=(3,)))
    clock = Clock.objects.get()
    assert (clock.contract_id, clock.target_seconds) == (other.pk, 5 * HOUR)


def test_an_edited_calendar_counts_from_then(contract: ServiceContract) -> None:
    opened(contract)
    revision = CalendarRevision.objects.get()
    row = calendars.change(
        actor=ACTOR,
        calendar=contract.calendar,
        changes={"is_always_open": False, "weekly": {"monday": [["09:00", "10:00"]]}},
    )
    assert row.revision == 2
    revision.refresh_from_db()
    assert revision.number == 1
    used = ClockSegment.objects.order_by("start").values_list(
        "calendar_revision__number", flat=True
    )
    assert list(used) == [1, 2]
    assert 2 * HOUR <= Clock.objects.get().elapsed_seconds < 2 * HOUR + 60


def test_a_calendar_that_says_the_same_has_no_new_revision(contract: ServiceContract) -> None:
    calendars.change(actor=ACTOR, calendar=contract.calendar, changes={"is_active": False})
    assert CalendarRevision.objects.count() == 1


def test_a_closure_written_moves_what_is_due(contract: ServiceContract) -> None:
    opened(contract)
    tomorrow = timezone.localdate() + timedelta(days=1)
    closure = calendars.ClosureLine(tomorrow, tomorrow + timedelta(days=1))
    before = Clock.objects.get().due_at
    calendars.change(actor=ACTOR, calendar=contract.calendar, changes={}, closures=[closure])
    after = Clock.objects.get().due_at
    assert before is not None
    assert after is not None
    assert after >= before
    calendars.change(actor=ACTOR, calendar=contract.calendar, changes={}, closures=[])
    assert contract.calendar.closures.count() == 0


@pytest.mark.parametrize(
    "closure",
    [
        {"first_day": date(2026, 1, 2), "last_day": date(2026, 1, 1)},
        {"first_day": date(2026, 1, 2), "last_day": date(2026, 1, 2), "kind": "open"},
        {"first_day": date(2020, 1, 2), "last_day": date(2026, 1, 2)},
        {"first_day": date(2026, 1, 2), "last_day": date(2026, 1, 2), "kind": "holiday"},
    ],
)
def test_an_impossible_closure_is_refused(
    contract: ServiceContract, closure: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        calendars.change(
            actor=ACTOR,
            calendar=contract.calendar,
            changes={},
            closures=[calendars.ClosureLine(**closure)],
        )
    assert "closures" in refused.value.fields


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"time_zone": "Europe/Nulle_Part"}, "time_zone"),
        ({"weekly": {"monday": [["25:00", "26:00"]]}}, "weekly"),
        ({"weekly": {"payday": []}}, "weekly"),
        ({"holiday_country": "ZZ"}, "holiday_country"),
        ({"code": "deux mots"}, "code"),
    ],
)
def test_a_calendar_that_cannot_count_is_refused(values: dict[str, Any], field: str) -> None:
    good: dict[str, Any] = {"code": "bureau", "name": "Bureau", "weekly": factories.OFFICE_WEEK}
    calendars.create(actor=ACTOR, values={**good, "code": "autre", "name": "Autre"})
    with pytest.raises(Invalid) as refused:
        calendars.create(actor=ACTOR, values={**good, **values})  # type: ignore[typeddict-item]
    assert field in refused.value.fields


def test_a_calendar_in_use_is_not_deleted(contract: ServiceContract) -> None:
    with pytest.raises(InUse):
        calendars.remove(actor=ACTOR, calendar=contract.calendar)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (CommitmentLine("joy", HOUR), "measure"),
        (CommitmentLine("resolution", 0), "target_seconds"),
        (CommitmentLine("resolution", 10**9), "target_seconds"),
        (CommitmentLine("resolution", HOUR, calendar_id=999), "calendar"),
        (CommitmentLine("resolution", HOUR, priorities=(0, 6)), "priorities"),
        (CommitmentLine("resolution", HOUR, service_id=999), "service"),
        (CommitmentLine("resolution", HOUR, request_type_id=999), "request_type"),
        (CommitmentLine("resolution", HOUR, kind="joke"), "kind"),
        (CommitmentLine("resolution", HOUR, category_path="9" * 201), "category_path"),
    ],
)
def test_what_cannot_be_promised_is_refused(
    contract: ServiceContract, line: CommitmentLine, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        change(contract, CommitmentLine("take_up", HOUR), line)
    assert list(refused.value.fields) == [f"commitments.1.{field}"]
    assert Commitment.objects.count() == 1


def test_an_unknown_reason_to_wait_is_refused(contract: ServiceContract) -> None:
    for reason in ("lunch", "solved"):
        with pytest.raises(Invalid):
            change(contract, pauses={reason: True})


def test_twins_are_refused(contract: ServiceContract) -> None:
    one = CommitmentLine("resolution", HOUR, priorities=(1, 2), category_path="/3/")
    other = CommitmentLine("resolution", 2 * HOUR, priorities=(2, 1), category_path="3")
    with pytest.raises(Ambiguous):
        change(contract, one, other)


def test_terms_read_back_change_nothing(contract: ServiceContract) -> None:
    kept = contract.commitments.get()
    services.change_terms(actor=ACTOR, contract=contract, terms=terms_of(contract))
    assert contract.commitments.get() == kept
    assert kept.retired_at is None


def test_all_priorities_are_the_same_as_none(contract: ServiceContract) -> None:
    change(contract, CommitmentLine("resolution", HOUR, priorities=(5, 4, 3, 2, 1)))
    assert contract.commitments.get(retired_at=None).priorities == []


def test_a_contract_that_ended_keeps_what_was_opened_under_it(contract: ServiceContract) -> None:
    of = opened(contract)
    services.end(actor=ACTOR, contract=contract, last_day=timezone.localdate() - timedelta(days=0))
    facts = Facts(1, "", None, None, "incident")
    clocks.requalify(actor=ACTOR, subject=of, facts=facts, at=timezone.now())
    assert Clock.objects.get().state == "running"
    with pytest.raises(NotInForce):
        change(contract)


def test_a_draft_promises_nothing_until_it_is_put_in_force(contract: ServiceContract) -> None:
    draft = factories.contract(
        state="draft", calendar_=contract.calendar, targets={"take_up": HOUR}
    )
    opened(draft)
    assert not Clock.objects.exists()
    services.activate(actor=ACTOR, contract=draft)
    opened(draft, key=2)
    assert Clock.objects.count() == 1
    with pytest.raises(NotDraft):
        services.activate(actor=ACTOR, contract=draft)
    with pytest.raises(NotDraft):
        services.remove(actor=ACTOR, contract=draft)


def test_a_change_of_what_somebody_changed_is_refused(contract: ServiceContract) -> None:
    with pytest.raises(Stale):
        change(contract, expected_version=contract.version + 1)


def test_writing_a_contract_takes_the_right_on_both_parties(cast: Any) -> None:
    agreed = factories.contract(cast.client_a, targets={"resolution": HOUR})
    manage = role(verbs={"contract.view", "contract.manage"})
    grant(cast.representative, manage, cast.client_a)
    with pytest.raises(Refused):
        services.change_terms(
            actor=actor_of(cast.representative), contract=agreed, terms=terms_of(agreed)
        )
    services.change_terms(actor=actor_of(cast.supervisor), contract=agreed, terms=terms_of(agreed))


def test_calendars_take_the_right_everywhere(cast: Any) -> None:
    grant(cast.representative, role(verbs={"calendar.manage"}), cast.client_a)
    values: Any = {"code": "x", "name": "X", "weekly": factories.OFFICE_WEEK}
    with pytest.raises(Refused):
        calendars.create(actor=actor_of(cast.representative), values=values)
    calendars.create(actor=actor_of(cast.supervisor), values=values)


def test_terms_of_a_transaction_that_was_rolled_back_are_forgotten(
    contract: ServiceContract,
) -> None:
    from django.db import transaction

    class Undone(Exception):
        """Rolls back."""

    def undone() -> None:
        with transaction.atomic():
            change(contract, CommitmentLine("resolution", HOUR))
            opened(contract)
            raise Undone

    with pytest.raises(Undone):
        undone()
    opened(contract, key=2)
    assert Clock.objects.get().target_seconds == 10 * HOUR
