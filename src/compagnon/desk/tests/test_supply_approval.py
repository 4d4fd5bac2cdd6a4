"""Who approves a supply: by thresholds, one after the other, never who asks for it."""

from __future__ import annotations

import pytest

from compagnon.core.errors import Conflict, Invalid, Refused
from compagnon.core.visibility import visible
from compagnon.desk import requests_reading, services
from compagnon.desk.errors import AlreadyAnswered, IllegalMove
from compagnon.desk.models import Approval, ApprovalState
from compagnon.desk.services import (
    approval_keeping,
    approving,
    supply_approving,
    supply_ordering,
    supply_quotes,
    supply_wishes,
)
from compagnon.desk.supply_reading import steps_of
from compagnon.desk.tests import supplies
from compagnon.people.tests import factories as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(cast):
    return people.actor(cast.technician)


@pytest.fixture
def case(cast, actor):
    made = supplies.wish(actor, cast.user)
    found = supplies.quote(actor, made, supplies.supplier(cast.provider))
    supply_quotes.retain(actor=actor, quote_id=found.pk)
    return made


def asked(case):
    return Approval.objects.get(ticket=case.ticket, state=ApprovalState.ASKED)


def decide(person, case, *, approve=True, comment=""):
    found = asked(case)
    approving.decide(
        actor=people.actor(person), approval_id=found.pk, approve=approve, comment=comment
    )
    # Receivers run after the commit, which a test never reaches.
    supply_approving.settle_step(actor=people.system(), approval_id=found.pk)
    case.refresh_from_db()


def submit(actor, case):
    found = supply_approving.submit(actor=actor, supply_id=case.pk)
    case.refresh_from_db()
    return found


def test_under_the_threshold_nobody_is_asked(actor, cast, case):
    supplies.threshold(cast.client_a, representative_over_cents=215_760)
    assert submit(actor, case).stage == "approved"
    assert not Approval.objects.exists()


def test_the_representative_then_the_manager_are_asked(actor, cast, case):
    supplies.threshold(
        cast.client_a, representative_over_cents=100, manager_over_cents=1_000,
        manager=cast.supervisor,
    )  # fmt: skip
    assert submit(actor, case).stage == "approval"
    case.ticket.refresh_from_db()
    assert case.ticket.pending_reason == "waiting_approval"
    assert [one.person for one in asked(case).voices.all()] == [cast.representative]
    assert asked(case).amount_cents == 215_760
    decide(cast.representative, case)
    assert case.stage == "approval"
    assert [one.person for one in asked(case).voices.all()] == [cast.supervisor]
    decide(cast.supervisor, case)
    assert case.stage == "approved"
    assert [(one.state, one.decided_by) for one in steps_of(case, actor)] == [
        ("approved", cast.representative), ("approved", cast.supervisor),
    ]  # fmt: skip
    assert supply_ordering.order(actor=actor, supply_id=case.pk).number == 1


def test_a_refusal_sends_back_and_another_quote_is_submitted_anew(actor, cast, case):
    supplies.threshold(cast.client_a, representative_over_cents=0)
    submit(actor, case)
    decide(cast.representative, case, approve=False, comment="Trop cher")
    assert case.stage == "refused"
    assert steps_of(case, actor)[0].reason == "Trop cher"
    cheap = supplies.quote(
        actor, case, supplies.supplier(cast.provider, "Autre"),
        supplies.LAPTOP | {"unit_price_cents": 50_000},
    )  # fmt: skip
    supply_quotes.retain(actor=actor, quote_id=cheap.pk)
    submit(actor, case)
    decide(cast.representative, case)
    assert case.stage == "approved"
    # Another quote after all: what was approved is approved no more.
    dear = case.quotes.exclude(pk=cheap.pk).get()
    supply_quotes.retain(actor=actor, quote_id=dear.pk, reason="Plus tôt")
    case.refresh_from_db()
    assert case.stage == "quoting"


def test_who_asks_never_approves(actor, cast):
    mine = supplies.wish(actor, cast.representative)
    found = supplies.quote(actor, mine, supplies.supplier(cast.provider))
    supply_quotes.retain(actor=actor, quote_id=found.pk)
    supplies.threshold(cast.client_a, representative_over_cents=0)
    with pytest.raises(Conflict):
        supply_approving.submit(actor=actor, supply_id=mine.pk)
    supplies.threshold(cast.client_a, representative=cast.representative)
    with pytest.raises(Conflict):
        supply_approving.submit(actor=actor, supply_id=mine.pk)
    assert not Approval.objects.exists()


