"""Who writes: nobody, a stranger, somebody blocked; and what the server marked as unwanted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compagnon.desk.inbound.message_ids import make_message_id
from compagnon.desk.inbound.verdict import Envelope, Outcome, Standing, Treatment
from compagnon.desk.tests.mails import DOMAIN, KEY, Memory, plain, strict, verdict

TO = "To: support@desk.example"


def test_a_stranger_opens_a_ticket_by_default() -> None:
    found = verdict(plain("x", TO))
    assert found.outcome is Outcome.TICKET
    assert found.sender is not None
    assert found.sender.key == "anne@client.example"


@pytest.mark.parametrize(
    ("treatment", "outcome", "reason"),
    [
        (Treatment.QUARANTINE, Outcome.QUARANTINE, "sender_quarantined"),
        (Treatment.IGNORE, Outcome.IGNORED, "sender_ignored"),
        (Treatment.OPEN, Outcome.TICKET, "new_request"),
    ],
)
def test_a_stranger_where_the_mailbox_says_otherwise(
    treatment: Treatment, outcome: Outcome, reason: str
) -> None:
    context = strict(treatment)
    found = verdict(plain("x", TO), context)
    assert (found.outcome, found.reason) == (outcome, reason)
    context.standings["anne@client.example"] = Standing.KNOWN
    assert verdict(plain("x", TO), context).outcome is Outcome.TICKET


def test_a_stranger_who_answers_us_is_heard() -> None:
    own = make_message_id(ticket_id=7, message="ab", key=KEY, domain=DOMAIN)
    found = verdict(plain("x", TO, f"In-Reply-To: {own}"), strict(Treatment.QUARANTINE))
    assert (found.outcome, found.ticket_id) == (Outcome.FOLLOW_UP, 7)


def test_the_installation_decides_where_no_mailbox_is_addressed() -> None:
    context = Memory()
    context.policy = replace(context.policy, unknown_sender=Treatment.QUARANTINE)
    assert verdict(plain("x"), context).outcome is Outcome.QUARANTINE


def test_a_blocked_sender_is_ignored() -> None:
    context = Memory(standings={"anne@client.example": Standing.BLOCKED})
    found = verdict(plain("x"), context)
    assert (found.outcome, found.reason) == (Outcome.IGNORED, "sender_blocked")


@pytest.mark.parametrize("header", ["From: personne", "From: ", "From: <>", "X-From: a@b.fr"])
def test_nobody_is_kept_aside_with_the_reason(header: str) -> None:
    message = f"{header}\r\nSubject: x\r\n\r\ncorps".encode()
    found = verdict(message)
    assert (found.outcome, found.reason) == (Outcome.QUARANTINE, "no_sender")
    if "personne" in header:
        assert "personne" in found.words


@pytest.mark.parametrize(
    ("header", "envelope", "place"),
    [
        ("Reply-To: anne@client.example", Envelope(), "Reply-To"),
        ("Sender: anne@client.example", Envelope(), "Sender"),
        ("Return-Path: <anne@client.example>", Envelope(), "Return-Path"),
        ("X-Nothing: x", Envelope(mail_from="anne@client.example"), "the envelope"),
    ],
)
def test_a_sender_named_elsewhere(header: str, envelope: Envelope, place: str) -> None:
    message = f"From: personne\r\n{header}\r\nSubject: x\r\n\r\ncorps".encode()
    found = verdict(message, envelope=envelope)
    assert found.outcome is Outcome.TICKET
    assert found.sender is not None
    assert found.sender.key == "anne@client.example"
    assert any(place in note.words for note in found.notes)


@pytest.mark.parametrize(
    ("treatment", "outcome"),
    [
        (Treatment.OPEN, Outcome.TICKET),
        (Treatment.QUARANTINE, Outcome.QUARANTINE),
        (Treatment.IGNORE, Outcome.IGNORED),
    ],
)
def test_what_the_server_marked_as_unwanted(treatment: Treatment, outcome: Outcome) -> None:
    context = Memory()
    context.policy = replace(context.policy, spam=treatment)
    found = verdict(plain("x", "X-Spam-Status: Yes, score=9.1"), context)
    assert found.outcome is outcome
    if outcome is Outcome.TICKET:
        # Seen by a person, and never answered: the address is often somebody else's.
        assert found.automatic
    assert verdict(plain("x", "X-Spam-Status: No, score=-1"), context).outcome is Outcome.TICKET
