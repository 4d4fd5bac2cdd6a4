"""Our names in threads: made, verified, and not forged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compagnon.desk.inbound.message_ids import (
    OwnId,
    make_message_id,
    make_token,
    tokens,
    verify_message_id,
    without_tokens,
)

KEY = b"0123456789abcdef"
DOMAINS = ("desk.example", "old.example")


@given(st.integers(0, 10**15), st.from_regex(r"[0-9a-z]{1,40}", fullmatch=True))
def test_what_was_made_is_verified(ticket_id: int, message: str) -> None:
    made = make_message_id(ticket_id=ticket_id, message=message, key=KEY, domain="Desk.example")
    assert made.startswith("<")
    assert made.endswith(">")
    expected = OwnId(ticket_id, message)
    for form in (made, made.strip("<>"), made.upper(), f" {made} "):
        assert verify_message_id(form, key=KEY, domains=DOMAINS) == expected


@given(st.data())
def test_any_change_is_refused(data: st.DataObject) -> None:
    made = make_message_id(ticket_id=123, message="ab12", key=KEY, domain="desk.example")
    place = data.draw(st.integers(1, len(made) - 2))
    char = data.draw(st.sampled_from("0123456789abcdefmt.@"))
    changed = made[:place] + char + made[place + 1 :]
    found = verify_message_id(changed, key=KEY, domains=DOMAINS)
    assert found is None or changed == made


def test_another_key_or_domain_is_refused() -> None:
    made = make_message_id(ticket_id=1, message="a", key=KEY, domain="desk.example")
    assert verify_message_id(made, key=KEY[::-1], domains=DOMAINS) is None
    assert verify_message_id(made, key=KEY, domains=("other.example",)) is None


@pytest.mark.parametrize("message", ["", "a b", "é", "a>", "x" * 41])
def test_unfit_names_are_refused(message: str) -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        make_message_id(ticket_id=1, message=message, key=KEY, domain="d")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        make_message_id(ticket_id=1, message="a", key=b"short", domain="d")


def test_tokens() -> None:
    assert make_token(123) == "[#000123]"
    assert make_token(12_345_678) == "[#12345678]"
    assert tokens("Re: [#000123] x [#7] [#000123]") == (123, 7)
    assert without_tokens("Re: [#000123] x [#7]") == "Re: x"
    assert tokens("sans") == ()
