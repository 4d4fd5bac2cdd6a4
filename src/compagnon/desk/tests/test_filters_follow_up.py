"""Answers find their ticket; others do not get into it."""

from __future__ import annotations

import pytest

from compagnon.desk.inbound.message_ids import make_message_id
from compagnon.desk.inbound.verdict import Envelope, MailboxRule, Outcome
from compagnon.desk.tests.mails import DESK, DOMAIN, KEY, Memory, plain, verdict

ANNE = "anne@client.example"
OWN = make_message_id(ticket_id=7, message="ab", key=KEY, domain=DOMAIN)


@pytest.mark.parametrize(
    "headers",
    [
        [f"In-Reply-To: {OWN}"],
        [f"References: <first@x> {OWN} <last@y>"],
        [f"References: {OWN.upper()}"],
        [f'In-Reply-To: Your message of "Mon, 4 Mar" {OWN}'],
    ],
)
def test_an_answer_to_our_mail(headers: list[str]) -> None:
    context = Memory(participants={(7, ANNE)})
    found = verdict(plain("Oui.", "Subject: Re: x", *headers), context)
    assert (found.outcome, found.reason, found.ticket_id) == (
        Outcome.FOLLOW_UP,
        "reference_own",
        7,
    )
    assert found.notes == ()


def test_an_answer_to_a_message_of_the_ticket() -> None:
    context = Memory(messages={"first@client.example": 9})
    found = verdict(plain("Moi aussi.", "References: <first@client.example>"), context)
    assert (found.outcome, found.reason, found.ticket_id) == (
        Outcome.FOLLOW_UP,
        "reference_known",
        9,
    )
    assert [note.reason for note in found.notes] == ["other_sender"]


def test_the_nearest_reference_wins() -> None:
    context = Memory(messages={"a@x": 1, "b@x": 2})
    assert verdict(plain("x", "References: <a@x> <b@x>"), context).ticket_id == 2


def test_a_reference_wins_over_a_token() -> None:
    context = Memory(tickets={5: 5}, participants={(5, ANNE)})
    found = verdict(plain("x", f"In-Reply-To: {OWN}", "Subject: [#000005]"), context)
    assert found.ticket_id == 7


@pytest.mark.parametrize(
    "forged",
    [
        f"<t8.mab.{OWN.split('.')[2]}",
        OWN.replace("t7", "t8"),
        OWN.replace("mab", "mac"),
        OWN.replace(DOMAIN, "evil.example"),
        f"<t7.mab.{'a' * 24}@{DOMAIN}>",
    ],
)
def test_a_forged_reference_opens_a_ticket(forged: str) -> None:
    assert verdict(plain("x", f"In-Reply-To: {forged}")).outcome is Outcome.TICKET


@pytest.mark.parametrize("subject", ["Re: [#000123] x", "RE : x [# 123 ]", "[#123]"])
def test_a_token_of_somebody_who_takes_part(subject: str) -> None:
    context = Memory(tickets={123: 42}, participants={(42, ANNE)})
    found = verdict(plain("x", f"Subject: {subject}"), context)
    assert (found.outcome, found.reason, found.ticket_id) == (Outcome.FOLLOW_UP, "token", 42)
    assert "[#000123]" in found.words


def test_a_token_of_somebody_else_opens_a_ticket_and_says_so() -> None:
    context = Memory(tickets={123: 42}, participants={(42, "paul@client.example")})
    found = verdict(plain("x", "Subject: Re: [#000123] x"), context)
    assert found.outcome is Outcome.TICKET
    assert found.ticket_id is None
    assert [note.reason for note in found.notes][:1] == ["token_refused"]
    assert "[#000123]" in found.notes[0].words


def test_of_several_tokens_the_permitted_one_counts() -> None:
    context = Memory(tickets={1: 1, 2: 2}, participants={(2, ANNE)})
    assert verdict(plain("x", "Subject: [#000001] [#000002]"), context).ticket_id == 2


@pytest.mark.parametrize("subject", ["[#999]", "#123", "[123]", "[#١٢٣]", "[#" + "9" * 30 + "]"])
def test_what_is_no_token(subject: str) -> None:
    context = Memory(tickets={123: 42}, participants={(42, ANNE)})
    assert verdict(plain("x", f"Subject: {subject}"), context).outcome is Outcome.TICKET


@pytest.mark.parametrize(
    ("headers", "envelope"),
    [
        (["To: support@desk.example"], Envelope()),
        (["To: Support <SUPPORT@Desk.Example>, b@x.fr"], Envelope()),
        (["To: b@x.fr", "Cc: support+imprimantes@desk.example"], Envelope()),
        (["To: b@x.fr", "X-Original-To: support@desk.example"], Envelope()),
        (["To: b@x.fr", "Delivered-To: support@desk.example"], Envelope()),
        (["To: b@x.fr"], Envelope(rcpt_tos=("<support@desk.example>",))),
    ],
)
def test_the_mailbox_is_found(headers: list[str], envelope: Envelope) -> None:
    assert verdict(plain("x", *headers), envelope=envelope).mailbox == DESK


def test_the_envelope_is_surer_than_the_headers() -> None:
    other = MailboxRule(2, "rh@desk.example")
    context = Memory(mailboxes={DESK.address: DESK, other.address: other})
    envelope = Envelope(rcpt_tos=("rh@desk.example",))
    assert verdict(plain("x", "To: support@desk.example"), context, envelope).mailbox == other


def test_no_mailbox_is_noted() -> None:
    found = verdict(plain("x", "To: b@x.fr"))
    assert found.mailbox is None
    assert [note.reason for note in found.notes] == ["not_addressed"]
