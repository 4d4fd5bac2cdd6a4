"""Markdown that people write on our pages, made into HTML that is safe to show."""

from __future__ import annotations

from functools import cache

import nh3
from markdown_it import MarkdownIt

ALLOWED = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


@cache
def _parser() -> MarkdownIt:
    # Raw HTML stays text; images are not fetched; line breaks are kept as they were typed.
    return (
        MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False})
        .enable(["table", "strikethrough"])
        .disable("image")
    )


def render(text: str) -> str:
    """Give the HTML of a text that may hold Markdown: sanitised, links marked as not ours."""
    return nh3.clean(
        _parser().render(text),
        tags=ALLOWED,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
