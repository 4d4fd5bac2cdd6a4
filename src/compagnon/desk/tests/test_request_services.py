"""A service request from its form to its delivery: answers, approvals, tasks of two teams."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from compagnon.contracts.models import FormVersion, RequestType
from compagnon.contracts.services import request_forms
from compagnon.contracts.tests import factories as contracts
from compagnon.core.actor import Actor, Source
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.visibility import visible
from compagnon.desk import notice_words, services
from compagnon.desk import requests_reading as reading
from compagnon.desk.models import (
    Approval,
    ApprovalState,
    Attachment,
    Notice,
    NoticeChannel,
    NoticeEvent,
    NoticeWay,
    PendingReason,
    RequestAnswers,
    RequestDraft,
    State,
    Ticket,
    WorkState,
    WorkTask,
)
from compagnon.desk.services import requesting
from compagnon.people.models import Account, Membership, Person, Team
from compagnon.people.tests.factories import Cast, account, actor, person, role, system, team
from compagnon.people.tests.factories import grant as give

CONDITION = {"all": [{"field": "portable", "op": "is", "value": "yes"}]}
DEFINITION: dict[str, Any] = {
    "sections": [
        {
            "key": "arrivee",
            "title": {"fr": "L’arrivée", "en": "The arrival"},
            "fields": [
                {"key": "nom", "kind": "text", "label": {"fr": "Nom"}, "required": True},
                {"key": "jour", "kind": "date", "label": {"fr": "Jour"}},
                {"key": "portable", "kind": "yesno", "label": {"fr": "Portable ?"}},
                {
                    "key": "prix", "kind": "money", "label": {"fr": "Prix"},
                    "show": CONDITION, "required": True,
                },
                {"key": "photo", "kind": "file", "label": {"fr": "Photo"}},
                {"key": "site", "kind": "site", "label": {"fr": "Site"}},
            ],
        }
    ]
}  # fmt: skip


def plan(one: Team, two: Team, **more: Any) -> dict[str, Any]:
    """The representative's approval of a laptop, then a task of each team, one after the other."""
    return {
        "approvals": [
            {
                "key": "accord", "name": {"fr": "Accord du client", "en": "Client’s approval"},
                "whom": "representatives", "when": CONDITION, "amount_field": "prix",
            }
        ],
        "tasks": [
            {
                "key": "compte", "title": {"fr": "Créer le compte", "en": "Create the account"},
                "team_id": one.pk, "minutes": 15,
            },
            {
                "key": "poste", "title": {"fr": "Préparer le poste"}, "team_id": two.pk,
                "after": ["compte"], "when": CONDITION,
            },
            {
                "key": "noter", "title": {"fr": "Mettre au registre secret"}, "team_id": two.pk,
                "internal": True,
            },
        ],
    } | more  # fmt: skip


@pytest.fixture
def asked(people: Cast) -> RequestType:
    """A request type with its form and plan, published."""
    found = contracts.request_type()
    admin = actor(people.administrator)
    request_forms.write_form(
        actor=admin, request_type=found, definition=DEFINITION,
        plan=plan(people.level_1, people.level_2),
    )  # fmt: skip
    request_forms.publish_form(actor=admin, request_type=found)
    return found


def version(asked: RequestType) -> FormVersion:
    """The version under which people ask."""
    found = RequestType.objects.get(pk=asked.pk).form.published
    assert found is not None
    return found


def ask(people: Cast, asked: RequestType, **answers: Any) -> Ticket:
    """The user's request."""
    return requesting.ask_for(
        actor=actor(people.user),
        request_type=asked,
        version=version(asked),
        requester=people.user,
        answers={"nom": "Zélie Quartz"} | answers,
    )


def done(people: Cast, ticket: Ticket, key: str) -> None:
    """A task reported as done by the program."""
    task = WorkTask.objects.get(ticket=ticket, plan_key=key)
    services.complete_task(actor=system(), task_id=task.pk, spent_seconds=60)


