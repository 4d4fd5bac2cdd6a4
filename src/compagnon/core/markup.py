"""Markdown that people write on our pages, made into HTML that is safe to show."""

from __future__ import annotations

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

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


# What no rule of Markdown or HTML looks at, and how a line may not begin: for the others, such as
# most of what people write, the paragraphs are the whole of the work.
_MARKED = re.compile(r"[^\w \n,;:.?!'’«»()…–—/%€°@\"\u202f-]|_")
_BEGINS = re.compile(r"(?m)^(?:[ \u202f-]|\d{1,9}[.)])|[ \u202f]$")
_BLANKS = re.compile(r"\n{2,}")


def is_plain(text: str) -> bool:
    """Tell whether nothing in the text could be a mark of Markdown."""
    return not (_MARKED.search(text) or _BEGINS.search(text))


def parse(text: str) -> list[Token]:
    """Read the Markdown as :func:`render` does."""
    return _parser().parse(text)


def render(text: str) -> str:
    """Give the HTML of a text that may hold Markdown: sanitised, links marked as not ours."""
    if not is_plain(text):
        return _rendered(text)
    paragraphs = (part.replace("\n", "<br>\n") for part in _BLANKS.split(text.strip("\n")))
    return "".join(f"<p>{part}</p>\n" for part in paragraphs if part)


def _rendered(text: str) -> str:
    return nh3.clean(
        _parser().render(text),
        tags=ALLOWED,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
