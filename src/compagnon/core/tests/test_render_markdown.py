"""Markdown as people write it: safe, and the short way gives what the long one gives."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compagnon.core import markup

WRITTEN = st.lists(
    st.sampled_from(
        [*"ab1é.)(-+*_#>=`~|<&[]!\\\"'«»:;,/%@ \n\t\r\u202f\u00a0²٣", "\n\n", "  ", "10. ", "- "]
    ),
    max_size=30,
).map("".join)


@given(WRITTEN | st.text(max_size=60))
@example("a\nb\n\n\nc")
@example("1. un\n2) deux")
@example("a\n---")
@example("١. un")
@example("\n a")
@example("a\u202f\nb")
def test_the_short_way_gives_what_the_long_one_gives(text: str) -> None:
    assert markup.render(text) == markup._rendered(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "<style>*{}</style>",
    ],
)
def test_nothing_that_runs_is_kept(text: str) -> None:
    html = markup.render(text).lower()
    assert "<script" not in html
    assert "javascript:" not in html.replace("[x](javascript:alert(1))", "")
    assert "<img" not in html
    assert "<style" not in html


def test_what_most_people_write_needs_no_parser() -> None:
    text = "Bonjour Claire,\n\nc'est réglé : « redémarrez » (2 fois).\nMerci !"
    assert not markup._MARKED.search(text)
    assert markup.render(text).count("<p>") == 2
