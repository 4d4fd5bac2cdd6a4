"""What a change of terms would have done to past tickets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compagnon.contracts.frozen import freeze
from compagnon.contracts.models import CalendarRevision, Clock, ServiceContract
from compagnon.contracts.proposals import CommitmentLine, TermsChange
from compagnon.contracts.services import clocks
from compagnon.contracts.services.terms_writing import terms_of
from compagnon.contracts.subjects import Facts, Measure, Subject
from compagnon.contracts.tests import factories
from compagnon.contracts.weighing import Effect
from compagnon.contracts.what_if import what_if, what_if_calendar
from compagnon.core.actor import Actor
from compagnon.people.models import Organisation
from compagnon.people.tests.factories import actor as actor_of
from compagnon.people.tests.factories import cast, organisation

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")
HOUR = 3600
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
YEAR = {"since": datetime(2026, 1, 1, tzinfo=UTC), "until": datetime(2027, 1, 1, tzinfo=UTC)}


def facts(priority: int | None = 3, **values: Any) -> Facts:
    given = {"category_path": "", "service_id": None, "request_type_id": None, "kind": "incident"}
    return Facts(priority=priority, **given | values)


def after(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


@pytest.fixture
def contract() -> ServiceContract:
    around = factories.calendar(always_open=True)
    return factories.contract(calendar_=around, targets={"resolution": 2 * HOUR})


def solved(
    contract: ServiceContract,
    key: int,
    hours: float,
    *,
    waited: float = 0,
    priority: int = 3,
    reason: str = "waiting_user",
    at: datetime = MONDAY,
) -> None:
    """A ticket solved after some hours, of which the last ones waited."""
    assert contract.client_id
    of = Subject("ticket", key, contract.client_id)
    clocks.start(actor=ACTOR, subject=of, facts=facts(priority), at=at)
    if waited:
        pause_at = at + timedelta(hours=hours - waited)
        clocks.pause(actor=ACTOR, subject=of, reason=reason, at=pause_at)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=at + timedelta(hours=hours))


def weigh(contract: ServiceContract, terms: TermsChange | None = None, **values: Any) -> Effect:
    return what_if(
        actor=values.pop("actor", ACTOR),
        contract=contract,
        terms=terms or terms_of(contract),
        **YEAR | values,
    )


def with_target(contract: ServiceContract, seconds: int, **values: Any) -> TermsChange:
    line = CommitmentLine(measure="resolution", target_seconds=seconds)
    return TermsChange(contract.calendar_id, (line,), values.get("pauses", {}))


def test_the_terms_in_force_change_nothing(contract: ServiceContract) -> None:
    solved(contract, 1, 1)
    solved(contract, 2, 2.5, waited=1)
    solved(contract, 3, 6)
    effect = weigh(contract)
    assert (effect.total.before_met, effect.total.before_missed) == (2, 1)
    assert (effect.total.after_met, effect.total.after_missed) == (2, 1)
    assert effect.most_affected == []


def test_a_shorter_target_shows_what_it_would_have_missed(contract: ServiceContract) -> None:
    solved(contract, 1, 0.5)
    solved(contract, 2, 1.5)
    effect = weigh(contract, with_target(contract, HOUR))
    assert (effect.total.after_met, effect.total.after_missed, effect.newly_missed) == (1, 1, 1)
    assert [each.subject_id for each in effect.most_affected] == [2, 1]
    assert effect.total.after_rate == 0.5


def test_a_wait_that_would_not_be_forgiven_counts(contract: ServiceContract) -> None:
    solved(contract, 1, 2.5, waited=1)
    effect = weigh(contract, with_target(contract, 2 * HOUR, pauses={"waiting_user": False}))
    assert effect.newly_missed == 1
    assert effect.most_affected[0].after_elapsed == 2.5 * HOUR


def test_a_wait_that_would_be_forgiven_does_not(contract: ServiceContract) -> None:
    solved(contract, 1, 2.5, waited=1, reason="waiting_supplier")
    assert Clock.objects.get().state == "missed"
    effect = weigh(contract, with_target(contract, 2 * HOUR, pauses={"waiting_supplier": True}))
    assert effect.newly_met == 1


def test_another_calendar_counts_otherwise(contract: ServiceContract) -> None:
    solved(contract, 1, 2.9, at=after(1.1))  # from 11:06 to 14:00: 1.9 h without lunch
    line = CommitmentLine(measure="resolution", target_seconds=2 * HOUR)
    effect = weigh(contract, TermsChange(factories.calendar().pk, (line,)))
    assert (effect.newly_met, effect.most_affected[0].after_elapsed) == (1, 1.9 * HOUR)


def test_the_commitment_follows_the_facts_of_the_time(contract: ServiceContract) -> None:
    of = Subject("ticket", 1, contract.client_id or 0)
    clocks.start(actor=ACTOR, subject=of, facts=facts(1), at=MONDAY)
    clocks.requalify(actor=ACTOR, subject=of, facts=facts(4), at=after(0.5))
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=after(1))
    graver = CommitmentLine(measure="resolution", target_seconds=60, priorities=(1,))
    slower = CommitmentLine(measure="resolution", target_seconds=4 * HOUR)
    effect = weigh(contract, TermsChange(contract.calendar_id, (graver, slower)))
    # The last target is what a clock is judged on; the priority at the end is 4.
    assert (effect.total.after_met, effect.total.after_missed) == (1, 0)
    assert list(effect.by_priority) == [4]


def test_what_is_no_longer_promised_is_said(contract: ServiceContract) -> None:
    solved(contract, 1, 1, priority=5)
    line = CommitmentLine(measure="resolution", target_seconds=HOUR, priorities=(1, 2))
    effect = weigh(contract, TermsChange(contract.calendar_id, (line,)))
    assert effect.total.after_none == 1
    assert effect.most_affected[0].after_state == "none"


def test_solved_time_never_counts(contract: ServiceContract) -> None:
    of = Subject("ticket", 1, contract.client_id or 0)
    clocks.start(actor=ACTOR, subject=of, facts=facts(), at=MONDAY)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=after(1))
    clocks.reopen(actor=ACTOR, subject=of, at=after(6))
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=after(6.5))
    effect = weigh(contract, with_target(contract, 2 * HOUR, pauses={"solved": False}))
    assert effect.total.after_met == 1


def test_only_the_period_and_the_latest_are_looked_at(contract: ServiceContract) -> None:
    for key in range(5):
        solved(contract, key + 1, 1, at=MONDAY + timedelta(days=7 * key))
    assert weigh(contract, since=after(24 * 8)).total.clocks == 3
    limited = weigh(contract, limit=2)
    assert (limited.total.clocks, limited.truncated) == (2, True)
    assert list(weigh(contract).by_month) == ["2026-03"]


def test_running_clocks_are_not_counted(contract: ServiceContract) -> None:
    of = Subject("ticket", 1, contract.client_id or 0)
    clocks.start(actor=ACTOR, subject=of, facts=facts(), at=MONDAY)
    assert weigh(contract).total.clocks == 0


def test_another_organisations_tickets_do_not_show() -> None:
    people = cast()
    contract = factories.contract(people.client_a, targets={"resolution": HOUR})
    solved(contract, 1, 1)
    assert weigh(contract, actor=actor_of(people.representative)).total.clocks == 1
    assert weigh(contract, actor=actor_of(people.outsider)).total.clocks == 0


def test_queries_do_not_grow_with_the_clocks(
    contract: ServiceContract, django_assert_max_num_queries: Any
) -> None:
    for key in range(30):
        solved(contract, key + 1, 1)
    change = with_target(contract, HOUR)
    with django_assert_max_num_queries(9):
        weigh(contract, change)


def test_a_stretch_under_another_contract_keeps_its_terms(contract: ServiceContract) -> None:
    department = organisation(parent=contract.client)
    own = factories.contract(department, targets={})
    factories.commitment(own, "resolution", 30 * HOUR, priorities=[5])
    of = Subject("ticket", 1, department.pk)
    clocks.start(actor=ACTOR, subject=of, facts=facts(5), at=MONDAY)
    clocks.requalify(actor=ACTOR, subject=of, facts=facts(3), at=after(1))
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=after(2))
    assert isinstance(Organisation.objects.get(pk=department.pk), Organisation)
    assert weigh(contract).total.after_met == 1


def test_an_edited_calendar_is_weighed_on_every_contract_that_counts_on_it(
    contract: ServiceContract,
) -> None:
    other = factories.contract(calendar_=contract.calendar, targets={"resolution": 3 * HOUR})
    factories.contract(targets={"resolution": HOUR})
    solved(contract, 1, 2.9, at=after(1.1))  # from 11:06 to 14:00
    solved(other, 2, 3.5, at=after(1.1))
    edited = freeze(factories.calendar(), [])
    effect = what_if_calendar(
        actor=ACTOR, calendar_id=contract.calendar_id, calendar=edited, **YEAR
    )
    assert (effect.total.before_missed, effect.newly_met) == (2, 2)
    assert {each.subject_id for each in effect.most_affected} == {1, 2}
    assert CalendarRevision.objects.filter(calendar=contract.calendar).count() == 1
