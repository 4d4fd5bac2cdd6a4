"""Canned replies, templates of tickets and macros: kept by teams, previewed, all or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Invalid, NotFound, Refused
from compagnon.desk import macros, phrases, placeholders, services
from compagnon.desk.models import CannedReply, Macro, Message, State, Ticket, TicketTemplate
from compagnon.desk.services.phrases import keep_phrase, remove_phrase, run_macro
from compagnon.desk.tests import factories
from compagnon.people.models import Role
from compagnon.people.tests.factories import Cast, actor, system


def canned(people: Cast, text: str, **values: Any) -> CannedReply:
    values = {"organisation": people.provider, "name": text[:20], "text": text} | values
    return keep_phrase(actor=system(), row=CannedReply(), values=values)  # type: ignore[return-value]


def macro(people: Cast, name: str = "Relancer", **steps: Any) -> Macro:
    values = {"organisation": people.provider, "name": name, "steps": steps}
    return keep_phrase(actor=system(), row=Macro(), values=values)  # type: ignore[return-value]


# -- placeholders ---------------------------------------------------------------------------------
def test_values_stand_in_their_place_and_are_not_read_again(
    people: Cast, technician: Actor
) -> None:
    ticket = factories.ticket(people.user, title="{{technician}} {% now %} {{user.name}}")
    text = "Bonjour {{user.first_name}}, {{ title }} ({{reference}}) : {{technician}}"
    told = placeholders.fill(text, ticket=ticket, actor=technician)
    assert told == (
        f"Bonjour {people.user.first_name}, {{{{technician}}}} {{% now %}} {{{{user.name}}}} "
        f"({ticket.reference}) : {people.technician}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{user.password}}",
        "{{ticket.requester.account}}",
        "{{title|safe}}",
        "{{__class__}}",
        "{{}}",
    ],
)
def test_any_other_name_is_refused_when_it_is_kept(people: Cast, text: str) -> None:
    with pytest.raises(Invalid):
        canned(people, f"Bonjour {text}", name="Autre")


@given(st.text(alphabet="{}%ab. usernam_", max_size=60))
def test_no_text_makes_filling_fail(text: str) -> None:
    assert isinstance(placeholders.unknown(text), list)


# -- canned replies -------------------------------------------------------------------------------
def test_those_of_the_category_and_the_language_come_first(people: Cast, technician: Actor) -> None:
    printing = factories.category("Impression")
    deep = factories.category("Laser", parent=printing)
    people.user.language = "fr"
    people.user.save()
    general = canned(people, "Bonjour")
    fitting = canned(people, "Le toner", category=printing)
    other = canned(people, "Le réseau", category=factories.category("Réseau"))
    canned(people, "Hello", language="en")
    ticket = factories.ticket(people.user, category=deep)
    assert phrases.replies(technician, ticket) == [fitting, general]
    assert phrases.replies(technician, ticket, "réseau") == [other]


def test_a_team_keeps_its_own_and_no_other_s(
    people: Cast, technician: Actor, supervisor_like: Actor
) -> None:
    own = {"organisation": people.provider, "name": "Nous", "text": "Bonjour"}
    kept = keep_phrase(actor=technician, row=CannedReply(), values=own | {"team": people.level_1})
    for values in (own, own | {"team": people.level_2}):
        with pytest.raises(Refused):
            keep_phrase(actor=technician, row=CannedReply(), values=values | {"name": "Autre"})
    with pytest.raises(Refused):
        keep_phrase(actor=technician, row=kept, values={"team": None})
    keep_phrase(actor=supervisor_like, row=kept, values={"team": None})
    with pytest.raises(Refused):
        remove_phrase(actor=technician, row=kept)
    remove_phrase(actor=supervisor_like, row=kept)
    assert not CannedReply.objects.exists()


@pytest.fixture
def supervisor_like(people: Cast) -> Actor:
    return actor(people.supervisor)


def test_users_see_none_of_it(people: Cast, user: Actor, ticket: Ticket) -> None:
    canned(people, "Bonjour")
    macro(people, note="Vu")
    assert phrases.replies(user, ticket) == []
    assert phrases.macros(user) == []
    assert phrases.templates(user) == []


# -- macros ---------------------------------------------------------------------------------------
STEPS: dict[str, Any] = {
    "assign_to": "me", "impact": 2, "note": "Vu par {{technician}}",
    "reply": "Bonjour {{user.first_name}}", "then": "pend", "reason": "waiting_user",
}  # fmt: skip


def test_a_macro_does_its_steps_through_their_services(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    run_macro(actor=technician, ticket_id=ticket.pk, macro_id=macro(people, **STEPS).pk)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.assignee_id, ticket.impact) == (
        State.PENDING, technician.id, 2,
    )  # fmt: skip
    said = [entry.verb for entry in journal.history(ticket)][1:]
    assert said == [
        "ticket.take", "ticket.qualify", "ticket.note", "ticket.reply", "ticket.pend",
        "ticket.macro",
    ]  # fmt: skip
    texts = set(Message.objects.filter(ticket=ticket).values_list("text", flat=True))
    assert {f"Bonjour {people.user.first_name}", f"Vu par {people.technician}"} <= texts


def test_a_preview_tells_it_and_writes_nothing(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    told = macros.preview(technician, ticket, macro(people, **STEPS))
    assert len(told) == 5
    ticket.refresh_from_db()
    assert (ticket.state, ticket.version) == (State.NEW, 1)
    assert Message.objects.filter(ticket=ticket).count() == 1
    assert [entry.verb for entry in journal.history(ticket)] == ["ticket.open"]
    assert not ticket.outgoing.exists()


def test_all_or_nothing(people: Cast, technician: Actor, ticket: Ticket) -> None:
    made = macro(people, note="Vu", then="solve", solution="Fait")
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Déjà")
    with pytest.raises(CompagnonError):
        run_macro(actor=technician, ticket_id=ticket.pk, macro_id=made.pk)
    assert not Message.objects.filter(ticket=ticket, kind="note").exists()


def test_a_macro_gives_no_right(people: Cast, ticket: Ticket) -> None:
    role = Role.objects.get(pk=people.technician.role_assignments.first().role_id)  # type: ignore[union-attr]
    role.verbs = [verb for verb in role.verbs if verb != "ticket.pend"]
    role.save()
    who = actor(people.technician)
    with pytest.raises(Refused):
        run_macro(actor=who, ticket_id=ticket.pk, macro_id=macro(people, **STEPS).pk)
    with pytest.raises(NotFound):
        run_macro(actor=actor(people.user), ticket_id=ticket.pk, macro_id=1)


@pytest.mark.parametrize(
    "steps",
    [
        {},
        {"delete": True},
        {"assign_to": "team"},
        {"then": "solve"},
        {"then": "pend", "reason": "nope"},
        {"impact": 9},
        {"note": "{{secret}}"},
    ],
)
def test_a_macro_that_does_nothing_or_too_much_is_refused(
    people: Cast, steps: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        macro(people, **steps)


# -- pages and API --------------------------------------------------------------------------------
def browser(people: Cast, who: str = "technician") -> Client:
    client = Client()
    client.force_login(getattr(people, who).account)
    client.cookies["compagnon_language"] = "en"
    return client


def test_on_the_ticket_s_page(people: Cast, ticket: Ticket) -> None:
    canned(people, "Bonjour {{user.first_name}}")
    made = macro(people, note="Vu", assign_to="me")
    client = browser(people)
    listed = client.get(f"/desk/tickets/{ticket.pk}/phrases/").content.decode()
    assert f'data-text="Bonjour {people.user.first_name}"' in listed
    assert made.name in listed
    address = f"/desk/tickets/{ticket.pk}/macros/{made.pk}/"
    assert "took the ticket" in client.get(address).content.decode()
    done = client.post(address, {"version": ticket.version}, follow=True).content.decode()
    assert "is done" in done
    assert client.post(address, {"version": ticket.version}).status_code == 412
    assert browser(people, "user").get(f"/desk/tickets/{ticket.pk}/phrases/").status_code == 404


def test_macros_are_kept_on_their_page(people: Cast) -> None:
    client = browser(people)
    form = {
        "name": "Nuit", "organisation": people.provider.pk, "for_team": people.level_1.pk,
        "note": "Vu", "is_active": "on",
    }  # fmt: skip
    assert client.post("/desk/macros/add/", form | {"note": ""}).status_code == 422
    assert client.post("/desk/macros/add/", form).status_code == 302
    made = Macro.objects.get()
    page = client.get(f"/desk/macros/{made.pk}/change/").content.decode()
    assert "{{user.first_name}}" in page
    changed = form | {"note": "Revu", "version": made.version}
    assert client.post(f"/desk/macros/{made.pk}/change/", changed).status_code == 302
    assert client.post(f"/desk/macros/{made.pk}/change/", changed).status_code == 412
    assert "Nuit" in client.get("/desk/macros/").content.decode()
    assert client.post(f"/desk/macros/{made.pk}/delete/").status_code == 302
    assert browser(people, "user").get("/desk/macros/").status_code == 403


def test_a_template_fills_a_new_ticket(people: Cast) -> None:
    values = {
        "organisation": people.provider, "name": "Arrivée", "title": "Arrivée d’une personne",
        "text": "Nom :", "kind": "service_request", "impact": 3, "urgency": 3,
    }  # fmt: skip
    made = keep_phrase(actor=system(), row=TicketTemplate(), values=values)
    client = browser(people)
    assert f"?template={made.pk}" in client.get("/desk/tickets/new/").content.decode()
    page = client.get(f"/desk/tickets/new/?template={made.pk}").content.decode()
    assert 'value="Arrivée d’une personne"' in page
    assert "Nom :" in page


def test_the_same_by_api(people: Cast, ticket: Ticket) -> None:
    client = browser(people)

    def post(path: str, body: dict[str, Any] | None = None) -> Any:
        return client.post(f"/api/v1{path}", body, content_type="application/json")

    body = {
        "name": "Nuit", "organisation_id": people.provider.pk, "team_id": people.level_1.pk,
        "steps": {"note": "Vu"},
    }  # fmt: skip
    made = post("/macros", body)
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    address = f"/tickets/{ticket.pk}/macros/{key}"
    assert client.get(f"/api/v1{address}").json() == {"steps": [{"said": "wrote a note"}]}
    assert post(address).json()["version"] == 3
    wrong = body | {"steps": {"then": "solve"}}
    patch = client.patch(f"/api/v1/macros/{key}", wrong, content_type="application/json")
    assert patch.status_code == 422
    assert client.delete(f"/api/v1/macros/{key}").status_code == 204
    reply = {
        "organisation": people.provider.pk, "team": people.level_1.pk, "name": "Bonjour",
        "text": "Bonjour {{user.first_name}}",
    }  # fmt: skip
    kept = post("/canned-replies", reply)
    if kept.status_code == 404:
        kept = post("/canned_replies", reply)
    assert kept.status_code in {201, 422}, kept.content