def test_approved_worked_on_by_two_teams_and_delivered(people: Cast, asked: RequestType) -> None:
    ticket = ask(people, asked, portable="yes", prix="899,90", jour="2026-12-01")
    ticket.refresh_from_db()
    approval = Approval.objects.get(ticket=ticket)
    assert (approval.amount_cents, approval.state) == (89_990, ApprovalState.ASKED)
    assert (ticket.state, ticket.pending_reason) == (State.PENDING, PendingReason.APPROVAL)
    assert not WorkTask.objects.filter(ticket=ticket).exists()

    services.decide(actor=actor(people.representative), approval_id=approval.pk, approve=True)
    states = dict(WorkTask.objects.filter(ticket=ticket).values_list("plan_key", "state"))
    assert states == {"compte": WorkState.TODO, "poste": WorkState.HELD, "noter": WorkState.TODO}
    done(people, ticket, "compte")
    assert WorkTask.objects.get(ticket=ticket, plan_key="poste").state == WorkState.TODO

    found = RequestAnswers.objects.get(ticket=ticket)
    ticket.refresh_from_db()
    told = [(step.label, step.state) for step in reading.fulfilment(ticket, found)]
    assert ("Créer le compte", "done") in told
    assert ("Préparer le poste", "now") in told
    assert not any("registre" in label for label, _state in told)
    done(people, ticket, "poste")
    done(people, ticket, "noter")
    found.refresh_from_db()
    ticket.refresh_from_db()
    assert found.done_at is not None
    assert reading.all_done(ticket, found)


def test_without_a_laptop_nobody_is_asked(people: Cast, asked: RequestType) -> None:
    ticket = ask(people, asked, portable="no", prix="899")
    assert not Approval.objects.filter(ticket=ticket).exists()
    found = RequestAnswers.objects.get(ticket=ticket)
    assert found.answers == {"nom": "Zélie Quartz", "portable": "no"}
    assert {one.plan_key for one in WorkTask.objects.filter(ticket=ticket)} == {"compte", "noter"}


def test_a_refusal_stops_what_was_to_follow(people: Cast, asked: RequestType) -> None:
    ticket = ask(people, asked, portable="yes", prix="1")
    approval = Approval.objects.get(ticket=ticket)
    services.decide(
        actor=actor(people.representative), approval_id=approval.pk, approve=False, comment="Non."
    )
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN
    assert not WorkTask.objects.filter(ticket=ticket).exists()
    steps = reading.fulfilment(ticket, RequestAnswers.objects.get(ticket=ticket))
    assert steps[-1].state == "refused"


def two_steps(people: Cast, asked: RequestType) -> Ticket:
    """A request that the representative approves, then somebody of level 2."""
    steps = plan(people.level_1, people.level_2)
    steps["approvals"].append(
        {"key": "chef", "name": {"fr": "Accord du chef"}, "whom": "persons",
         "person_ids": [people.supervisor.pk], "position": 2},
    )  # fmt: skip
    admin = actor(people.administrator)
    request_forms.write_form(actor=admin, request_type=asked, plan=steps)
    request_forms.publish_form(actor=admin, request_type=asked)
    return ask(people, asked, portable="yes", prix="1200")


def test_a_refusal_beside_the_plan_ends_nothing_of_it(people: Cast, asked: RequestType) -> None:
    ticket = two_steps(people, asked)
    beside = services.ask(
        actor=actor(people.technician), ticket_id=ticket.pk, name="Autre chose",
        persons=[people.colleague],
    )  # fmt: skip
    services.decide(
        actor=actor(people.colleague), approval_id=beside.pk, approve=False, comment="Non."
    )
    first, second = Approval.objects.filter(ticket=ticket).exclude(plan_key="").order_by("position")
    assert (first.state, second.state) == (ApprovalState.ASKED, ApprovalState.TO_COME)
    services.decide(actor=actor(people.representative), approval_id=first.pk, approve=True)
    second.refresh_from_db()
    assert second.state == ApprovalState.ASKED
    assert not WorkTask.objects.filter(ticket=ticket).exists()


def test_what_the_form_asks_for_is_not_skipped(people: Cast, asked: RequestType) -> None:
    ticket = two_steps(people, asked)
    first = Approval.objects.get(ticket=ticket, plan_key="accord")
    with pytest.raises(Refused):
        services.give_up(actor=actor(people.technician), approval_id=first.pk)
    services.give_up(actor=actor(people.supervisor), approval_id=first.pk, reason="Absent.")
    first.refresh_from_db()
    assert first.state == ApprovalState.GIVEN_UP