def test_who_retained_the_quote_does_not_approve_it(cast, actor):
    supplies.threshold(
        cast.client_a, representative_over_cents=None, manager_over_cents=0,
        manager=cast.supervisor,
    )  # fmt: skip
    made = supplies.wish(actor, cast.user)
    found = supplies.quote(actor, made, supplies.supplier(cast.provider))
    lead = people.actor(cast.supervisor)
    supply_quotes.retain(actor=lead, quote_id=found.pk)
    with pytest.raises(Conflict):
        supply_approving.submit(actor=lead, supply_id=made.pk)
    supply_quotes.retain(actor=actor, quote_id=found.pk)
    assert submit(actor, made).stage == "approval"


def test_nobody_else_decides(actor, cast, case):
    supplies.threshold(cast.client_a, representative_over_cents=0)
    submit(actor, case)
    with pytest.raises(Refused):
        decide(cast.technician, case)
    with pytest.raises(Refused):
        supply_approving.settle_step(actor=actor, approval_id=asked(case).pk)
    supply_approving.settle_step(actor=people.system(), approval_id=asked(case).pk)
    case.refresh_from_db()
    assert case.stage == "approval"


def test_who_wished_sees_neither_amount_nor_supplier_of_the_approval(actor, cast, case):
    submit(actor, case)
    assert visible(Approval, people.actor(cast.representative)).exists()
    assert visible(Approval, actor).exists()
    assert not visible(Approval, people.actor(cast.user)).exists()


def test_what_is_withdrawn_or_given_up_goes_back_to_the_quotes(actor, cast, case):
    submit(actor, case)
    supply_approving.withdraw(actor=actor, supply_id=case.pk)
    case.refresh_from_db()
    assert case.stage == "quoting"
    assert not Approval.objects.filter(state=ApprovalState.ASKED).exists()
    submit(actor, case)
    found = asked(case)
    approval_keeping.give_up(actor=actor, approval_id=found.pk)
    assert supply_approving.undecided() == [found.pk]
    supply_approving.settle_step(actor=people.system(), approval_id=found.pk)
    case.refresh_from_db()
    assert (case.stage, supply_approving.undecided()) == ("quoting", [])
    submit(actor, case)
    supply_wishes.cancel(actor=actor, supply_id=case.pk, reason="Plus besoin")
    case.refresh_from_db()
    assert (case.stage, case.stopped_at_stage) == ("cancelled", "approval")
    assert not Approval.objects.filter(state=ApprovalState.ASKED).exists()


def test_thresholds_hold_below_and_must_be_in_order(cast, signed_in):
    from django.urls import reverse

    client = signed_in(cast.provider, "supply.configure", "person.view")
    page = reverse("desk:approval_threshold_add")
    sent = {"organisation": cast.provider.pk, "representative_over_cents": "500",
            "manager_over_cents": "100"}  # fmt: skip
    assert client.post(page, sent).status_code == 422
    assert client.post(page, sent | {"manager_over_cents": "5000"}).status_code == 302
    found = supply_approving.threshold_of(cast.client_a)
    assert (found.representative_over_cents, found.manager_over_cents) == (50_000, 500_000)
    assert supply_approving.steps_needed(cast.client_a, 50_000) == []
    assert supply_approving.steps_needed(cast.client_a, 500_001) == ["representative", "manager"]


def test_without_a_retained_quote_nothing_is_submitted(actor, cast):
    made = supplies.wish(actor, cast.user)
    supplies.quote(actor, made, supplies.supplier(cast.provider))
    with pytest.raises(Invalid):
        supply_approving.submit(actor=actor, supply_id=made.pk)


def chosen_and_submitted(cast, actor):
    """A supply whose quote a technician retained and the supervisor submitted; both approve."""
    supplies.threshold(
        cast.client_a, representative_over_cents=0, manager_over_cents=0,
        representative=cast.representative,
    )  # fmt: skip
    made = supplies.wish(actor, cast.user)
    found = supplies.quote(actor, made, supplies.supplier(cast.provider))
    supply_quotes.retain(actor=actor, quote_id=found.pk)
    return made


