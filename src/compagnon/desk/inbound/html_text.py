"""Sanitised HTML as text that reads well: paragraphs, lists, tables, links and quotes kept.

It reads only what ``sanitise`` wrote, whose form is regular (attributes in double quotes, text
escaped), so that one pass of a regular expression is a parser.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s[a-z-]+="[^"]*")*)\s*/?>')
HREF = re.compile(r'\shref="([^"]*)"')
ALT = re.compile(r'\salt="([^"]*)"')
START = re.compile(r'\sstart="(\d{1,6})"')
SPACES = re.compile(r"[ \t\r\n\f]+")
CRUDE = re.compile(r"<[^<>]{0,5000}>")
PARAGRAPH = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre",
    "blockquote", "figure", "hr",
}  # fmt: skip
LINE = {
    "div", "tr", "li", "dt", "dd", "address", "article", "aside", "section", "header", "footer",
    "main", "caption", "figcaption", "center", "details", "summary",
}  # fmt: skip
ENTITY = re.compile(r"&#?[A-Za-z0-9]{1,31};?")
DEEPEST_LIST = 12
DEEPEST_QUOTE = 20
LONGEST_LINK = 500


@dataclass(slots=True)
class _Page:
    """The text under way."""

    out: list[str] = field(default_factory=list)
    """Finished lines."""
    line: list[str] = field(default_factory=list)
    wanted_blank: bool = False
    quotes: int = 0
    """How many quotes are open; ``written`` is how many were at the last line."""
    written: int = 0
    preformatted: int = 0
    lists: list[int | None] = field(default_factory=list)
    """One for each open list: its next number, None when it is not numbered."""
    links: list[tuple[str, int]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    """One for each open table: how many cells its current row has."""
    marker: str = ""

    def text(self, data: str) -> None:
        if self.preformatted:
            first, *others = data.split("\n")
            self.put(first)
            for other in others:
                self.end_line(always=True)
                self.put(other)
            return
        data = SPACES.sub(" ", data)
        if not self.line or self.line[-1].endswith(" "):
            data = data.lstrip(" ")
        self.put(data)

    def put(self, data: str) -> None:
        if not data:
            return
        if self.marker:
            self.line.append(self.marker)
            self.marker = ""
        self.line.append(data)

    def end_line(self, *, always: bool = False) -> None:
        """Finish the line; an empty one only where the page asks for it (``br``, ``pre``)."""
        content = "".join(self.line).rstrip()
        self.line.clear()
        if not content and not always:
            return
        if self.wanted_blank and self.out:
            self.out.append(_prefix(min(self.quotes, self.written)).rstrip())
        self.wanted_blank, self.written = False, self.quotes
        self.out.append(f"{_prefix(self.quotes)}{content}".rstrip())

    def break_paragraph(self) -> None:
        self.end_line()
        self.wanted_blank = bool(self.out)


def _prefix(quotes: int) -> str:
    return "> " * min(quotes, DEEPEST_QUOTE)


def to_text(clean: str) -> str:
    """Give the text of sanitised HTML."""
    page = _Page()
    position = 0
    for token in TOKEN.finditer(clean):
        if token.start() > position:
            page.text(html.unescape(clean[position : token.start()]))
        position = token.end()
        if token[1]:
            _close(page, token[2])
        else:
            _open(page, token[2], token[3])
    page.text(html.unescape(clean[position:]))
    page.end_line()
    return "\n".join(page.out).replace("\xa0", " ").strip("\n")


def crude_text(source: str) -> str:
    """Give the text of HTML too hostile to be read as HTML: its tags are dropped, no more."""
    spaced = CRUDE.sub(" ", source)
    plain = ENTITY.sub(lambda found: html.unescape(found[0]), spaced)
    return re.sub(r"[ \t]{2,}", " ", plain).strip()


def _open(page: _Page, tag: str, attributes: str) -> None:
    if tag == "br":
        page.end_line(always=True)
    elif tag in {"td", "th"}:
        _open_cell(page)
    elif tag == "img":
        found = ALT.search(attributes)
        if found and found[1].strip():
            page.text(f"[{html.unescape(found[1]).strip()}]")
    elif tag == "a":
        href = HREF.search(attributes)
        page.links.append((html.unescape(href[1]) if href else "", len(page.line)))
    elif tag in PARAGRAPH:
        _open_paragraph(page, tag, attributes)
    elif tag in LINE:
        page.end_line()
        if tag == "li":
            _open_item(page)
        elif tag == "tr" and page.rows:
            page.rows[-1] = 0


def _open_cell(page: _Page) -> None:
    if not page.rows:
        return
    if page.rows[-1] and "".join(page.line).strip():
        page.put(" | ")
    page.rows[-1] += 1


def _open_paragraph(page: _Page, tag: str, attributes: str) -> None:
    if tag in {"ul", "ol"} and page.lists:
        page.end_line()
    else:
        page.break_paragraph()
    if tag == "ol":
        start = START.search(attributes)
        page.lists.append(int(start[1]) if start else 1)
    elif tag == "ul":
        page.lists.append(None)
    elif tag == "blockquote":
        page.quotes += 1
    elif tag == "pre":
        page.preformatted += 1
    elif tag == "table":
        page.rows.append(0)
    elif tag == "hr":
        page.put("-" * 20)
        page.break_paragraph()


def _open_item(page: _Page) -> None:
    indent = "  " * (min(len(page.lists), DEEPEST_LIST) - 1)
    number = page.lists[-1] if page.lists else None
    if number is None:
        page.marker = f"{indent}- "
    else:
        page.marker = f"{indent}{number}. "
        page.lists[-1] = number + 1


def _close(page: _Page, tag: str) -> None:
    if tag == "a":
        _close_link(page)
    elif tag in PARAGRAPH:
        if tag in {"ul", "ol"} and len(page.lists) > 1:
            page.end_line()
        else:
            page.break_paragraph()
        if tag in {"ul", "ol"} and page.lists:
            page.lists.pop()
        elif tag == "blockquote":
            page.quotes = max(0, page.quotes - 1)
        elif tag == "pre":
            page.preformatted = max(0, page.preformatted - 1)
        elif tag == "table" and page.rows:
            page.rows.pop()
    elif tag in LINE:
        page.end_line()
        page.marker = ""


def _close_link(page: _Page) -> None:
    """Write a link's address after its text, unless the text already is the address."""
    if not page.links:
        return
    address, start = page.links.pop()
    label = "".join(page.line[start:]).strip()
    plain = address.removeprefix("mailto:").removeprefix("tel:").strip()
    if not plain or not label or _same(label, plain):
        return
    page.put(f" <{plain[:LONGEST_LINK]}>")


def _same(label: str, address: str) -> bool:
    def bare(text: str) -> str:
        text = re.sub(r"^https?://(www\.)?", "", text.strip().lower())
        return text.rstrip("/").removeprefix("www.")

    return bare(label) == bare(address)