def test_reopened_it_asks_again_what_its_end_gave_up(people: Cast, asked: RequestType) -> None:
    ticket = two_steps(people, asked)
    services.cancel(actor=actor(people.technician), ticket_id=ticket.pk, reason="Par erreur")
    plan_steps = Approval.objects.filter(ticket=ticket).order_by("position")
    assert {one.state for one in plan_steps} == {ApprovalState.GIVEN_UP}
    services.reopen(actor=actor(people.technician), ticket_id=ticket.pk, reason="Reprise")
    assert [one.state for one in plan_steps.all()] == [ApprovalState.ASKED, ApprovalState.TO_COME]
    ticket.refresh_from_db()
    assert (ticket.state, ticket.pending_reason) == (State.PENDING, PendingReason.APPROVAL)
    for who, step in zip((people.representative, people.supervisor), plan_steps, strict=True):
        assert not WorkTask.objects.filter(ticket=ticket).exists()
        services.decide(actor=actor(who), approval_id=step.pk, approve=True)
    assert WorkTask.objects.filter(ticket=ticket).exists()


def test_an_amount_is_read_from_a_number_alone(people: Cast, asked: RequestType) -> None:
    steps = plan(people.level_1, people.level_2)
    steps["approvals"][0]["amount_field"] = "nom"
    admin = actor(people.administrator)
    with pytest.raises(Invalid):
        request_forms.write_form(actor=admin, request_type=asked, plan=steps)
    # A version that was published before this was asked of it.
    FormVersion.objects.update(plan=steps)
    ticket = ask(people, asked, portable="yes", prix="1200")
    assert Approval.objects.get(ticket=ticket).amount_cents is None


def test_an_amount_under_zero_is_refused(people: Cast, asked: RequestType) -> None:
    with pytest.raises(Invalid) as refused:
        ask(people, asked, portable="yes", prix="-1200")
    assert "prix" in refused.value.fields


def test_plans_that_cancel_and_that_propose(people: Cast, asked: RequestType) -> None:
    admin = actor(people.administrator)
    other = plan(people.level_1, people.level_2, ending="propose", cancel_when_refused=True)
    request_forms.write_form(actor=admin, request_type=asked, plan=other)
    before = ask(people, asked)
    request_forms.publish_form(actor=admin, request_type=asked)
    refused, given = ask(people, asked, portable="yes", prix="1"), ask(people, asked)
    approval = Approval.objects.get(ticket=refused)
    services.decide(
        actor=actor(people.representative), approval_id=approval.pk, approve=False, comment="Non."
    )
    for ticket in (before, given):
        for key in ("compte", "noter"):
            done(people, ticket, key)
    states = [Ticket.objects.get(pk=one.pk).state for one in (refused, given, before)]
    # What was asked before keeps the plan of its version.
    assert states[:2] == [State.CANCELLED, State.SOLVED]
    assert states[2] in {State.NEW, State.OPEN}


def test_what_is_missing_is_said_and_others_may_not_ask(people: Cast, asked: RequestType) -> None:
    with pytest.raises(Invalid) as refused:
        ask(people, asked, nom="", portable="yes")
    assert set(refused.value.fields) == {"nom", "prix"}
    with pytest.raises(Refused):
        requesting.ask_for(
            actor=actor(people.outsider), request_type=asked, version=version(asked),
            requester=people.user, answers={"nom": "X"},
        )  # fmt: skip
    with pytest.raises(Refused):
        request_forms.publish_form(actor=actor(people.technician), request_type=asked)


def test_a_member_of_the_task_s_team_works_on_it(people: Cast, asked: RequestType) -> None:
    elsewhere = person(people.client_b, "Tom", "Ailleurs")
    give(elsewhere, role("technician"), people.client_b)
    crew = team(people.client_b, elsewhere)
    admin = actor(people.administrator)
    request_forms.write_form(actor=admin, request_type=asked, plan=plan(crew, people.level_2))
    request_forms.publish_form(actor=admin, request_type=asked)
    ticket = ask(people, asked)
    task = WorkTask.objects.get(ticket=ticket, plan_key="compte")
    services.complete_task(actor=actor(elsewhere), task_id=task.pk, spent_seconds=60)
    other = person(people.client_b, "Lia", "Ailleurs")
    give(other, role("technician"), people.client_b)
    rest = WorkTask.objects.get(ticket=ticket, plan_key="noter")
    with pytest.raises((NotFound, Refused)):
        services.complete_task(actor=actor(other), task_id=rest.pk, spent_seconds=60)


