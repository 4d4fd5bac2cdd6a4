"""Signed and encrypted mail through the whole intake, and what its pages say of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.core.tasks.worker import run_due
from compagnon.desk import services
from compagnon.desk.models import (
    InboundMessage,
    Mailbox,
    MailboxCertificate,
    MailProtection,
    Message,
    Ticket,
    TrustedAuthority,
)
from compagnon.desk.services import protection as verbs
from compagnon.desk.tests import factories
from compagnon.desk.tests.smime import authority, encrypted, holder, signed
from compagnon.desk.tests.test_mail_story import LISTENER
from compagnon.desk.tests.test_open_protected import SUPPORT, URSULE
from compagnon.people.tests.factories import Cast, actor, organisation

PASSWORD = "ouvre-toi"
WHEN = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def keeper(people: Cast) -> Actor:
    return actor(people.administrator)


@pytest.fixture
def mailbox(people: Cast) -> Mailbox:
    return factories.mailbox(people.provider, SUPPORT, team=people.level_1)


def arrive(raw: bytes) -> InboundMessage:
    received = services.receive(
        actor=LISTENER, raw=raw, mail_from=URSULE, rcpt_to=(SUPPORT,), at=WHEN
    )
    run_due()
    received.inbound.refresh_from_db()
    return received.inbound


def test_a_signed_message_is_read_and_its_signature_told(
    people: Cast, mailbox: Mailbox, keeper: Actor, signed_in: Any
) -> None:
    verbs.trust_authority(actor=keeper, certificate=authority().pem.encode())
    inbound = arrive(signed(holder(URSULE), detached=False))
    found = inbound.protection
    assert (found.scheme, found.signature, found.encryption) == ("smime", "valid", "")
    assert URSULE in found.signer
    assert Message.objects.get().text == "Voilà le texte."
    client: Client = signed_in(
        people.provider, "ticket.view", "intake.view", "person.view", language="en"
    )
    page = client.get(f"/desk/tickets/{Ticket.objects.get().pk}/")
    assert "Signature valid" in page.text
    assert "Ursule" in client.get(f"/desk/intake/{inbound.pk}/").text
    told = client.get(f"/api/v1/intake/messages/{inbound.pk}/protection").json()
    assert told["signature"] == "valid"
    user = Client()
    user.force_login(people.user.account)
    assert "Signature valid" not in user.get(f"/desk/tickets/{Ticket.objects.get().pk}/").text


def test_without_an_authority_nobody_is_vouched_for(mailbox: Mailbox) -> None:
    assert arrive(signed(holder(URSULE))).protection.signature == "untrusted"


def test_an_encrypted_message_is_opened_with_the_mailbox_key(
    people: Cast, mailbox: Mailbox, keeper: Actor, signed_in: Any
) -> None:
    ours = holder(SUPPORT, number=9)
    locked = arrive(encrypted(ours))
    assert locked.protection.encryption == "no_key"
    ticket = Ticket.objects.get()
    message = ticket.messages.get()
    assert "chiffré" in message.text or "encrypted" in message.text
    assert message.attachments.get().name == "smime.p7m"
    row = verbs.add_key(
        actor=keeper, mailbox=mailbox, content=ours.p12(PASSWORD.encode()), password=PASSWORD
    )
    assert "PRIVATE" not in row.key
    within = signed(holder(URSULE), head=b"")
    inbound = arrive(encrypted(ours, body=within))
    assert (inbound.protection.encryption, inbound.protection.signature) == (
        "decrypted", "untrusted",
    )  # fmt: skip
    assert Message.objects.latest("id").text == "Voilà le texte."
    client: Client = signed_in(people.provider, "intake.view", "ticket.view")
    assert "Voilà le texte." in client.get(f"/desk/intake/{inbound.pk}/").text
    entry = Entry.objects.get(verb="mailbox.add_key")
    assert "PRIVATE" not in str(entry.after)
    verbs.remove_key(actor=keeper, certificate_id=row.pk)
    assert not MailboxCertificate.objects.exists()


def test_a_plain_message_has_no_protection(mailbox: Mailbox) -> None:
    arrive(b"From: ursule@client-a.example\r\nSubject: x\r\n\r\nBonjour, rien de pkcs7.\r\n")
    assert not MailProtection.objects.exists()


def test_what_is_no_authority_or_no_key_is_refused(
    people: Cast, mailbox: Mailbox, keeper: Actor
) -> None:
    for content in (b"", b"x", holder(URSULE).pem.encode(), authority().pem.encode() * 2):
        with pytest.raises(Invalid):
            verbs.trust_authority(actor=keeper, certificate=content)
    der = authority().certificate.public_bytes(Encoding.DER)
    row = verbs.trust_authority(actor=keeper, certificate=der, name="La nôtre")
    with pytest.raises(Conflict):
        verbs.trust_authority(actor=keeper, certificate=der)
    file = holder(SUPPORT, number=9).p12(PASSWORD.encode())
    for content, password in ((file, "autre"), (b"x", ""), (b"", "")):
        with pytest.raises(Invalid):
            verbs.add_key(actor=keeper, mailbox=mailbox, content=content, password=password)
    technician = actor(people.technician)
    with pytest.raises(Refused):
        verbs.trust_authority(actor=technician, certificate=der)
    with pytest.raises(NotFound):
        verbs.distrust_authority(actor=technician, authority_id=row.pk)
    with pytest.raises(Refused):
        verbs.add_key(actor=technician, mailbox=mailbox, content=file, password=PASSWORD)
    verbs.distrust_authority(actor=keeper, authority_id=row.pk)
    assert not TrustedAuthority.objects.exists()


def test_pages(people: Cast, mailbox: Mailbox, signed_in: Any) -> None:
    client = Client()
    client.force_login(people.administrator.account)
    given = {"certificate": SimpleUploadedFile("ca.pem", authority().pem.encode())}
    assert client.post("/desk/authorities/", given).status_code == 302
    given = {"certificate": SimpleUploadedFile("ca.pem", b"x")}
    assert client.post("/desk/authorities/", given).status_code == 422
    row = TrustedAuthority.objects.get()
    assert row.fingerprint in client.get("/desk/authorities/").text
    assert client.post(f"/desk/authorities/{row.pk}/distrust/").status_code == 302
    assert not TrustedAuthority.objects.exists()
    page = f"/desk/mailboxes/{mailbox.pk}/keys/"
    content = holder(SUPPORT, number=9).p12(PASSWORD.encode())
    wrong = {"file": SimpleUploadedFile("k.p12", content), "password": "x"}
    assert client.post(page, wrong).status_code == 422
    right = {"file": SimpleUploadedFile("k.p12", content), "password": PASSWORD}
    assert client.post(page, right).status_code == 302
    assert "Support" in client.get(page).text
    assert "Support" in client.get(f"/desk/mailboxes/{mailbox.pk}/").text
    key = MailboxCertificate.objects.get()
    stranger: Client = signed_in(organisation("Autre"), "desk.configure")
    assert stranger.get(page).status_code == 404
    assert stranger.post(f"/desk/mailbox-keys/{key.pk}/remove/").status_code == 404
    assert stranger.get("/desk/authorities/").status_code == 403
    assert client.post(f"/desk/mailbox-keys/{key.pk}/remove/").status_code == 302
