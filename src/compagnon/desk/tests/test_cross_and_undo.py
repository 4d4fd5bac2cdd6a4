"""Two who write at once, who is seen on a ticket, drafts on two devices, taking back an act."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound, Refused
from compagnon.desk import presence, services, undoing, waiting
from compagnon.desk.errors import TooLate
from compagnon.desk.models import (
    Draft,
    Impact,
    LastAct,
    LinkKind,
    Message,
    Presence,
    State,
    Ticket,
    TicketLink,
    Wait,
)
from compagnon.desk.services.undoing import undo_last
from compagnon.desk.tasks_daily import sweep_daily
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor, system


def browser(people: Cast, who: str = "technician") -> Client:
    client = Client()
    client.force_login(getattr(people, who).account)
    client.cookies["compagnon_language"] = "en"
    return client


def last(ticket: Ticket) -> int:
    return Message.objects.filter(ticket=ticket).latest("pk").pk


# -- answers that cross ---------------------------------------------------------------------------
def test_an_answer_that_crosses_another_is_shown_it_and_loses_nothing(
    people: Cast, expert: Actor, ticket: Ticket
) -> None:
    client = browser(people)
    act = f"/desk/tickets/{ticket.pk}/do/reply/"
    seen = last(ticket)
    services.reply(actor=expert, ticket_id=ticket.pk, text="Je m’en occupe.")
    sent = {"text": "Redémarrez l’imprimante.", "seen": seen, "version": 1}
    refused = client.post(act, sent)
    page = refused.content.decode()
    assert refused.status_code == 412
    assert "Redémarrez l’imprimante." in page
    assert "Je m’en occupe." in page.split('class="crossed"')[1]
    assert "Send all the same" in page
    assert Message.objects.filter(ticket=ticket, kind="reply").count() == 1
    # A third message meanwhile is not passed over either.
    shown = last(ticket)
    services.hear_from_user(
        actor=system(), ticket_id=ticket.pk, text="C’est réparé !", author_id=people.user.pk,
        channel="mail",  # type: ignore[arg-type]
    )  # fmt: skip
    assert client.post(act, sent | {"seen": shown}).status_code == 412
    assert client.post(act, sent | {"seen": last(ticket)}).status_code == 302


@pytest.mark.parametrize(
    ("verb", "more"), [("reply", {}), ("note", {}), ("solve", {"kind": "permanent"})]
)
def test_a_text_sent_twice_from_one_page_is_written_once(
    people: Cast, ticket: Ticket, verb: str, more: dict[str, str]
) -> None:
    """Ctrl+Enter pressed twice, or a second device that still shows what was sent."""
    client, act = browser(people), f"/desk/tickets/{ticket.pk}/do/{verb}/"
    sent = {"text": "Branchez le câble.", "seen": last(ticket), **more}
    before = Message.objects.filter(ticket=ticket).count()
    assert [client.post(act, sent).status_code for _time in range(3)] == [302, 302, 302]
    assert Message.objects.filter(ticket=ticket).count() == before + 1
    if verb != "solve":
        # Said again on the page that follows, it is another message.
        assert client.post(act, sent | {"seen": last(ticket)}).status_code == 302
        assert Message.objects.filter(ticket=ticket).count() == before + 2


def test_what_is_no_message_crosses_nothing(people: Cast, expert: Actor, ticket: Ticket) -> None:
    seen = last(ticket)
    services.qualify(actor=expert, ticket_id=ticket.pk, impact=Impact.HIGH)
    sent = {"text": "Bonjour", "seen": seen, "version": 1}
    assert browser(people).post(f"/desk/tickets/{ticket.pk}/do/reply/", sent).status_code == 302


def test_by_api_it_is_refused_by_message_or_by_version(
    people: Cast, expert: Actor, ticket: Ticket
) -> None:
    client, seen = browser(people), last(ticket)
    address = f"/api/v1/tickets/{ticket.pk}"
    tag = client.get(address).headers["ETag"]
    services.reply(actor=expert, ticket_id=ticket.pk, text="Je m’en occupe.")

    def post(body: dict[str, Any], **headers: str) -> Any:
        return client.post(
            f"{address}/messages", body, content_type="application/json", headers=headers
        )

    crossed = post({"text": "Bonjour", "seen_message_id": seen})
    assert (crossed.status_code, crossed.json()["code"]) == (412, "crossed")
    assert post({"text": "Bonjour"}, **{"If-Match": tag}).status_code == 412
    assert post({"text": "Bonjour", "seen_message_id": last(ticket)}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_two_technicians_answer_at_the_same_moment(people: Cast) -> None:
    ticket = factories.ticket(people.user)
    seen, answers = last(ticket), {}
    gate = threading.Barrier(2)

    def answer(who: str) -> None:
        client = browser(people, who)
        gate.wait()
        try:
            sent = {"text": f"Réponse de {who}", "seen": seen}
            answers[who] = client.post(f"/desk/tickets/{ticket.pk}/do/reply/", sent)
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=(who,)) for who in ("technician", "expert")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status_code for one in answers.values()) == [302, 412]
    (second,) = [who for who, one in answers.items() if one.status_code == 412]
    assert f"Réponse de {second}" in answers[second].content.decode()
    assert Message.objects.filter(ticket=ticket, kind="reply").count() == 1


# -- presence -------------------------------------------------------------------------------------
def test_who_has_it_open_and_who_writes(people: Cast, technician: Actor, ticket: Ticket) -> None:
    address = f"/desk/tickets/{ticket.pk}/presence/"
    browser(people, "expert").post(address, {"writing": "yes"})
    told = browser(people).post(address)
    assert f"{people.expert} is writing" in told.content.decode()
    version = told.content.decode().split('data-presence-version="')[1].split('"')[0]
    again = browser(people).post(address, headers={"Live-Version": version})
    assert again.status_code == 204
    browser(people, "expert").post(address, {"leaving": "yes"})
    assert presence.others(technician, ticket) == []


def test_beats_write_seldom_and_end_by_themselves(
    technician: Actor, expert: Actor, ticket: Ticket, django_assert_num_queries: Any
) -> None:
    presence.note(actor=expert, ticket=ticket)
    with django_assert_num_queries(1):
        presence.note(actor=expert, ticket=ticket)
    assert [one.person.pk for one in presence.others(technician, ticket)] == [expert.id]
    Presence.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    assert presence.others(technician, ticket) == []
    Presence.objects.update(seen_at=timezone.now() - timedelta(hours=2))
    sweep_daily()
    assert not Presence.objects.exists()


def test_users_are_neither_watched_nor_told(
    people: Cast, user: Actor, expert: Actor, ticket: Ticket
) -> None:
    presence.note(actor=expert, ticket=ticket)
    assert presence.others(user, ticket) == []
    with pytest.raises(Refused):
        presence.note(actor=user, ticket=ticket)
    assert browser(people, "user").post(f"/desk/tickets/{ticket.pk}/presence/").status_code == 204
    assert (
        browser(people, "outsider").post(f"/desk/tickets/{ticket.pk}/presence/").status_code == 404
    )


# -- drafts ---------------------------------------------------------------------------------------
def test_a_draft_is_found_on_another_device_and_dropped_when_sent(
    people: Cast, ticket: Ticket
) -> None:
    desk, phone = browser(people), browser(people)
    draft = {"ticket": ticket.pk, "place": "reply", "text": "Bonjour, votre", "device": "desk"}
    assert desk.post("/desk/drafts/", draft).json()["version"] == 1
    assert (
        desk.post("/desk/drafts/", draft | {"text": "Bonjour, votre écran"}).json()["version"] == 2
    )
    (found,) = phone.get(f"/desk/drafts/?ticket={ticket.pk}").json()["drafts"]
    assert (found["text"], found["device"], found["place"]) == (
        "Bonjour, votre écran", "desk", "reply",
    )  # fmt: skip
    assert browser(people, "expert").get(f"/desk/drafts/?ticket={ticket.pk}").json() == {
        "drafts": []
    }
    phone.post(f"/desk/tickets/{ticket.pk}/do/reply/", {"text": "Bonjour, votre écran est noir ?"})
    assert not Draft.objects.exists()


def test_drafts_are_thrown_away_bounded_and_swept(
    technician: Actor, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    presence.keep_draft(actor=technician, ticket=None, place="open", text="Une demande")
    presence.keep_draft(actor=technician, ticket=None, place="open", text="  ")
    assert not Draft.objects.exists()
    monkeypatch.setattr(presence, "DRAFTS_MAX", 2)
    for number in range(4):
        presence.keep_draft(actor=technician, ticket=ticket, place=f"p{number}", text="x")
    assert Draft.objects.count() == 2
    Draft.objects.update(updated_at=timezone.now() - timedelta(days=31))
    sweep_daily()
    assert not Draft.objects.exists()


def test_drafts_by_api(people: Cast, ticket: Ticket) -> None:
    client = browser(people)
    body = {"ticket_id": ticket.pk, "place": "note", "text": "À voir"}
    kept = client.post("/api/v1/drafts", body, content_type="application/json")
    assert kept.json()["version"] == 1, kept.content
    assert [one["text"] for one in client.get("/api/v1/drafts").json()["items"]] == ["À voir"]
    client.post("/api/v1/drafts", body | {"text": ""}, content_type="application/json")
    assert client.get("/api/v1/drafts").json()["items"] == []


# -- undoing --------------------------------------------------------------------------------------
def undone(who: Actor, ticket: Ticket) -> Ticket:
    undo_last(actor=who, ticket_id=ticket.pk)
    ticket.refresh_from_db()
    return ticket


def test_taking_is_undone(technician: Actor, ticket: Ticket) -> None:
    services.take(actor=technician, ticket_id=ticket.pk)
    back = undone(technician, ticket)
    assert (back.state, back.assignee_id, back.team_id) == (State.NEW, None, None)
    entry = journal.history(ticket).last()
    assert entry is not None
    assert (entry.verb, entry.after["undone"]) == ("ticket.undo", "ticket.take")
    with pytest.raises(TooLate):
        undo_last(actor=technician, ticket_id=ticket.pk)


def test_qualifying_is_undone_with_its_words(technician: Actor, ticket: Ticket) -> None:
    title = ticket.title
    services.qualify(actor=technician, ticket_id=ticket.pk, title="Autre", impact=Impact.HIGH)
    back = undone(technician, ticket)
    assert (back.title, back.impact) == (title, Impact.LOW)
    assert "Autre" not in str(list(journal.history(ticket).values_list("before", "after")))


def test_holding_is_undone_and_resuming_too(technician: Actor, ticket: Ticket) -> None:
    services.pend(actor=technician, ticket_id=ticket.pk, reason=waiting.chosen("waiting_change"))
    back = undone(technician, ticket)
    assert (back.state, back.pending_reason, back.wait_reason_id) == (State.NEW, "", None)
    assert not Wait.objects.filter(ended_at=None).exists()
    services.pend(actor=technician, ticket_id=ticket.pk, reason=waiting.chosen("waiting_change"))
    services.resume(actor=technician, ticket_id=ticket.pk)
    back = undone(technician, ticket)
    assert (back.state, str(back.wait_reason)) == (State.PENDING, "En attente d’un changement")
    assert Wait.objects.filter(ended_at=None).count() == 1


def test_cancelling_and_linking_are_undone(people: Cast, technician: Actor, ticket: Ticket) -> None:
    services.cancel(actor=technician, ticket_id=ticket.pk, reason="Par erreur")
    assert undone(technician, ticket).state == State.NEW
    other = factories.ticket(people.user)
    services.link_tickets(
        actor=technician, ticket_id=ticket.pk, other_id=other.pk, kind=LinkKind.RELATES
    )
    undone(technician, ticket)
    assert not TicketLink.objects.exists()


def test_what_left_by_mail_and_what_is_another_s_is_not_undone(
    technician: Actor, expert: Actor, user: Actor, outsider: Actor, ticket: Ticket
) -> None:
    services.take(actor=technician, ticket_id=ticket.pk)
    for who, refusal in ((expert, TooLate), (user, Refused), (outsider, NotFound)):
        with pytest.raises(refusal):
            undo_last(actor=who, ticket_id=ticket.pk)
    services.reply(actor=technician, ticket_id=ticket.pk, text="Bonjour")
    assert undoing.offer(technician, ticket) is None
    with pytest.raises(TooLate):
        undo_last(actor=technician, ticket_id=ticket.pk)
    services.assign(actor=technician, ticket_id=ticket.pk)
    LastAct.objects.update(done_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(TooLate):
        undo_last(actor=technician, ticket_id=ticket.pk)


def test_something_since_forbids_it(technician: Actor, expert: Actor, ticket: Ticket) -> None:
    services.take(actor=technician, ticket_id=ticket.pk)
    services.add_note(actor=expert, ticket_id=ticket.pk, text="Vu")
    with pytest.raises(TooLate):
        undo_last(actor=technician, ticket_id=ticket.pk)


def test_the_page_offers_it_and_the_api_too(people: Cast, ticket: Ticket) -> None:
    client = browser(people)
    address = f"/desk/tickets/{ticket.pk}/"
    assert "undo-bar" not in client.get(address).content.decode()
    page = client.post(f"{address}do/take/", follow=True).content.decode()
    assert "Your last act: took the ticket." in page
    done = client.post(f"{address}undo/", follow=True).content.decode()
    assert "Undone: the ticket is what it was." in done
    assert "undo-bar" not in done
    client.post(f"/api/v1/tickets/{ticket.pk}/take", content_type="application/json")
    assert client.get(f"/api/v1/tickets/{ticket.pk}/undo").json()["verb"] == "ticket.take"
    back = client.post(f"/api/v1/tickets/{ticket.pk}/undo", content_type="application/json")
    assert back.json()["state"] == "new", back.content
    assert client.get(f"/api/v1/tickets/{ticket.pk}/undo").status_code == 404
    again = client.post(f"/api/v1/tickets/{ticket.pk}/undo", content_type="application/json")
    assert again.status_code == 409
    assert actor(people.technician).id == people.technician.pk