def test_answers_are_found_by_searching(people: Cast, asked: RequestType) -> None:
    ticket = ask(people, asked)
    browser = browser_of(people, "technician")
    page = browser.get(reverse("desk:queue"), {"q": "quartz", "show": "all"}).content.decode()
    assert reverse("desk:ticket", args=[ticket.pk]) in page


def browser_of(people: Cast, who: str) -> Client:
    """Somebody's browser."""
    made = Client()
    made.force_login(Account.objects.get(person=getattr(people, who)))
    return made


def test_filled_in_kept_reviewed_and_sent(people: Cast, asked: RequestType) -> None:
    browser = browser_of(people, "user")
    assert str(asked) in browser.get(reverse("desk:catalogue"), {"q": "demande"}).content.decode()
    assert str(asked) not in browser.get(reverse("desk:catalogue"), {"q": "zzz"}).content.decode()
    fill = reverse("desk:catalogue_fill", args=[asked.pk])
    missing = browser.post(fill, {"f-portable": "yes"})
    assert missing.status_code == 422
    assert "Prix" in missing.content.decode()
    photo = SimpleUploadedFile("plan.txt", b"un plan")
    given = {"f-nom": "Zélie", "f-portable": "no", "f-prix": "3", "f-photo": photo}
    later = browser.post(fill, given | {"action": "later"})
    assert later.status_code == 302
    assert "plan.txt" in browser.get(fill).content.decode()
    review = reverse("desk:catalogue_review", args=[asked.pk])
    sent = browser.post(fill, {"f-nom": "Zélie", "f-portable": "no", "f-prix": "3"})
    assert sent["Location"] == review
    page = browser.get(review).content.decode()
    assert "Zélie" in page
    assert "Prix" not in page
    key = {"key": "0123456789abcdef"}
    first, again = browser.post(review, key), browser.post(review, key)
    assert first["Location"] == reverse("desk:portal_request", args=[Ticket.objects.get().pk])
    assert again["Location"] == first["Location"]
    assert Ticket.objects.count() == 1
    assert not RequestDraft.objects.exists()
    answers = RequestAnswers.objects.get()
    assert answers.answers["photo"] == [str(Attachment.objects.get().pk)]
    portal = browser.get(first["Location"]).content.decode()
    assert "Créer le compte" in portal
    assert "registre secret" not in portal


def test_a_version_published_meanwhile_is_shown_before_it_is_sent(
    people: Cast, asked: RequestType
) -> None:
    browser = browser_of(people, "user")
    browser.post(reverse("desk:catalogue_fill", args=[asked.pk]), {"f-nom": "Zélie"})
    review = reverse("desk:catalogue_review", args=[asked.pk])
    seen = version(asked)
    assert f'name="form" value="{seen.pk}"' in browser.get(review).content.decode()
    request_forms.publish_form(actor=actor(people.administrator), request_type=asked)
    stale = browser.post(review, {"key": "0123456789abcdef", "form": seen.pk})
    assert stale.status_code == 200
    assert not Ticket.objects.exists()
    form = version(asked).pk
    assert browser.post(review, {"key": "0123456789abcdef", "form": form}).status_code == 302
    assert RequestAnswers.objects.get().form_version_id == form


def test_what_another_window_changed_is_read_before_it_is_sent(
    people: Cast, asked: RequestType
) -> None:
    browser = browser_of(people, "user")
    fill = reverse("desk:catalogue_fill", args=[asked.pk])
    review = reverse("desk:catalogue_review", args=[asked.pk])
    browser.post(fill, {"f-nom": "Zélie"})
    read = browser.get(review)
    browser.post(fill, {"f-nom": "Yvon", "drop": "9" * 5000})
    key = {"key": "0123456789abcdef"}
    again = browser.post(review, key | {"kept": read.context["kept"]})
    assert again.status_code == 200
    assert "Yvon" in again.content.decode()
    assert not Ticket.objects.exists()
    assert browser.post(review, key | {"kept": again.context["kept"]}).status_code == 302
    assert RequestAnswers.objects.get().answers["nom"] == "Yvon"


def test_a_technician_fills_in_for_who_calls(people: Cast, asked: RequestType) -> None:
    browser = browser_of(people, "technician")
    fill = reverse("desk:catalogue_fill", args=[asked.pk])
    given = {"f-nom": "Zélie", "beneficiary": str(people.user.pk)}
    browser.post(fill, given)
    browser.post(reverse("desk:catalogue_review", args=[asked.pk]), {"key": "0123456789"})
    ticket = Ticket.objects.get()
    assert (ticket.requester, ticket.channel) == (people.user, "phone")


