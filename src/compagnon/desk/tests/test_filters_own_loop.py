"""What we wrote ourselves never opens a ticket."""

from __future__ import annotations

import pytest

from compagnon.desk.inbound.message_ids import make_message_id
from compagnon.desk.inbound.verdict import Outcome
from compagnon.desk.tests.mails import DOMAIN, KEY, Memory, plain, verdict


def test_an_ordinary_message_passes() -> None:
    assert verdict(plain("Bonjour")).outcome is Outcome.TICKET


def test_our_own_loop_header() -> None:
    found = verdict(plain("x", f"X-Compagnon-Loop: {DOMAIN.upper()}"))
    assert (found.outcome, found.reason, found.filter) == (
        Outcome.IGNORED,
        "loop_header",
        "own_loop",
    )


def test_another_installation_is_let_in_and_not_answered() -> None:
    found = verdict(plain("x", "X-Compagnon-Loop: other.example"))
    assert found.outcome is Outcome.TICKET
    assert found.automatic


def test_our_own_message_come_back() -> None:
    own = make_message_id(ticket_id=7, message="ab", key=KEY, domain=DOMAIN)
    found = verdict(plain("x", f"Message-ID: {own}"))
    assert (found.outcome, found.reason, found.ticket_id) == (
        Outcome.IGNORED,
        "loop_own_message",
        7,
    )


def test_a_forged_identifier_is_no_loop() -> None:
    forged = f"<t7.mab.{'0' * 24}@{DOMAIN}>"
    assert verdict(plain("x", f"Message-ID: {forged}")).outcome is Outcome.TICKET


@pytest.mark.parametrize("sender", ["support@desk.example", "Moi <SUPPORT@Desk.example>"])
def test_our_own_mailbox_as_sender(sender: str) -> None:
    found = verdict(plain("x", f"From: {sender}"))
    assert (found.outcome, found.reason) == (Outcome.IGNORED, "loop_own_address")
    assert "support@desk.example" in found.words


def test_too_many_hops() -> None:
    hops = [f"Received: from a by b with SMTP id {i}" for i in range(51)]
    assert verdict(plain("x", *hops[:50])).outcome is Outcome.TICKET
    found = verdict(plain("x", *hops))
    assert (found.outcome, found.reason) == (Outcome.IGNORED, "loop_hops")
    assert "51" in found.words


def test_internal_headers_from_outside_change_nothing_else() -> None:
    context = Memory(tickets={5: 5})
    found = verdict(plain("x", "X-Compagnon-Ticket: 5", "X-Compagnon-Actor: admin"), context)
    assert found.outcome is Outcome.TICKET
    assert found.ticket_id is None
