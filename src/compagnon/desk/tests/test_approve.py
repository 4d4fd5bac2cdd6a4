"""Approvals: asked, answered by page, API and link, handed over, reminded, given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from compagnon.core.actor import Actor, Source
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.desk import links, services
from compagnon.desk.approval_rules import threshold, verdict
from compagnon.desk.errors import AlreadyAnswered, IllegalMove
from compagnon.desk.events import ApprovalEvent, approval_decided
from compagnon.desk.models import (
    Answer,
    Approval,
    ApprovalRule,
    ApprovalState,
    AskedOf,
    MailEvent,
    Message,
    Notice,
    NoticeEvent,
    OutgoingMail,
    PendingReason,
    State,
    Ticket,
)
from compagnon.desk.services.approval_keeping import name_approver, remind_approvers
from compagnon.desk.services.undoing import undo_last
from compagnon.desk.tests import factories
from compagnon.people.models import Account
from compagnon.people.queries import actor_for
from compagnon.people.tests.factories import Cast, account, actor, person, system


def ask(technician: Actor, ticket: Ticket, **values: Any) -> Approval:
    """The representative's approval, unless somebody else is named."""
    given = {"name": "Achat d’un écran", "asked_of": AskedOf.REPRESENTATIVES} | values
    return services.ask(actor=technician, ticket_id=ticket.pk, **given)


def test_asked_then_approved(people: Cast, technician: Actor, ticket: Ticket) -> None:
    approval = ask(technician, ticket, amount_cents=25_990, due_days=3)
    ticket.refresh_from_db()
    assert approval.state == ApprovalState.ASKED
    assert (ticket.state, ticket.pending_reason) == (State.PENDING, PendingReason.APPROVAL)
    assert approval.due_at is not None
    assert [voice.person for voice in approval.voices.all()] == [people.representative]
    mail = OutgoingMail.objects.get(event=MailEvent.APPROVAL)
    assert mail.person == people.representative
    assert Notice.objects.filter(person=people.representative, event=NoticeEvent.APPROVAL).exists()

    decided = services.decide(
        actor=actor(people.representative), approval_id=approval.pk, approve=True
    )
    ticket.refresh_from_db()
    assert decided.state == ApprovalState.APPROVED
    assert ticket.state == State.OPEN
    assert Notice.objects.filter(person=people.user, event=NoticeEvent.DECIDED).exists()