def test_who_submitted_approves_no_step(cast, actor):
    made = chosen_and_submitted(cast, actor)
    lead = people.actor(cast.supervisor)
    other = people.person(cast.provider, "Solange", "Seconde")
    people.grant(other, people.role("supervisor"), cast.provider)
    supply_approving.submit(actor=lead, supply_id=made.pk)
    decide(cast.representative, made)
    second = asked(made)
    voices = {one.person for one in second.voices.all()}
    assert other in voices
    assert cast.supervisor not in voices
    assert second.asked_by == cast.supervisor


def test_a_voice_is_not_handed_to_who_chose_the_quote_or_receives_it(cast, actor):
    made = supplies.wish(actor, cast.user, beneficiary=cast.colleague)
    found = supplies.quote(actor, made, supplies.supplier(cast.provider))
    supply_quotes.retain(actor=people.actor(cast.supervisor), quote_id=found.pk)
    submit(actor, made)
    given = {"actor": people.actor(cast.representative), "approval_id": asked(made).pk}
    for nobody in (cast.supervisor, cast.colleague, cast.user, cast.technician):
        with pytest.raises(Invalid):
            approval_keeping.name_approver(person=nobody, **given)
    approval_keeping.name_approver(person=cast.expert, **given)


def test_who_left_answers_no_more_and_it_is_taken_back(cast, actor, case):
    submit(actor, case)
    cast.representative.is_active = False
    cast.representative.save()
    with pytest.raises(Refused):
        decide(cast.representative, case)
    supply_approving.withdraw(actor=actor, supply_id=case.pk)
    with pytest.raises(Conflict):
        supply_approving.submit(actor=actor, supply_id=case.pk)


def test_nobody_answers_twice(cast, actor, case):
    submit(actor, case)
    found = asked(case)
    decide(cast.representative, case)
    with pytest.raises(AlreadyAnswered):
        approving.decide(
            actor=people.actor(cast.representative), approval_id=found.pk, approve=False,
            comment="Non.",
        )  # fmt: skip
    supply_approving.settle_step(actor=people.system(), approval_id=found.pk)
    case.refresh_from_db()
    assert case.stage == "approved"


def test_an_amount_in_another_currency_is_under_no_threshold(cast, actor):
    supplies.threshold(cast.client_a, representative_over_cents=10**9)
    made = supplies.wish(actor, cast.user, currency="CHF")
    found = supplies.quote(actor, made, supplies.supplier(cast.provider))
    supply_quotes.retain(actor=actor, quote_id=found.pk)
    assert submit(actor, made).stage == "approval"
    assert asked(made).currency == "CHF"


def test_what_is_over_is_neither_submitted_nor_ordered(cast, actor, case):
    supplies.threshold(cast.client_a)
    services.cancel(actor=actor, ticket_id=case.ticket_id, reason="Abandon")
    with pytest.raises(IllegalMove):
        supply_approving.submit(actor=actor, supply_id=case.pk)
    services.reopen(actor=actor, ticket_id=case.ticket_id, reason="Reprise")
    supply_approving.submit(actor=actor, supply_id=case.pk)
    services.cancel(actor=actor, ticket_id=case.ticket_id, reason="Abandon")
    with pytest.raises(IllegalMove):
        supply_ordering.order(actor=actor, supply_id=case.pk)


def test_amounts_that_nothing_holds_are_refused_with_the_quote(cast, actor):
    made = supplies.wish(actor, cast.user)
    line = supplies.LAPTOP | {"unit_price_cents": 10**9, "quantity": 1000}
    by = supplies.supplier(cast.provider)
    supplies.quote(actor, made, by, line | {"vat_bp": 0})
    for wrong in ({"vat_bp": 1}, {"unit_price_cents": -1}, {"quantity": -1}, {"vat_bp": -1}):
        with pytest.raises(Invalid):
            supplies.quote(actor, made, by, line | wrong)


def test_its_approval_is_drawn_once_on_the_users_request(actor, cast, case):
    submit(actor, case)
    assert requests_reading.fulfilment(case.ticket, None) == []