def test_asked_for_by_the_api(people: Cast, asked: RequestType) -> None:
    browser = browser_of(people, "user")
    kind = {"content_type": "application/json"}
    body: dict[str, Any] = {"request_type_id": asked.pk, "answers": {"portable": True}}
    bad = browser.post("/api/v1/service-requests", body, **kind)
    assert bad.status_code == 422
    assert {one["field"] for one in bad.json()["errors"]} == {"nom", "prix"}
    body["answers"] = {"nom": "Zélie", "portable": False, "inconnu": "x"}
    body["files"] = [{"field": "photo", "name": "a.txt", "content_base64": "YQ=="}]
    made = browser.post("/api/v1/service-requests", body, **kind)
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    told = browser.get(f"/api/v1/tickets/{key}/answers").json()
    assert told["answers"]["portable"] == "no"
    assert told["lines"][-1]["text"] == "a.txt"
    steps = browser.get(f"/api/v1/tickets/{key}/fulfilment").json()["steps"]
    assert [one["state"] for one in steps] == ["done", "now", "now", "to_come"]
    draft = f"/api/v1/request-types/{asked.pk}/draft"
    assert browser.post(draft, {"answers": {"nom": "Z"}}, **kind).status_code == 200
    assert len(browser.get("/api/v1/me/request-drafts").json()["items"]) == 1
    assert browser.delete(draft).status_code == 204
    assert browser_of(people, "outsider").get(f"/api/v1/tickets/{key}/answers").status_code == 404


def told(who: Person) -> list[str]:
    """What somebody is told of tasks and steps on their page."""
    rows = Notice.objects.filter(person=who, channel="page", event__in=["task", "step"])
    return list(rows.order_by("pk").values_list("event", flat=True))


def test_teams_are_told_when_their_turn_comes_and_the_user_of_each_step(
    people: Cast, asked: RequestType
) -> None:
    other = person(people.provider, "Ivan", "Renfort")
    team_of_two = Team.objects.get(pk=people.level_2.pk)
    Membership.objects.create(team=team_of_two, person=other)
    give(other, role("technician"), people.provider)
    for one in (people.user, people.technician, people.expert, other):
        if not hasattr(one, "account"):
            account(one)
    services.choose_ways(
        actor=actor(other), ways={(NoticeEvent.TASK, NoticeChannel.PAGE): NoticeWay.OFF}
    )
    services.choose_ways(
        actor=actor(people.user), ways={(NoticeEvent.STEP, NoticeChannel.MAIL): NoticeWay.NOW}
    )
    ticket = ask(people, asked, portable="yes", prix="899")
    assert told(people.technician) == [], "nothing is theirs before it is approved"
    approval = Approval.objects.get(ticket=ticket)
    services.decide(actor=actor(people.representative), approval_id=approval.pk, approve=True)
    assert told(people.technician) == told(people.expert) == ["task"]
    # Of «poste», which waited for it; not who did it, nor of what is internal to the user.
    first = WorkTask.objects.get(ticket=ticket, plan_key="compte")
    services.complete_task(actor=actor(people.technician), task_id=first.pk, spent_seconds=60)
    done(people, ticket, "noter")
    assert told(people.expert) == ["task", "task"]
    assert told(people.technician) == ["task"]
    assert told(people.user) == ["step"]
    assert told(other) == [], "who wants not to be told is not"
    assert Notice.objects.filter(person=people.user, channel="mail", event="step").count() == 1
    seen = visible(Notice, actor(people.expert)).filter(event="task")
    assert seen.count() == 2, "by the task, whoever has the ticket"
    assert "tâche" in notice_words.line(seen[0])


def test_who_is_given_a_task_is_told(people: Cast, asked: RequestType) -> None:
    ticket = ask(people, asked)
    before = len(told(people.expert))
    planned: dict[str, Any] = {"ticket_id": ticket.pk, "title": "Passer", "assignee": people.expert}
    services.plan_task(actor=actor(people.technician), **planned)
    assert len(told(people.expert)) == before + 1
    services.plan_task(actor=actor(people.expert), **planned)
    services.plan_task(actor=Actor.system("import", source=Source.IMPORT), **planned)
    assert len(told(people.expert)) == before + 1
