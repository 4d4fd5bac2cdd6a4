"""Markdown as plain text: no mark left over, nothing lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compagnon.core.markup_text import as_text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Bonjour,\nc’est réparé.", "Bonjour,\nc’est réparé."),
        ("**Important** : _fermez_ `Outlook`.", "Important : fermez Outlook."),
        ("# Étapes\n\nLisez.", "Étapes\n\nLisez."),
        ("- un\n- **deux**\n  - trois", "- un\n- deux\n  - trois"),
        ("3. ouvrir\n4. fermer", "3. ouvrir\n4. fermer"),
        ("- un\n\n- deux", "- un\n\n- deux"),
        ("voir [le guide](https://x.example/g)", "voir le guide (https://x.example/g)"),
        ("<https://x.example/>", "https://x.example/"),
        ("[https://x.example](https://x.example/)", "https://x.example"),
        ("> cité\n> encore\n\nréponse", "> cité\n> encore\n\nréponse"),
        ("```\nipconfig /all\n  x\n```", "    ipconfig /all\n      x"),
        ("avant\n\n---\n\naprès", "avant\n\n* * *\n\naprès"),
        ("| a | b |\n|---|---|\n| 1 | **2** |", "a | b\n1 | 2"),
        ("~~Redémarrez~~ Attendez", "~~Redémarrez~~ Attendez"),
        (r"\*pas en gras\* 5 \_ 6", "*pas en gras* 5 _ 6"),
        ("<b>x</b> &amp; 2*3*4", "<b>x</b> & 234"),
        ("", ""),
    ],
)
def test_it_reads_right(markdown: str, text: str) -> None:
    assert as_text(markdown) == text


@given(st.text(max_size=300))
def test_no_word_is_lost(text: str) -> None:
    """Letters of any text all stay, in their order; titles of links and fences' words aside."""
    if not re.search(r"[\[\]`~&<\\]", text):
        kept = [one for one in text if one.isalpha()]
        rest = iter(as_text(text))
        assert all(letter in rest for letter in kept)


def test_a_bomb_of_quotations_is_left_as_it_is() -> None:
    bomb = ">" * 5000 + " x"
    assert as_text(bomb).endswith("x")
