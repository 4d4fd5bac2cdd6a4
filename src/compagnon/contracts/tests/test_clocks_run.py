"""The clocks of a subject, through the verbs that the desk calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from compagnon.contracts import events, queries
from compagnon.contracts.models import Clock, ClockSegment, ClockState, Commitment
from compagnon.contracts.services import clocks
from compagnon.contracts.subjects import Breach, Facts, Measure, Subject
from compagnon.contracts.tests import factories
from compagnon.core.actor import Actor
from compagnon.core.models import Entry
from compagnon.people.models import Organisation
from compagnon.people.tests.factories import organisation, team

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")
HOUR = 3600
# Monday 2 March 2026, 10:00 in Paris: opening hours of the office calendar.
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def facts(priority: int | None = 3, **values: object) -> Facts:
    given: dict[str, object] = {
        "category_path": "",
        "service_id": None,
        "request_type_id": None,
        "kind": "incident",
    } | values
    return Facts(priority=priority, **given)  # type: ignore[arg-type]


def subject(client: Organisation, key: int = 1) -> Subject:
    return Subject("ticket", key, client.pk)


def after(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


@pytest.fixture
def client_() -> Organisation:
    return organisation(parent=organisation("Fournisseur"))


def start(client: Organisation, at: datetime = MONDAY, **values: object) -> Subject:
    made = subject(client)
    clocks.start(actor=ACTOR, subject=made, facts=facts(**values), at=at)
    return made


def reading(
    of: Subject, measure: Measure = Measure.RESOLUTION, at: datetime = MONDAY
) -> queries.ClockReading:
    return next(
        each for each in queries.clocks_of(of.kind, of.id, as_of=at) if each.measure == measure
    )


def test_each_commitment_of_the_contract_gets_its_clock(client_: Organisation) -> None:
    factories.contract(client_, targets={"take_up": HOUR, "resolution": 8 * HOUR})
    of = start(client_)
    found = {each.measure: each for each in queries.clocks_of("ticket", of.id, as_of=MONDAY)}
    assert set(found) == {"take_up", "resolution"}
    # 8 hours of office time from Monday 10:00: 2 before lunch, 5 after, 1 on Tuesday.
    assert found["resolution"].due_at == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    assert found["take_up"].due_at == after(1)
    assert found["resolution"].state == ClockState.RUNNING


def test_starting_costs_four_queries(
    client_: Organisation, django_assert_num_queries: object
) -> None:
    factories.contract(
        client_, targets={"take_up": HOUR, "first_response": HOUR, "resolution": 8 * HOUR}
    )
    start(client_)
    made = subject(client_, 2)
    with django_assert_num_queries(4):  # type: ignore[operator]
        clocks.start(actor=ACTOR, subject=made, facts=facts(), at=MONDAY)


def test_the_departments_contract_wins_where_it_promises_something(client_: Organisation) -> None:
    department = organisation(parent=client_)
    factories.contract(client_, targets={"take_up": HOUR, "resolution": 8 * HOUR})
    factories.contract(department, targets={"resolution": 2 * HOUR})
    of = start(department)
    assert reading(of).target_seconds == 2 * HOUR
    assert reading(of, Measure.TAKE_UP).target_seconds == HOUR


@pytest.mark.parametrize(
    "values",
    [
        {"state": "draft"},
        {"starts_on": "2026-03-03"},
        {"ends_on": "2026-03-01"},
    ],
)
def test_a_contract_that_is_not_in_force_promises_nothing(
    client_: Organisation, values: dict[str, object]
) -> None:
    factories.contract(client_, targets={"resolution": HOUR}, **values)
    start(client_)
    assert not Clock.objects.exists()


def test_another_organisations_contract_promises_nothing(client_: Organisation) -> None:
    factories.contract(organisation(parent=client_.parent), targets={"resolution": HOUR})
    start(client_)
    assert not Clock.objects.exists()


def test_stopping_in_time_meets_the_commitment(client_: Organisation) -> None:
    factories.contract(client_, targets={"resolution": 2 * HOUR})
    of = start(client_)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=after(2))
    clock = Clock.objects.get()
    assert (clock.state, clock.elapsed_seconds, clock.stopped_at) == ("met", 2 * HOUR, after(2))
    assert clock.due_at == after(2)
    assert not ClockSegment.objects.filter(end=None).exists()


def test_stopping_late_misses_it_and_says_so_once(
    client_: Organisation,
    django_capture_on_commit_callbacks: object,
) -> None:
    told: list[Breach] = []
    events.commitment_breached.receive(told.append)
    factories.contract(client_, targets={"resolution": HOUR})
    of = start(client_)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=after(1.5))
        clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=after(3))
    clock = Clock.objects.get()
    assert (clock.state, clock.breached_at) == ("missed", after(1))
    assert [each.subject for each in told] == [of]
    assert Entry.objects.filter(verb="commitment.breach").count() == 1
    events.commitment_breached._receivers.remove(told.append)


def test_stopping_in_the_second_it_started_meets_it(client_: Organisation) -> None:
    factories.contract(client_, targets={"take_up": HOUR})
    of = start(client_)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.TAKE_UP, at=MONDAY)
    assert reading(of, Measure.TAKE_UP, after(9)).elapsed == 0
    assert Clock.objects.get().state == "met"


def test_a_pause_that_the_contract_forgives_stops_the_clock(client_: Organisation) -> None:
    factories.contract(client_, targets={"resolution": 2 * HOUR})
    of = start(client_)
    clocks.pause(actor=ACTOR, subject=of, reason="waiting_user", at=after(1))
    clock = Clock.objects.get()
    assert (clock.state, clock.due_at, clock.elapsed_seconds) == ("paused", None, HOUR)
    clocks.resume(actor=ACTOR, subject=of, at=after(5))
    clock.refresh_from_db()
    assert (clock.state, clock.due_at, clock.elapsed_seconds) == ("running", after(6), HOUR)


def test_a_pause_that_it_does_not_forgive_counts_and_is_remembered(client_: Organisation) -> None:
    factories.contract(client_, targets={"resolution": 2 * HOUR}, pauses={"waiting_user": False})
    of = start(client_)
    clocks.pause(actor=ACTOR, subject=of, reason="waiting_user", at=after(1))
    clock = Clock.objects.get()
    assert (clock.state, clock.due_at) == ("running", after(2))
    assert list(ClockSegment.objects.values_list("counts", "reason")) == [
        (True, ""),
        (True, "waiting_user"),
    ]


def test_resuming_and_pausing_twice_changes_nothing(client_: Organisation) -> None:
    factories.contract(client_, targets={"resolution": 2 * HOUR})
    of = start(client_)
    clocks.resume(actor=ACTOR, subject=of, at=after(0.5))
    clocks.pause(actor=ACTOR, subject=of, reason="waiting_user", at=after(1))
    clocks.pause(actor=ACTOR, subject=of, reason="waiting_user", at=after(1.5))
    assert ClockSegment.objects.count() == 2


def test_a_turn_dated_before_the_last_one_keeps_what_was_counted(client_: Organisation) -> None:
    factories.contract(client_, targets={"resolution": 2 * HOUR})
    of = start(client_)
    clocks.pause(actor=ACTOR, subject=of, reason="waiting_user", at=after(1))
    clocks.resume(actor=ACTOR, subject=of, at=after(0.5))
    clock = Clock.objects.get()
    assert (clock.state, clock.due_at) == ("running", after(2))


def test_a_graver_priority_counts_what_was_spent_against_its_target(client_: Organisation) -> None:
    agreed = factories.contract(client_, targets={"resolution": 8 * HOUR})
    factories.commitment(agreed, Measure.RESOLUTION, 2 * HOUR, priorities=[1, 2])
    of = start(client_)
    clocks.requalify(actor=ACTOR, subject=of, facts=facts(1), at=after(1))
    now = reading(of, at=after(1))
    assert (now.target_seconds, now.elapsed, now.due_at) == (2 * HOUR, HOUR, after(2))
    assert ClockSegment.objects.count() == 2
    assert ClockSegment.objects.order_by("start")[0].facts["priority"] == 3


def test_stopped_clocks_do_not_change_with_the_priority(client_: Organisation) -> None:
    agreed = factories.contract(client_, targets={"take_up": HOUR})
    factories.commitment(agreed, Measure.TAKE_UP, 60, priorities=[1])
    of = start(client_)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.TAKE_UP, at=after(0.5))
    clocks.requalify(actor=ACTOR, subject=of, facts=facts(1), at=after(1))
    assert reading(of, Measure.TAKE_UP, after(1)).state == "met"


def test_time_before_the_first_qualification_counts(client_: Organisation) -> None:
    agreed = factories.contract(client_)
    factories.commitment(agreed, Measure.RESOLUTION, 2 * HOUR, priorities=[1, 2])
    of = start(client_, priority=None)
    assert queries.clocks_of("ticket", of.id, as_of=after(1)) == []
    assert queries.due_rows("ticket", [of.id]) == {}
    clocks.requalify(actor=ACTOR, subject=of, facts=facts(2), at=after(1))
    assert reading(of, at=after(1)).elapsed == HOUR
    assert Clock.objects.get().due_at == after(2)


def test_a_priority_that_nothing_promises_keeps_the_time(client_: Organisation) -> None:
    agreed = factories.contract(client_)
    factories.commitment(agreed, Measure.RESOLUTION, 2 * HOUR, priorities=[1, 2])
    of = start(client_, priority=1)
    clocks.requalify(actor=ACTOR, subject=of, facts=facts(5), at=after(0.5))
    assert Clock.objects.get().state == "idle"
    clocks.requalify(actor=ACTOR, subject=of, facts=facts(2), at=after(1))
    assert reading(of, at=after(1)).elapsed == HOUR


def test_reopening_runs_on_without_the_time_solved(client_: Organisation) -> None:
    factories.contract(client_, targets={"resolution": 4 * HOUR})
    of = start(client_)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=after(1))
    clocks.reopen(actor=ACTOR, subject=of, at=after(5))
    clock = Clock.objects.get()
    assert (clock.state, clock.stopped_at, clock.elapsed_seconds) == ("running", None, HOUR)
    now = reading(of, at=after(6))
    assert now.elapsed == 2 * HOUR
    assert [line.cause for line in now.ledger if line.cause] == ["solved"]


def test_a_missed_clock_stays_missed_when_reopened(client_: Organisation) -> None:
    factories.contract(client_, targets={"resolution": HOUR})
    of = start(client_)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=after(1.5))
    clocks.reopen(actor=ACTOR, subject=of, at=after(5))
    clock = Clock.objects.get()
    assert (clock.state, clock.breached_at) == ("running", after(1))
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=after(6))
    assert Clock.objects.get().state == "missed"
    assert Entry.objects.filter(verb="commitment.breach").count() == 1


def test_cancelling_drops_what_runs(client_: Organisation) -> None:
    factories.contract(client_, targets={"take_up": HOUR, "resolution": HOUR})
    of = start(client_)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.TAKE_UP, at=after(0.5))
    clocks.cancel(actor=ACTOR, subject=of, at=after(0.6))
    states = dict(Clock.objects.values_list("measure", "state"))
    assert states == {"take_up": "met", "resolution": "cancelled"}
    assert len(queries.clocks_of("ticket", of.id, as_of=after(1))) == 1


def test_starting_twice_does_not_double(client_: Organisation) -> None:
    factories.contract(client_, targets={"resolution": HOUR})
    start(client_)
    start(client_, at=after(0.5))
    assert Clock.objects.get().started_at == MONDAY


def test_an_agreement_follows_the_team_in_charge(client_: Organisation) -> None:
    level_1, level_2 = team(client_.parent), team(client_.parent, level=2)  # type: ignore[arg-type]
    factories.contract(provider=client_.parent, team=level_1, targets={"resolution": 2 * HOUR})
    factories.contract(provider=client_.parent, team=level_2, targets={"resolution": 4 * HOUR})
    of = start(client_, team_id=level_1.pk)
    assert reading(of).target_seconds == 2 * HOUR
    clocks.requalify(actor=ACTOR, subject=of, facts=facts(team_id=level_2.pk), at=after(1))
    now = reading(of, at=after(1))
    assert (now.target_seconds, now.elapsed) == (4 * HOUR, 0)
    assert Clock.objects.filter(state="cancelled").count() == 1


def test_what_a_list_shows_is_the_nearest_due(
    client_: Organisation, django_assert_num_queries: object
) -> None:
    factories.contract(client_, targets={"take_up": HOUR, "resolution": 2 * HOUR})
    of = start(client_)
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = queries.due_rows("ticket", [of.id, 999])
    assert found[of.id].due_at == after(1)
    assert found[of.id].measure == "take_up"
    assert list(found) == [of.id]


def test_the_stored_row_says_what_the_ledger_adds_up_to(client_: Organisation) -> None:
    factories.contract(client_, targets={"resolution": 20 * HOUR})
    of = start(client_)
    clocks.pause(actor=ACTOR, subject=of, reason="waiting_user", at=after(3))
    clocks.resume(actor=ACTOR, subject=of, at=after(30))
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=after(60))
    clock = Clock.objects.get()
    read = reading(of, at=after(99))
    assert sum(line.counted_seconds for line in read.ledger) == clock.elapsed_seconds
    assert read.elapsed == clock.elapsed_seconds


def test_a_commitment_is_never_without_contract(client_: Organisation) -> None:
    agreed = factories.contract(client_, targets={"resolution": HOUR})
    start(client_)
    assert Clock.objects.get().contract_id == agreed.pk
    assert Commitment.objects.get().contract_id == agreed.pk


def test_a_cancelled_subject_that_is_reopened_counts_on(client_: Organisation) -> None:
    factories.contract(client_, targets={"take_up": HOUR, "resolution": 4 * HOUR})
    of = start(client_)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.TAKE_UP, at=after(0.5))
    clocks.cancel(actor=ACTOR, subject=of, at=after(1))
    clocks.reopen(actor=ACTOR, subject=of, at=after(5))
    states = dict(Clock.objects.values_list("measure", "state"))
    assert states == {"take_up": "met", "resolution": "running"}
    now = reading(of, at=after(6))
    assert now.elapsed == 2 * HOUR
    assert [line.cause for line in now.ledger if line.cause] == ["cancelled"]


def test_reopening_brings_back_no_agreement_of_a_team_that_handed_over(
    client_: Organisation,
) -> None:
    level_1, level_2 = team(client_.parent), team(client_.parent, level=2)  # type: ignore[arg-type]
    factories.contract(provider=client_.parent, team=level_1, targets={"resolution": 2 * HOUR})
    of = start(client_, team_id=level_1.pk)
    clocks.requalify(actor=ACTOR, subject=of, facts=facts(team_id=level_2.pk), at=after(1))
    clocks.reopen(actor=ACTOR, subject=of, at=after(2))
    assert Clock.objects.get().state == "cancelled"
