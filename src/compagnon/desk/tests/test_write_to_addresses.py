"""Several addresses, each with its queue, its identity, its language and its signature."""

from __future__ import annotations

import mailbox as boxes
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compagnon.contracts.tests import factories as contracts
from compagnon.core.actor import Actor
from compagnon.core.tasks.worker import run_due
from compagnon.desk import services
from compagnon.desk.models import Mailbox, Ticket
from compagnon.desk.tests import factories
from compagnon.desk.tests.test_mail_story import LISTENER, sent, written
from compagnon.people.models import Person
from compagnon.people.tests.factories import Cast, organisation


@pytest.fixture
def sink(settings: Any, tmp_path: Path) -> boxes.Maildir:
    settings.MAIL_URL = f"maildir://{tmp_path}/sink"
    return boxes.Maildir(tmp_path / "sink", create=True)


@pytest.fixture
def network(people: Cast) -> Mailbox:
    """An address for networks, in English, whose answers come to the general one."""
    factories.mailbox(people.provider, "support@assistance.example", team=people.level_1)
    return factories.mailbox(
        people.provider,
        "network@assistance.example",
        team=people.level_2,
        category=factories.category("Réseau"),
        service=contracts.service("Connexion"),
        language="en",
        signature="Le réseau",
        signature_en="The network desk",
        reply_to="support@assistance.example",
    )


def arrive(raw: bytes, *to: str) -> None:
    services.receive(actor=LISTENER, raw=raw, mail_from="x@nulle-part.example", rcpt_to=to)
    run_due()


def test_which_address_was_written_to_decides(
    people: Cast, network: Mailbox, sink: boxes.Maildir
) -> None:
    raw = written("No link.", "Link down", sender="Jane Doe <jane@nulle-part.example>")
    arrive(raw, "Network+vpn@assistance.example")
    ticket = Ticket.objects.get()
    assert (ticket.team, ticket.category) == (people.level_2, network.category)
    assert (ticket.service, ticket.mailbox) == (network.service, network)
    stranger = Person.objects.get(last_name="Doe")
    assert stranger.language == "en"
    (letter,) = sent(sink)
    assert letter["From"] == "Assistance <network@assistance.example>"
    assert letter["Reply-To"] == "Assistance <support@assistance.example>"
    assert letter["Subject"].endswith("Link down")
    assert "The network desk" in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_the_thread_keeps_its_address_and_the_reader_their_language(
    people: Cast, network: Mailbox, sink: boxes.Maildir, technician: Actor
) -> None:
    arrive(written("Plus de lien.", "Lien coupé"), network.address)
    (acknowledgement,) = sent(sink)
    plain = acknowledgement.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Le réseau" in plain, "a known person reads their own language"
    follow_up = written(
        "Toujours rien.",
        f"Re: {acknowledgement['Subject']}",
        message_id="<deux@client-a.example>",
        In_Reply_To=acknowledgement["Message-ID"],
    )
    arrive(follow_up, "support@assistance.example")
    ticket = Ticket.objects.get()
    services.reply(actor=technician, ticket_id=ticket.pk, text="Nous regardons.")
    run_due()
    assert {letter["From"] for letter in sent(sink)} == {"Assistance <network@assistance.example>"}


def test_an_answer_without_reply_to_has_no_such_header(people: Cast, sink: boxes.Maildir) -> None:
    factories.mailbox(people.provider, "support@assistance.example", signature="Le support")
    arrive(written("Bonjour."), "support@assistance.example")
    (letter,) = sent(sink)
    assert letter["Reply-To"] is None
    assert "Le support" in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_page_and_api(people: Cast, network: Mailbox, signed_in: Any) -> None:
    client: Client = signed_in(people.provider, "desk.configure", "ticket.view")
    found = client.get(f"/api/v1/mailboxes/{network.pk}").json()
    assert found["signature_en"] == "The network desk"
    assert found["reply_to"] == "support@assistance.example"
    page = f"/desk/mailboxes/{network.pk}/change/"
    given = {
        "organisation": people.provider.pk, "address": network.address, "name": "Réseau",
        "language": "fr", "unknown_sender": "open", "reply_to": "ailleurs@elsewhere.example",
        "is_active": "on",
    }  # fmt: skip
    refused = client.post(page, given)
    assert refused.status_code == 422
    assert client.post(page, given | {"reply_to": ""}).status_code == 302
    network.refresh_from_db()
    assert (network.name, network.reply_to) == ("Réseau", "")
    stranger: Client = signed_in(organisation("Autre"), "desk.configure")
    assert stranger.get(page).status_code == 404
