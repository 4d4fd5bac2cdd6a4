"""Reports on delivery, from the servers that people have, with the ticket they are about."""

from __future__ import annotations

import pytest

from compagnon.desk.inbound.message_ids import make_message_id
from compagnon.desk.inbound.parse import parse
from compagnon.desk.inbound.verdict import Envelope, Outcome
from compagnon.desk.tests.mails import DOMAIN, KEY, Memory, plain, raw, verdict

OWN = make_message_id(ticket_id=7, message="ab", key=KEY, domain=DOMAIN)

POSTFIX = raw(
    "Return-Path: <>",
    "From: MAILER-DAEMON@mx.client.example (Mail Delivery System)",
    "Subject: Undelivered Mail Returned to Sender",
    "Auto-Submitted: auto-replied",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="q/mx"',
    "",
    "This is a MIME-encapsulated message.",
    "",
    "--q/mx",
    "Content-Type: text/plain; charset=us-ascii",
    "",
    "This is the mail system at host mx.client.example.",
    "--q/mx",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.client.example",
    "",
    "Final-Recipient: rfc822; anne@client.example",
    "Action: failed",
    "Status: 5.1.1",
    "Diagnostic-Code: smtp; 550 5.1.1 <anne@client.example>: Recipient",
    "    address rejected",
    "",
    "--q/mx",
    "Content-Type: message/rfc822",
    "",
    f"Message-ID: {OWN}",
    "Subject: x",
    "",
    "corps",
    "--q/mx--",
)
EXCHANGE = raw(
    "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@client.example>",
    "Subject: =?utf-8?q?Non_remis_=3A_[=23000123]_Imprimante?=",
    f"In-Reply-To: {OWN}",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    "",
    "--b",
    "Content-Type: multipart/alternative; boundary=a",
    "",
    "--a",
    "Content-Type: text/html; charset=utf-8",
    "",
    "<p>Échec de la remise à ces destinataires : anne@client.example</p>",
    "--a--",
    "--b",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns;EX01.client.example",
    "",
    "Original-Recipient: rfc822;anne@client.example",
    "Final-Recipient: rfc822;anne@client.example",
    "Action: delayed",
    "Status: 4.4.7",
    "--b--",
)
GMAIL = raw(
    "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
    "Subject: Delivery Status Notification (Failure)",
    "X-Failed-Recipients: anne@client.example",
    "Auto-Submitted: auto-replied",
    f"References: {OWN}",
    "",
    "** Address not found **",
)
QMAIL = raw(
    "Return-Path: <>",
    "From: MAILER-DAEMON@qmail.example",
    "Subject: failure notice",
    "",
    "Hi. This is the qmail-send program at qmail.example.",
    "",
    "<anne@client.example>:",
    "550 5.1.1 no such user",
    "",
    "--- Below this line is a copy of the message.",
    "",
    f"Message-ID: {OWN}",
    "To: other@client.example",
)
BROKEN = raw(
    "From: postmaster@client.example",
    "Subject: Undeliverable Mail",
    "",
    "Delivery failed 10 attempts: anne@client.example",
    "",
    "Original message follows.",
    "",
    "To: other@client.example",
)


@pytest.mark.parametrize(
    ("message", "reason", "status", "ticket_id"),
    [
        (POSTFIX, "bounce", "5.1.1", 7),
        (EXCHANGE, "bounce_delayed", "4.4.7", 7),
        (GMAIL, "bounce", "", 7),
        (QMAIL, "bounce", "5.1.1", 7),
        (BROKEN, "bounce", "", None),
    ],
    ids=["Postfix", "Exchange", "Gmail", "qmail", "broken"],
)
def test_report_is_ignored_and_understood(
    message: bytes, reason: str, status: str, ticket_id: int | None
) -> None:
    found = verdict(message)
    assert (found.outcome, found.reason, found.filter) == (Outcome.IGNORED, reason, "bounce")
    assert found.ticket_id == ticket_id
    assert "anne@client.example" in found.words
    bounce = parse(message).bounce
    assert bounce is not None
    assert [one.address for one in bounce.recipients] == ["anne@client.example"]
    assert bounce.recipients[0].status == status


@pytest.mark.parametrize(
    ("actions", "reason"),
    [
        (["delivered"], "delivery_report"),
        (["relayed"], "delivery_report"),
        (["expanded", "delivered"], "delivery_report"),
        (["delivered", "delayed"], "bounce_delayed"),
        (["delivered", "failed"], "bounce"),
        (["delayed (4 hours)"], "bounce_delayed"),
        (["Delivered (to mailbox)"], "delivery_report"),
        (["unheard-of"], "bounce"),
        ([], "bounce"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_the_gravest_action_names_the_report(actions: list[str], reason: str) -> None:
    rows = [
        row
        for number, action in enumerate(actions)
        for row in (f"Final-Recipient: rfc822; r{number}@client.example", f"Action: {action}", "")
    ]
    report = raw(
        "From: postmaster@mx.client.example",
        "Subject: Relayed: Imprimante",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "Your message was handled.",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.client.example",
        "",
        *rows,
        "--b--",
    )
    found = verdict(report)
    assert (found.outcome, found.reason) == (Outcome.IGNORED, reason)


def test_diagnostic_is_read_over_its_folds() -> None:
    bounce = parse(POSTFIX).bounce
    assert bounce is not None
    assert bounce.standard
    assert bounce.recipients[0].diagnostic.endswith("Recipient address rejected")
    assert bounce.original_ids == (OWN.strip("<>"),)


def test_ticket_is_found_by_a_message_that_is_known() -> None:
    message = POSTFIX.replace(OWN.encode(), b"<other@x>")
    assert verdict(message, Memory(messages={"other@x": 9})).ticket_id == 9


def test_null_path_of_the_envelope_and_words_make_a_report() -> None:
    message = plain("x", "Subject: Undeliverable: x", "From: exchange@client.example")
    assert verdict(message).outcome is Outcome.TICKET
    found = verdict(message, envelope=Envelope(mail_from=""))
    assert (found.outcome, found.reason) == (Outcome.IGNORED, "bounce")


def test_a_person_who_forwards_a_report_is_heard() -> None:
    message = plain(
        "Que veut dire ceci ?\n\nFinal-Recipient: rfc822; anne@client.example",
        "Subject: TR: Undelivered Mail Returned to Sender",
    )
    assert verdict(message).outcome is Outcome.TICKET


def test_a_report_attached_to_a_person_s_mail_is_no_report() -> None:
    message = raw(
        "Subject: Je n'arrive plus à écrire",
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "--b",
        "",
        "Voici le retour.",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Final-Recipient: rfc822; anne@client.example",
        "--b--",
    )
    found = verdict(message)
    assert found.outcome is Outcome.TICKET