def test_refusal_needs_a_reason_and_is_told(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    approval = ask(technician, ticket)
    who = actor(people.representative)
    with pytest.raises(Invalid):
        services.decide(actor=who, approval_id=approval.pk, approve=False)
    services.decide(actor=who, approval_id=approval.pk, approve=False, comment="Trop cher.")
    told = Message.objects.filter(ticket=ticket, is_public=True).latest("pk")
    assert "Trop cher." in told.text
    assert told.author == people.representative
    assert OutgoingMail.objects.filter(person=people.user, message=told).exists()
    with pytest.raises(AlreadyAnswered):
        services.decide(actor=who, approval_id=approval.pk, approve=True)


def test_nobody_approves_what_they_ask_for(people: Cast, technician: Actor, ticket: Ticket) -> None:
    with pytest.raises(Invalid):
        ask(technician, ticket, asked_of=None, persons=[people.user])
    approval = ask(technician, ticket, asked_of=None, persons=[people.user, people.colleague])
    assert [voice.person for voice in approval.voices.all()] == [people.colleague]
    with pytest.raises(Refused):
        services.decide(actor=actor(people.user), approval_id=approval.pk, approve=True)
    with pytest.raises(Invalid):
        name_approver(actor=actor(people.colleague), approval_id=approval.pk, person=people.user)
    allowed = ask(technician, ticket, asked_of=None, persons=[people.user], self_allowed=True)
    services.decide(actor=actor(people.user), approval_id=allowed.pk, approve=True)


def test_who_writes_the_question_never_answers_it(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    with pytest.raises(Invalid):
        ask(technician, ticket, asked_of=None, persons=[people.technician])
    approval = ask(technician, ticket)
    with pytest.raises(Invalid):
        name_approver(
            actor=actor(people.representative), approval_id=approval.pk, person=people.technician
        )
    # Nor does who may name others name themselves.
    with pytest.raises(Invalid):
        name_approver(
            actor=actor(people.supervisor), approval_id=approval.pk, person=people.supervisor
        )


def test_nobody_makes_up_the_approval_of_a_supply(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    with pytest.raises(Invalid):
        ask(technician, ticket, subject_kind="desk.supplystep", subject_id=1)
    assert not Approval.objects.exists()


def test_who_is_not_asked_decides_nothing(
    people: Cast, technician: Actor, outsider: Actor, ticket: Ticket
) -> None:
    approval = ask(technician, ticket)
    with pytest.raises(NotFound):
        services.decide(actor=outsider, approval_id=approval.pk, approve=True)
    for other in (technician, actor(people.supervisor)):
        with pytest.raises(Refused):
            services.decide(actor=other, approval_id=approval.pk, approve=True)
    with pytest.raises(Refused):
        ask(actor(people.user), ticket)


def test_team_of_which_two_must_agree(people: Cast, technician: Actor, ticket: Ticket) -> None:
    people.level_2.members.add(people.supervisor)
    approval = ask(
        technician, ticket, asked_of=None, team=people.level_2, rule=ApprovalRule.COUNT, needed=2
    )
    services.decide(actor=actor(people.expert), approval_id=approval.pk, approve=True)
    approval.refresh_from_db()
    assert approval.state == ApprovalState.ASKED
    services.decide(actor=actor(people.supervisor), approval_id=approval.pk, approve=True)
    approval.refresh_from_db()
    assert approval.state == ApprovalState.APPROVED
    with pytest.raises(Invalid):
        ask(technician, ticket, rule=ApprovalRule.COUNT, needed=9)


def test_handed_over_by_who_is_asked_and_by_the_lead(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    approval = ask(actor(people.administrator), ticket, asked_of=None, team=people.level_2)
    with pytest.raises(Refused):
        name_approver(actor=technician, approval_id=approval.pk, person=people.supervisor)
    name_approver(
        actor=actor(people.supervisor),
        approval_id=approval.pk,
        person=people.technician,
        instead_of=people.expert,
    )
    with pytest.raises(Refused):
        services.decide(actor=actor(people.expert), approval_id=approval.pk, approve=True)
    name_approver(actor=actor(people.technician), approval_id=approval.pk, person=people.supervisor)
    services.decide(actor=actor(people.supervisor), approval_id=approval.pk, approve=True)
    approval.refresh_from_db()
    assert approval.state == ApprovalState.APPROVED
    assert approval.voices.filter(answer=Answer.PASSED).count() == 2


def test_a_token_to_read_tickets_names_nobody(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    approval = ask(actor(people.administrator), ticket, asked_of=None, team=people.level_2)
    for one in (people.supervisor, people.expert):
        reads = actor_for(one, source=Source.API, only=frozenset({"ticket.view"}))
        with pytest.raises(Refused):
            name_approver(
                actor=reads,
                approval_id=approval.pk,
                person=people.technician,
                instead_of=people.expert,
            )
    assert not approval.voices.filter(answer=Answer.PASSED).exists()


def test_reminded_on_working_days_until_answered(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    approval = ask(technician, ticket)
    assert approval.next_at is not None
    with pytest.raises(IllegalMove):
        remind_approvers(actor=system(), approval_id=approval.pk)
    late = approval.next_at + timedelta(seconds=1)
    remind_approvers(actor=system(), approval_id=approval.pk, at=late)
    approval.refresh_from_db()
    assert approval.reminded == 1
    assert approval.next_at is not None
    assert approval.next_at > late
    assert OutgoingMail.objects.filter(event=MailEvent.APPROVAL).count() == 2


def test_given_up_and_ended_with_the_ticket(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    first, second = ask(technician, ticket), ask(technician, ticket)
    services.give_up(actor=technician, approval_id=first.pk, reason="Plus besoin")
    ticket.refresh_from_db()
    assert ticket.state == State.PENDING
    services.cancel(actor=technician, ticket_id=ticket.pk, reason="Retirée")
    second.refresh_from_db()
    assert second.state == ApprovalState.GIVEN_UP
    with pytest.raises(AlreadyAnswered):
        services.decide(actor=actor(people.representative), approval_id=second.pk, approve=True)


@pytest.mark.parametrize("end", ["merge", "cancel"])
def test_what_was_asked_by_hand_is_asked_again_when_the_end_is_undone(
    people: Cast, technician: Actor, ticket: Ticket, end: str
) -> None:
    approval = ask(technician, ticket, due_days=3)
    given_up = ask(technician, ticket)
    services.give_up(actor=technician, approval_id=given_up.pk, reason="Plus besoin")
    if end == "merge":
        into = factories.ticket(people.user)
        services.merge_tickets(actor=technician, ticket_id=ticket.pk, into_id=into.pk)
        services.unmerge_ticket(actor=technician, ticket_id=ticket.pk)
    else:
        services.cancel(actor=technician, ticket_id=ticket.pk, reason="Par erreur")
        undo_last(actor=technician, ticket_id=ticket.pk)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.pending_reason) == (State.PENDING, PendingReason.APPROVAL)
    approval.refresh_from_db()
    given_up.refresh_from_db()
    assert (approval.state, given_up.state) == (ApprovalState.ASKED, ApprovalState.GIVEN_UP)
    assert approval.due_at is not None
    services.decide(actor=actor(people.representative), approval_id=approval.pk, approve=True)
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN


@pytest.mark.django_db(transaction=True)
def test_the_decision_is_announced_with_its_subject(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    heard: list[ApprovalEvent] = []
    approval_decided.receive(heard.append)
    try:
        approval = ask(technician, ticket, subject_kind="order", subject_id=7)
        services.decide(actor=actor(people.representative), approval_id=approval.pk, approve=True)
    finally:
        approval_decided._receivers.remove(heard.append)
    assert [(one.subject_kind, one.subject_id, one.state) for one in heard] == [
        ("order", 7, "approved")
    ]


def test_the_link_of_the_mail_answers_by_a_button_once(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    approval = ask(technician, ticket, details="Devis 12")
    path = "/" + links.approval_link(approval.voices.get()).split("/", 3)[3]
    browser = Client()
    assert "Devis 12" in browser.get(path).content.decode()
    approval.refresh_from_db()
    assert approval.state == ApprovalState.ASKED
    assert browser.post(path, {"answer": "refuse", "comment": ""}).status_code == 422
    assert browser.post(path, {"answer": "approve", "comment": "D’accord"}).status_code == 302
    approval.refresh_from_db()
    assert approval.state == ApprovalState.APPROVED
    assert browser.post(path, {"answer": "refuse", "comment": "Non"}).status_code == 409
    assert browser.get(path[:-3] + "xx/").status_code == 404


def test_the_link_of_who_left_answers_nothing(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    approval = ask(technician, ticket)
    link = links.approval_link(approval.voices.get())
    people.representative.is_active = False
    people.representative.save(update_fields=["is_active"])
    answered = Client().post(link[link.index("/approve/") :], {"answer": "approve"})
    assert answered.status_code == 403
    approval.refresh_from_db()
    assert approval.state == ApprovalState.ASKED


def test_pages_of_who_is_asked_without_any_role(technician: Actor, ticket: Ticket) -> None:
    somebody = person(ticket.organisation, "Paule", "Sansrôle")
    browser = Client()
    browser.force_login(account(somebody))
    approval = ask(technician, ticket, asked_of=None, persons=[somebody])
    assert approval.name in browser.get(reverse("desk:approvals")).content.decode()
    page = reverse("desk:approval", args=[approval.pk])
    assert ticket.title in browser.get(page).content.decode()
    assert browser.get(reverse("desk:portal_request", args=[ticket.pk])).status_code == 404
    notice = Notice.objects.get(person=somebody, channel="page")
    assert browser.get(reverse("desk:for_me_open", args=[notice.pk]))["Location"] == page
    act = reverse("desk:approval_act", args=[approval.pk, "decide"])
    assert browser.post(act, {"answer": "refuse"}).status_code == 422
    assert browser.post(act, {"answer": "approve"}).status_code == 302
    assert browser.get(page).status_code == 200
    approval.refresh_from_db()
    assert approval.state == ApprovalState.APPROVED


def test_asked_from_the_ticket_s_page(people: Cast, ticket: Ticket) -> None:
    browser = Client()
    browser.force_login(Account.objects.get(person=people.technician))
    act = reverse("desk:act", args=[ticket.pk, "ask-approval"])
    given = {"name": "Écran", "asked_of": "representatives", "rule": "any", "amount": "259,90"}
    assert browser.post(act, given | {"asked_of": "team"}).status_code == 422
    assert browser.post(act, given | {"amount": "259.90"}).status_code == 302
    approval = Approval.objects.get()
    assert approval.amount_cents == 25_990
    page = browser.get(reverse("desk:ticket", args=[ticket.pk])).content.decode()
    assert "259,90" in page


def test_who_is_asked_is_found_while_typing(people: Cast, ticket: Ticket) -> None:
    browser = Client()
    browser.force_login(Account.objects.get(person=people.technician))
    left = person(ticket.organisation, "Léa", "Partie", is_active=False)
    picker = f"{reverse('people:pick_persons')}?organisation={ticket.organisation_id}"
    act = reverse("desk:act", args=[ticket.pk, "ask-approval"])
    given = {"name": "Écran", "asked_of": "persons", "rule": "any"}
    # The page holds where they are sought, and nobody's name; without script, words are sent.
    page = browser.post(act, given | {"person": "zzz"})
    text = page.content.decode()
    assert page.status_code == 422
    assert (picker in text, 'value="zzz"' in text) == (True, True)
    assert f'<option value="{people.colleague.pk}"' not in text
    assert str(people.colleague) in browser.get(f"{picker}&q={people.colleague.last_name}").text
    for other in (people.outsider, left):
        assert browser.post(act, given | {"person": str(other.pk)}).status_code == 422
        assert browser.post(act, given | {"person": other.last_name}).status_code == 422
    # Who asks for it is told that they do not answer it themselves.
    assert browser.post(act, given | {"person": str(ticket.requester_id)}).status_code == 422
    assert not Approval.objects.exists()
    for words in (str(people.colleague.pk), people.colleague.last_name):
        assert browser.post(act, given | {"person": words}).status_code == 302
    asked = [one.voices.get().person for one in Approval.objects.all()]
    assert asked == [people.colleague] * 2


def test_who_answers_instead_is_found_while_typing(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    asked, stand_in = (person(ticket.organisation, one, "Sansrôle") for one in ("Paule", "Odile"))
    left = person(ticket.organisation, "Léa", "Sansrôle", is_active=False)
    approval = ask(technician, ticket, asked_of=None, persons=[asked])
    picker = reverse("desk:pick_approvers", args=[approval.pk])
    twin = f"/api/v1/approvals/{approval.pk}/approvers"
    page = reverse("desk:approval", args=[approval.pk])
    act = reverse("desk:approval_act", args=[approval.pk, "hand-over"])
    browser = Client()
    browser.force_login(account(asked))
    text = browser.get(page).content.decode()
    assert (picker in text, str(stand_in) in text) == (True, False)
    # Neither who is asked already, nor who has left, nor who asks for it, nor another's people.
    assert browser.get(picker, {"q": "sansrole"}).text.count('role="option"') == 1
    for other in (ticket.requester, people.outsider, left, asked):
        assert str(other) not in browser.get(picker, {"q": other.first_name}).text
        for words in (other.pk, other.first_name):
            assert browser.post(act, {"person": words}).status_code == 422
    told = browser.get(twin, {"q": "odile"}).json()
    assert told["items"] == [{"id": stand_in.pk, "name": str(stand_in)}]
    assert browser.post(act, {"person": "odile sansrole"}).status_code == 302
    # Whose voice passed on names nobody any more; who does not see it learns nothing.
    assert browser.get(picker, {"q": "a"}).status_code == 403
    browser.force_login(Account.objects.get(person=people.outsider))
    assert browser.get(picker, {"q": "a"}).status_code == 404
    assert browser.get(twin, {"q": "a"}).status_code == 404


def test_the_api_is_a_twin(people: Cast, ticket: Ticket) -> None:
    browser = Client()
    browser.force_login(Account.objects.get(person=people.technician))
    api = f"/api/v1/tickets/{ticket.pk}/approvals"
    body = {"name": "Écran", "asked_of": "representatives"}
    made = browser.post(api, body, content_type="application/json")
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    other = Client()
    other.force_login(Account.objects.get(person=people.representative))
    assert [one["id"] for one in other.get("/api/v1/me/approvals").json()["items"]] == [key]
    decide = f"/api/v1/approvals/{key}/decide"
    no = other.post(decide, {"approve": False}, content_type="application/json")
    assert no.status_code == 422
    yes = {"approve": True, "comment": "Entre nous"}
    assert other.post(decide, yes, content_type="application/json").json()["state"] == "approved"
    third = Client()
    third.force_login(Account.objects.get(person=people.user))
    told = third.get(f"/api/v1/approvals/{key}").json()
    assert told["voices"][0]["comment"] == ""


ANSWERS = st.lists(st.sampled_from([one.value for one in Answer]), max_size=8)


@given(ANSWERS, st.sampled_from([one.value for one in ApprovalRule]), st.integers(0, 9))
def test_a_verdict_never_changes_by_what_comes_after(
    answers: list[str], rule: str, needed: int
) -> None:
    found = verdict(rule, needed, answers)
    counted = [one for one in answers if one != Answer.PASSED]
    wanted = threshold(rule, needed, len(counted))
    if found == ApprovalState.APPROVED:
        assert counted.count(Answer.YES) >= wanted
    if found is not None and Answer.AWAITED in answers:
        index = answers.index(Answer.AWAITED)
        for later in (Answer.YES, Answer.NO):
            assert verdict(rule, needed, [*answers[:index], later, *answers[index + 1 :]]) == found
    if found is None:
        assert Answer.AWAITED in counted or len(counted) < wanted
