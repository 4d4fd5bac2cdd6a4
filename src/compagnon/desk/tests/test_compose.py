"""Mail that leaves: threaded, in two forms, without a way to inject, and no cause of loops."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.desk.inbound.message_ids import make_message_id
from compagnon.desk.inbound.parse import parse
from compagnon.desk.inbound.verdict import Outcome
from compagnon.desk.outbound.compose import (
    Enclosure,
    Identity,
    NotAddressable,
    Recipient,
    compose,
    subject_line,
)
from compagnon.desk.tests.mails import DOMAIN, KEY, Memory, plain, verdict

OWN = make_message_id(ticket_id=7, message="ab", key=KEY, domain=DOMAIN)
DESK = Identity("Support « Été »", "support@desk.example", DOMAIN)


def write(**changes: Any) -> EmailMessage:
    values: dict[str, Any] = {
        "identity": DESK,
        "recipient": Recipient("Anne Martin", "anne@client.example"),
        "subject": "Imprimante en panne à l’étage",
        "number": 7,
        "message_id": OWN,
        "text": "Bonjour Anne,\nc’est réparé.",
        "html": "<p>Bonjour Anne,<br>c’est réparé.</p>",
        "in_reply_to": "<q@client.example>",
        "references": ("first@client.example", "<q@client.example>"),
        "at": datetime(2024, 3, 5, 9, 11, 12, tzinfo=UTC),
    }
    return compose(**(values | changes))


def sent(**changes: Any) -> EmailMessage:
    """As the next server reads it."""
    return message_from_bytes(write(**changes).as_bytes(), _class=EmailMessage, policy=SMTP)  # type: ignore[arg-type]


def test_a_mail_threads_and_reads_in_two_forms() -> None:
    mail = sent()
    assert mail["From"] == "Support « Été » <support@desk.example>"
    assert mail["To"] == "Anne Martin <anne@client.example>"
    assert mail["Subject"] == "Re: [#000007] Imprimante en panne à l’étage"
    assert mail["Message-ID"] == OWN
    assert mail["In-Reply-To"] == "<q@client.example>"
    assert mail["References"] == "<first@client.example> <q@client.example>"
    assert mail["Date"] == "Tue, 05 Mar 2024 09:11:12 +0000"
    assert mail.get_content_type() == "multipart/alternative"
    read = parse(mail.as_bytes())
    assert read.text == "Bonjour Anne,\nc’est réparé."
    assert "c’est réparé" in read.html
    assert max(len(row) for row in mail.as_bytes().split(b"\r\n")) <= 998
    assert mail.as_bytes().isascii()


def test_our_mail_come_back_is_a_loop_and_its_answer_a_follow_up() -> None:
    assert verdict(write().as_bytes()).outcome is Outcome.IGNORED
    mail = sent()
    answer = plain(
        "Merci !",
        f"Subject: Re: {mail['Subject']}",
        f"In-Reply-To: {mail['Message-ID']}",
        f"References: {mail['References']} {mail['Message-ID']}",
    )
    found = verdict(answer, Memory())
    assert (found.outcome, found.ticket_id) == (Outcome.FOLLOW_UP, 7)


def test_what_a_program_writes_asks_for_no_answer() -> None:
    mail = sent(automatic=True)
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["Precedence"] == "bulk"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert sent(automatic=True, in_reply_to="", references=())["Auto-Submitted"] == "auto-generated"


def test_what_a_person_writes_is_a_person_s() -> None:
    mail = sent()
    assert mail["Auto-Submitted"] == "no"
    assert mail["Precedence"] is None
    assert "OOF" in mail["X-Auto-Response-Suppress"]
    assert mail["X-Compagnon-Loop"] == DOMAIN


@pytest.mark.parametrize(
    ("subject", "answer", "expected"),
    [
        ("Panne", False, "[#000007] Panne"),
        ("Panne", True, "Re: [#000007] Panne"),
        ("Re: RE : TR: [#000007] Re: Panne", True, "Re: [#000007] Panne"),
        ("[#000007] [#000007] Panne", True, "Re: [#000007] Panne"),
        ("Re[2]: Panne", True, "Re: [#000007] Panne"),
        ("Rebond", True, "Re: [#000007] Rebond"),
        ("", True, "Re: [#000007]"),
        ("x" * 400, False, "[#000007] " + "x" * 239 + "…"),
    ],
)
def test_subjects_pile_nothing_up(subject: str, answer: bool, expected: str) -> None:
    assert subject_line(subject, 7, answer=answer) == expected


INJECTIONS = ["x\r\nBcc: evil@x.fr", "x\nBcc: evil@x.fr", "x\r\n\r\ncorps", "x\x00\x0b\x85\u2028y"]


@pytest.mark.parametrize("text", INJECTIONS)
def test_nothing_is_injected(text: str) -> None:
    mail = sent(
        subject=text,
        recipient=Recipient(text, "anne@client.example"),
        identity=Identity(text, "support@desk.example", text),
        references=(text, f"<{text}>"),
        in_reply_to=text,
        language=text,
        unsubscribe=text,
        enclosures=[Enclosure(text, text, b"x")],
    )
    assert mail["Bcc"] is None
    assert set(mail.keys()) <= {
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
        "Auto-Submitted", "X-Auto-Response-Suppress", "X-Compagnon-Loop", "Content-Language",
        "List-Unsubscribe", "MIME-Version", "Content-Type",
    }  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["", "x", "a b@x.fr", "a@x.fr, b@x.fr", "a@x.fr\r\nBcc: b@x.fr", "<a@x.fr>", "a@" + "é" * 300],
)
def test_unfit_addresses_are_refused(address: str) -> None:
    with pytest.raises(NotAddressable):
        write(recipient=Recipient("x", address))


@pytest.mark.parametrize("identifier", ["", "a b", "a\r\nb", "<é@x>"])
def test_unfit_identifiers_are_refused(identifier: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        write(message_id=identifier)


def test_accents_in_addresses() -> None:
    assert b"jean@xn--t-9fab.fr" in write(recipient=Recipient("", "jean@été.fr")).as_bytes()
    # A local part has no form in ASCII: the message then travels by SMTPUTF8.
    assert "jérôme@x.fr" in write(recipient=Recipient("", "jérôme@x.fr")).as_bytes().decode()


def test_references_are_bounded_and_keep_both_ends() -> None:
    mail = sent(references=[f"m{i}@x" for i in range(60)], in_reply_to="m59@x")
    found = mail["References"].split()
    assert len(found) == 20
    assert (found[0], found[-1]) == ("<m0@x>", "<m59@x>")


def test_reply_line_is_understood_by_our_own_reader() -> None:
    mail = parse(write(reply_line=True).as_bytes())
    assert mail.text.startswith("## Répondez au-dessus de cette ligne ##")
    answer = parse(plain(f"Merci !\n\n{mail.text}", "Subject: Re: x"))
    assert answer.new_text == "Merci !"


def test_enclosures_and_pictures() -> None:
    mail = parse(
        write(
            html='<p><img src="cid:logo@desk.example"></p>',
            enclosures=[
                Enclosure("logo.png", "image/png", b"\x89PNG\r\n\x1a\n", "logo@desk.example"),
                Enclosure("rapport d’été.pdf", "application/pdf", b"%PDF-1.4"),
                Enclosure("message.eml", "message/rfc822", b"Subject: x\r\n\r\ncorps"),
                Enclosure("x", "not a type", b"x"),
            ],
        ).as_bytes()
    )
    files = {one.name: one for one in mail.attachments}
    assert files["logo.png"].inline
    assert files["rapport d’été.pdf"].content == b"%PDF-1.4"
    assert files["message.eml"].content == b"Subject: x\r\n\r\ncorps"
    assert len(files) == 4


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200), name=st.text(max_size=60), subject=st.text(max_size=300))
def test_any_text_travels(text: str, name: str, subject: str) -> None:
    mail = write(
        text=text.encode("utf-8", "replace").decode(),
        html="",
        subject=subject.encode("utf-8", "replace").decode(),
        recipient=Recipient(name.encode("utf-8", "replace").decode(), "anne@client.example"),
    )
    back = message_from_bytes(mail.as_bytes(), _class=EmailMessage, policy=SMTP)  # type: ignore[arg-type]
    assert [one.addr_spec for one in back["To"].addresses] == ["anne@client.example"]
    assert back["Subject"].startswith("Re: [#000007]")
