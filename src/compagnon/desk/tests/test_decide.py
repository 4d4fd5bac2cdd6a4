"""The chain of filters: its order, its registry, its words."""

from __future__ import annotations

from compagnon.desk.inbound import filters
from compagnon.desk.inbound.decide import refusal
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.reasons import REASONS
from compagnon.desk.inbound.verdict import Note, Outcome, Verdict


def test_order_is_fixed_and_each_file_is_a_filter() -> None:
    assert [one.name for one in filters.in_order()] == [
        "own_loop",
        "automatic_reply",
        "bounce",
        "spam",
        "sender",
        "follow_up",
        "routing",
    ]


def test_refusal_says_what_was_measured() -> None:
    found = refusal(Unreadable("too_large", "40 bytes, over 30"))
    assert found.outcome is Outcome.QUARANTINE
    assert "40 bytes, over 30" in found.words


def test_every_reason_can_be_said() -> None:
    facts = dict.fromkeys(
        ("address", "detail", "header", "hops", "limit", "raw", "recipients", "sign", "token"), "x"
    )
    for reason in REASONS:
        assert Verdict(Outcome.TICKET, reason, facts).words
        assert Note(reason, facts).words
