"""HTML of a message made harmless: nothing runs, nothing is fetched, links open apart.

Pages show the result in a sandboxed frame; this is the wall behind that wall.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import nh3

TAGS = {
    "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote",
    "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn",
    "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p", "pre",
    "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span", "strike", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u",
    "ul", "var", "wbr",
}  # fmt: skip
# Their content is no text of the message.
DROPPED = {
    "script", "style", "title", "head", "noscript", "template", "iframe", "object", "embed",
    "applet", "svg", "math", "audio", "video", "canvas", "select", "xml", "noframes",
}  # fmt: skip
CELL = {"align", "valign", "bgcolor", "width", "height", "colspan", "rowspan", "nowrap"}
ATTRIBUTES = {
    # The last two never leave this module: they tell what the sender hides.
    "*": {"dir", "lang", "title", "style", "hidden"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height", "border"},
    "table": {"align", "bgcolor", "border", "cellpadding", "cellspacing", "width"},
    "tr": {"align", "valign", "bgcolor"},
    "td": CELL,
    "th": CELL,
    "col": {"span", "width", "align"},
    "colgroup": {"span", "width"},
    "font": {"color", "size", "face"},
    "p": {"align"},
    "div": {"align"},
    "h1": {"align"},
    "h2": {"align"},
    "h3": {"align"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "blockquote": {"type"},
    "time": {"datetime"},
    "bdo": {"dir"},
}
SCHEMES = {"http", "https", "mailto", "tel", "cid", "data"}
# Small pictures that some programs write in the page itself; SVG is a program, not a picture.
EMBEDDED = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]+", re.IGNORECASE)
CID = re.compile(r"cid:([^\s\"'<>]{1,250})", re.IGNORECASE)
DISPLAY = re.compile(r"(?:^|;)\s*display\s*:\s*([a-z-]+)", re.IGNORECASE)
# A tag as the sanitiser writes it, and in it the mark of what is hidden.
WRITTEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s[a-z-]+="[^"]*")*)\s*/?>')
HIDDEN = re.compile(r'\s(?:style="none"|hidden="[^"]*")')

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
LONE_AMPERSAND = re.compile(r"&(?!#?[A-Za-z0-9]{1,31})")
LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{4000}")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr", "param", "source"}
# HTML closes these itself, so that an honest page may leave thousands of them open.
IMPLIED = {"p", "li", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead", "tfoot"}
FORMATTING = {
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
}  # fmt: skip
DEEPEST = 400
MOST_FORMATTING = 300
MOST_ATTRIBUTES = 400
MOST_AMPERSANDS = 20_000


@dataclass(frozen=True, slots=True)
class Clean:
    """Harmless HTML; the Content-IDs it shows; how many distant images and unsafe URLs left it."""

    html: str
    content_ids: frozenset[str] = frozenset()
    distant_images: int = 0


def is_tame(html: str) -> bool:
    """Whether a browser's parser reads it in linear time.

    HTML5's rules for open formatting elements, deep trees and long attribute lists cost the
    square of their number, in the sanitiser as in a browser: 200,000 open ``div`` take minutes.
    """
    if len(LONE_AMPERSAND.findall(html)) > MOST_AMPERSANDS:
        return False
    for found in LONG_TAG.finditer(html):
        end = html.find(">", found.end())
        if html.count("=", found.start(), end if end >= 0 else len(html)) > MOST_ATTRIBUTES:
            return False
    depth = formatting = 0
    for closing, name in TAG.findall(html):
        tag = name.lower()
        if tag in VOID or tag in IMPLIED:
            continue
        step = -1 if closing else 1
        depth = max(0, depth + step)
        if tag in FORMATTING:
            formatting = max(0, formatting + step)
        if depth > DEEPEST or formatting > MOST_FORMATTING:
            return False
    return True


def sanitise(html: str) -> Clean | None:
    """Make ``html`` harmless; None when it is not tame (see ``is_tame``).

    ``cid:`` images stay as references to inline attachments. Distant images lose their address:
    fetching one tells the sender who read the message, when and where.
    """
    if not is_tame(html):
        return None
    shown: set[str] = set()
    distant = 0

    def keep(tag: str, attribute: str, value: str) -> str | None:
        nonlocal distant
        if attribute == "style":
            shows = DISPLAY.findall(value)
            return "none" if shows and shows[-1].lower() == "none" else None
        if attribute not in {"src", "href"}:
            return value
        plain = value.strip()
        if tag == "img":
            if found := CID.fullmatch(plain):
                shown.add(found[1])
                return f"cid:{found[1]}"
            if EMBEDDED.fullmatch(plain):
                return plain
            distant += 1
            return None
        return None if plain[:5].lower().startswith(("data:", "cid:")) else plain

    cleaned = nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=DROPPED,
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={
            "a": {"target": "_blank"},
            "img": {"referrerpolicy": "no-referrer"},
        },
    )
    return Clean(_without_hidden(cleaned).strip(), frozenset(shown), distant)


def _without_hidden(clean: str) -> str:
    """Drop the elements that no mail program shows; where nothing would be left, show them."""
    if not HIDDEN.search(clean):
        return clean
    kept: list[str] = []
    position = depth = 0
    for tag in WRITTEN.finditer(clean):
        void = tag[2] in VOID
        if depth:
            depth += 0 if void else -1 if tag[1] else 1
            position = tag.end()
        elif HIDDEN.search(tag[3]):
            kept.append(clean[position : tag.start()])
            position, depth = tag.end(), 0 if void else 1
    shown = "".join(kept) + ("" if depth else clean[position:])
    if WRITTEN.sub("", shown).strip():
        return shown
    return WRITTEN.sub(lambda tag: HIDDEN.sub("", tag[0]), clean)
