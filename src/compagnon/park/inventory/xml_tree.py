"""XML of agents to the same tree as their JSON: lower-case names, repeated elements as lists.

Expat is driven directly: no document type, hence no entity beyond the five of XML and nothing
external; depth, elements, attributes and text counted while it reads.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from compagnon.park.inventory.errors import Unreadable
from compagnon.park.inventory.limits import Limits
from compagnon.park.inventory.texts import without_forbidden

_BAD_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[dD][89a-fA-F]..|[fF]{3}[eEfF])|0*(?:[0-8]|1[124-9]|2\d|3[01]));"
)
_TAG_CHARS = 65_535
_ENDLESS_TAG = re.compile(rf"<[^<>]{{{_TAG_CHARS}}}")
"""A tag, a comment or a CDATA of that length: refused before expat holds it whole."""
_STOPPED = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}


def xml_tree(text: str, notes: list[str], limits: Limits) -> tuple[str, dict[str, Any]]:
    """Read the document: its root's name, and its content as a tree.

    Raises `Unreadable`: ``xml_*``, ``too_deep``, ``too_many``, ``too_long``.
    """
    text, dropped = without_forbidden(text)
    if dropped:
        notes.append(f"{dropped} control characters dropped")
    if "&#" in text:
        text, dropped = _BAD_REFERENCE.subn("", text)
        if dropped:
            notes.append(f"{dropped} references to control characters dropped")
    if _ENDLESS_TAG.search(text):
        raise Unreadable("too_long", f"a tag of more than {_TAG_CHARS} characters")
    return _Builder(limits).read(text.strip())


class _Builder:
    """One reading. `stack` holds the open elements: name, children, pieces of text."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.elements = 0
        self.stack: list[tuple[str, dict[str, Any], list[str]]] = []
        self.root: tuple[str, dict[str, Any]] | None = None
        parser = expat.ParserCreate(encoding="utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.doctype
        parser.EntityDeclHandler = self.entity
        parser.ExternalEntityRefHandler = self.external
        self.parser = parser

    def read(self, text: str) -> tuple[str, dict[str, Any]]:
        try:
            self.parser.Parse(text.encode("utf-8"), True)
        except expat.ExpatError as error:
            where = f"line {error.lineno}, column {error.offset}: {expat.ErrorString(error.code)}"
            truncated = error.code in _STOPPED and bool(self.stack or not self.root)
            raise Unreadable("xml_truncated" if truncated else "xml_malformed", where) from error
        assert self.root is not None  # noqa: S101  (expat refuses a document without a root)
        return self.root

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > self.limits.elements:
            raise Unreadable("too_many", f"{self.limits.elements} elements at most")
        if len(self.stack) >= self.limits.depth:
            raise Unreadable("too_deep", f"{self.limits.depth} levels at most")
        if len(attributes) > self.limits.attributes:
            raise Unreadable("too_many", f"{self.limits.attributes} attributes at most")
        self.stack.append((tag.lower(), {}, []))

    def end(self, _tag: str) -> None:
        tag, children, pieces = self.stack.pop()
        if not self.stack:
            self.root = (tag, children)
            return
        value: Any = children or "".join(pieces)
        parent = self.stack[-1][1]
        held = parent.get(tag)
        if held is None:
            parent[tag] = value
        elif isinstance(held, list):
            held.append(value)
        else:
            parent[tag] = [held, value]

    def characters(self, data: str) -> None:
        pieces = self.stack[-1][2]
        pieces.append(data)
        # A process's command line holds thousands of lines, each a piece.
        if len(data) > self.limits.text_chars or len(pieces) > 1_000:
            pieces[:] = ["".join(pieces)]
            if len(pieces[0]) > self.limits.text_chars:
                raise Unreadable("too_long", f"{self.limits.text_chars} characters at most")

    def doctype(self, *_given: object) -> None:
        raise Unreadable("xml_doctype")

    def entity(self, *_given: object) -> None:
        raise Unreadable("xml_doctype")

    def external(self, *_given: object) -> bool:
        raise Unreadable("xml_doctype")
