"""A mail becomes an incident, is answered, solved, accepted and closed; each step by real mail."""

from __future__ import annotations

import email
import mailbox
import re
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compagnon.core import journal
from compagnon.core.actor import Actor, Source
from compagnon.core.tasks.worker import run_due
from compagnon.desk import services
from compagnon.desk.models import InboundMessage, InboundState, State, Ticket
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, contact

LISTENER = Actor.system("listener", source=Source.MAIL)


def written(text: str, subject: str = "Imprimante hors ligne", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = headers.pop("sender", "Ursule Petit <ursule@client-a.example>")
    message["To"] = "support@assistance.example"
    message["Subject"] = subject
    message["Message-ID"] = headers.pop("message_id", "<premier@client-a.example>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def arrive(raw: bytes) -> InboundMessage:
    received = services.receive(
        actor=LISTENER,
        raw=raw,
        mail_from="ursule@client-a.example",
        rcpt_to=("support@assistance.example",),
    )
    run_due()
    received.inbound.refresh_from_db()
    return received.inbound


@pytest.fixture
def sink(people: Cast, settings: Any, tmp_path: Path) -> mailbox.Maildir:
    """Where our mail goes, and the mailbox that users write to."""
    factories.mailbox(people.provider, "support@assistance.example", team=people.level_1)
    settings.MAIL_URL = f"maildir://{tmp_path}/sink"
    return mailbox.Maildir(tmp_path / "sink", create=True)


def sent(sink: mailbox.Maildir) -> list[EmailMessage]:
    keys = list(sink.iterkeys())
    found = [email.message_from_bytes(sink.get_bytes(key), policy=default) for key in keys]
    return sorted(found, key=lambda mail: (str(mail["Date"]), len(str(mail["References"]))))  # type: ignore[return-value]


def test_the_whole_story(
    people: Cast, technician: Actor, sink: mailbox.Maildir, client: Client
) -> None:
    inbound = arrive(written("Elle affiche « hors ligne » depuis ce matin."))
    assert inbound.state == InboundState.TICKET, inbound.detail
    ticket = Ticket.objects.get()
    assert (ticket.requester, ticket.team) == (people.user, people.level_1)
    assert ticket.messages.get().text == "Elle affiche « hors ligne » depuis ce matin."

    (acknowledgement,) = sent(sink)
    assert acknowledgement["In-Reply-To"] == "<premier@client-a.example>"
    assert f"[#{ticket.pk:06d}]" in acknowledgement["Subject"]
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    plain = acknowledgement.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert f"{ticket.pk:06d}" in plain

    answer = arrive(
        written(
            "Le voyant est rouge.",
            subject="Re: " + acknowledgement["Subject"],
            message_id="<second@client-a.example>",
            In_Reply_To=acknowledgement["Message-ID"],
        )
    )
    assert (answer.state, answer.ticket) == (InboundState.FOLLOW_UP, ticket)

    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Pilote réinstallé.")
    run_due()
    solution = sent(sink)[-1]
    assert "<second@client-a.example>" in solution["References"]
    text = solution.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    link = re.search(r"https?://[^/]+(/answer/\S+)", text)
    assert link is not None, text
    page = client.get(link[1])
    assert page.status_code == 200
    # With «no-referrer» Chromium posts «Origin: null», which the CSRF check refuses.
    assert page.headers["Referrer-Policy"] == "same-origin"
    ticket.refresh_from_db()
    assert ticket.state == State.SOLVED, "reading the page accepts nothing"
    assert client.post(link[1], {"answer": "accept"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.state == State.CLOSED
    assert "est acceptée" in client.get(link[1]).content.decode()

    entries = [(entry.verb, entry.source) for entry in journal.history(ticket)]
    assert entries == [
        ("ticket.open", "mail"),
        ("ticket.hear", "mail"),
        ("ticket.solve", "page"),
        ("ticket.accept", "link"),
    ]


def test_the_same_message_delivered_twice_is_one_ticket(people: Cast, sink: Any) -> None:
    arrive(written("Bonjour, rien ne marche."))
    with_trace = b"Received: from relay.example by mx.example; now\r\n" + written(
        "Bonjour, rien ne marche."
    )
    arrive(with_trace)
    assert Ticket.objects.count() == 1
    assert InboundMessage.objects.get().duplicates == 1


def test_a_message_of_another_sender_under_the_same_id_is_not_lost(people: Cast, sink: Any) -> None:
    arrive(written("Bonjour, rien ne marche."))
    arrive(written("Tout autre chose."))
    assert InboundMessage.objects.count() == 2


def test_an_absent_person_s_program_is_not_answered(people: Cast, sink: mailbox.Maildir) -> None:
    inbound = arrive(written("Je suis absent.", Auto_Submitted="auto-replied"))
    assert (inbound.state, inbound.reason) == (InboundState.IGNORED, "automatic_reply")
    assert not sent(sink)


def test_an_unknown_sender_opens_a_ticket(people: Cast, sink: Any) -> None:
    inbound = arrive(written("Bonjour.", sender="Zoé Inconnue <zoe@ailleurs.example>"))
    assert inbound.state == InboundState.TICKET
    assert str(Ticket.objects.get().requester) == "Zoé Inconnue"


def test_a_forged_link_opens_nothing(people: Cast, technician: Actor, client: Client) -> None:
    ticket = factories.ticket(people.user)
    solution = services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Fait.")
    for token in (solution.nonce, f"{solution.nonce}.", f"{solution.nonce}.AAAAAAAAAAAAAAAAAAAAAA"):
        assert client.post(f"/answer/{token}/", {"answer": "accept"}).status_code == 404
    ticket.refresh_from_db()
    assert ticket.state == State.SOLVED


def test_authority_is_told_and_its_answer_is_an_internal_note(
    people: Cast, technician: Actor, sink: mailbox.Maildir
) -> None:
    ticket = factories.ticket(people.user)
    services.escalate_to_authority(
        actor=technician, ticket_id=ticket.pk, to_person=people.supervisor, reason="Client fâché"
    )
    run_due()
    (asked,) = sent(sink)
    assert asked["To"] == "Simone Vasseur <simone@assistance.example>"
    assert "Client fâché" in asked.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    answer = arrive(
        written(
            "Je l’appelle.",
            sender="simone@assistance.example",
            message_id="<s@a.example>",
            subject="Re: " + asked["Subject"],
            In_Reply_To=asked["Message-ID"],
        )
    )
    assert answer.state == InboundState.FOLLOW_UP
    note = ticket.messages.get(text="Je l’appelle.")
    assert not note.is_public
    assert note.author == people.supervisor


def test_a_colleague_in_copy_is_heard(people: Cast, sink: mailbox.Maildir) -> None:
    inbound = arrive(written("Bonjour, rien ne marche."))
    arrive(
        written(
            "Chez moi non plus.",
            sender="colin@client-a.example",
            message_id="<c@a.example>",
            In_Reply_To="<premier@client-a.example>",
        )
    )
    assert inbound.ticket is not None
    assert [str(m.author) for m in inbound.ticket.messages.order_by("id")] == [
        "Ursule Petit",
        "Colin Roux",
    ]


def test_only_the_address_of_the_account_gives_a_colleagues_rights(
    people: Cast, sink: mailbox.Maildir
) -> None:
    contact(people.supervisor, "simone@home.example", primary=False)
    inbound = arrive(written("Bonjour, rien ne marche."))
    for number, sender in enumerate(("simone@assistance.example", "simone@home.example")):
        arrive(
            written(
                f"Message {number}",
                sender=sender,
                message_id=f"<s{number}@a.example>",
                In_Reply_To="<premier@client-a.example>",
            )
        )
    assert inbound.ticket is not None
    told = inbound.ticket.messages.order_by("id").values_list("text", "kind", "is_public")
    assert list(told)[1:] == [("Message 0", "note", False), ("Message 1", "reply", True)]
