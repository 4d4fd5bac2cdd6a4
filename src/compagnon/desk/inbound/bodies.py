"""Which parts are the text that a person reads, and which are files (RFC 2046, RFC 2387)."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from compagnon.desk.inbound import (
    attachments,
    charsets,
    cleaning,
    flowed,
    html_text,
    opaque,
    sanitise,
)
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.limits import Limits
from compagnon.desk.inbound.mail import Attachment, Defect
from compagnon.desk.inbound.structure import Part, Reader

PLAIN = {"text/plain", "application/plain", "plain/text", "application/text", "text/x-markdown"}
HTML = {"text/html", "application/xhtml+xml", "text/xhtml"}
OPAQUE = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
MOST_OPENED = 3
ENRICHED = {"text/enriched", "text/richtext"}
META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
COMMAND = re.compile(r"<param>[^<]{0,200}</param>|(?<!<)</?[a-z][a-z0-9-]{0,60}>", re.IGNORECASE)
STUB = re.compile(r"\bhtml\b", re.IGNORECASE)
STUB_CHARS = 200
ENCODED_BYTES = 6
"""Read for each character that a text may have: CJK in UTF-8, in quoted-printable, is nine."""


@dataclass(slots=True)
class Piece:
    """A stretch of the message: as plain text, as HTML, or as both."""

    plain: str = ""
    html: str = ""

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.plain or html_text.to_text(self.html)


@dataclass(slots=True)
class Body:
    """What a part gave: pieces of text in order, and files."""

    pieces: list[Piece] = field(default_factory=list)
    files: list[tuple[Part, bool]] = field(default_factory=list)
    """Parts that are files, and whether they belong to an HTML page."""
    extracted: list[Attachment] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)

    def add(self, other: Body) -> None:
        """Put another part's text and files after this one's."""
        self.pieces += other.pieces
        self.add_files(other)

    def add_files(self, other: Body) -> None:
        """Put another part's files after this one's, and leave its text."""
        self.files += other.files
        self.extracted += other.extracted
        self.defects += other.defects

    @property
    def empty(self) -> bool:
        """Whether there is nothing to read."""
        return not any(piece.plain.strip() or piece.html for piece in self.pieces)


class Gatherer:
    """Sorts the parts of one message into text and files, losing none.

    What is over the limits of a message's text, all its parts together, becomes a file.

    Args:
        limits: the bounds.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.text_left = limits.text_chars
        self.html_left = limits.html_chars
        self.opened = 0

    def gather(self, part: Part, *, root: bool = False) -> Body:
        """Give what is under ``part``."""
        if part.maintype != "multipart":
            return self._leaf(part, root=root)
        if not part.children:
            # No part was found: what is there is the text, as every mail program shows it.
            return self._plain(part)
        if part.subtype == "alternative":
            return self._alternative(part)
        if part.subtype == "related":
            return self._related(part)
        body = Body()
        for child in part.children:
            body.add(self.gather(child))
        return body

    def _leaf(self, part: Part, *, root: bool) -> Body:
        kind = part.content_type
        if kind in OPAQUE and (body := self._opened(part)) is not None:
            return body
        if not root and (part.disposition == "attachment" or part.name):
            return Body(files=[(part, False)])
        if kind in PLAIN or (
            # A type nobody registered, with a character set: somebody's word for text.
            kind.startswith("application/") and part.charset and not part.disposition
        ):
            return self._plain(part)
        if kind in HTML:
            return self._html(part)
        if kind in ENRICHED:
            body = self._plain(part)
            for piece in body.pieces:
                piece.plain = COMMAND.sub("", piece.plain).replace("<<", "<")
            return body
        return Body(files=[(part, False)])

    def _opened(self, part: Part) -> Body | None:
        """Give what an opaque signature holds, and the signature itself as a file."""
        content = opaque.signed_content(part.content()[0])
        if content is None or self.opened >= MOST_OPENED:
            return None
        self.opened += 1
        body = Body(defects=[Defect("signature_opened")])
        try:
            body.add(self.gather(Reader(content, self.limits).read(), root=True))
        except Unreadable:
            return None
        body.files.append((part, False))
        return body

    def _alternative(self, part: Part) -> Body:
        """Take the plain text of the first version that has one and the HTML of the last."""
        bodies = [self.gather(child) for child in part.children]
        body = Body()
        for one in bodies:
            body.add_files(one)
        plain = next((text for one in bodies if (text := plain_of(one)).strip()), "")
        rich = next((text for one in reversed(bodies) if (text := html_of(one))), "")
        if rich and len(plain) < STUB_CHARS and STUB.search(plain):
            # "Your mail program does not show HTML": the other version is the message.
            plain = "" if len(html_text.to_text(rich)) > 3 * len(plain) else plain
        if plain or rich:
            body.pieces.append(Piece(plain, rich))
        return body

    def _related(self, part: Part) -> Body:
        """Read the root (the ``start`` parameter's, or the first) and keep the rest beside it."""
        start = part.parameters.get("start", "").strip("<> ")
        root = next(
            (one for one in part.children if start and attachments.content_id(one) == start),
            part.children[0],
        )
        body = self.gather(root)
        for child in part.children:
            if child is root:
                continue
            readable = child.content_type in PLAIN | HTML and not child.name and body.empty
            if readable or child.maintype == "multipart":
                body.add(self.gather(child))
            else:
                body.files.append((child, attachments.content_id(child) is not None))
        return body

    def _plain(self, part: Part) -> Body:
        # Uuencoded files may stand in it, so more is read than is shown.
        text, defects, whole = decoded(part, 4 * self.limits.text_chars, part.charset)
        body = Body(defects=defects)
        text, body.extracted = attachments.from_text(text, 1, self.limits)
        text = self._within(part, body, text, self.text_left, whole=whole)
        self.text_left -= len(text)
        if part.parameters.get("format", "").lower() == "flowed":
            text = flowed.join(text, delete=part.parameters.get("delsp", "").lower() == "yes")
        if text.strip():
            body.pieces.append(Piece(plain=text))
        return body

    def _html(self, part: Part) -> Body:
        label = part.charset
        if charsets.codec_of(label) is None or charsets.says_ascii(label):
            found = META.search(part.content(8_000)[0])
            label = found[1].decode("ascii", "replace") if found else label
        source, defects, whole = decoded(part, self.html_left, label)
        body = Body(defects=defects)
        source = self._within(part, body, source, self.html_left, whole=whole)
        self.html_left -= len(source)
        clean = sanitise.sanitise(source)
        if clean is None:
            body.defects.append(Defect("html_refused"))
            text = html_text.crude_text(source)
            body.pieces += [Piece(plain=text)] if text else []
            return body
        if clean.distant_images:
            body.defects.append(Defect("distant_images", str(clean.distant_images)))
        if clean.html:
            body.pieces.append(Piece(html=clean.html))
        return body

    def _within(self, part: Part, body: Body, text: str, left: int, *, whole: bool) -> str:
        """Cut a text to what is left of the message's share; its part is then kept as a file."""
        if whole and len(text) <= left:
            return text
        body.defects.append(Defect("text_cut", str(left)))
        body.files.append((part, False))
        return text[:left]


def plain_of(body: Body) -> str:
    """Give the plain texts of a body as one."""
    return "\n\n".join(piece.plain for piece in body.pieces if piece.plain.strip())


def html_of(body: Body) -> str:
    """Give the HTML of a body as one page, plain stretches included; empty if it has none."""
    if not any(piece.html for piece in body.pieces):
        return ""
    return "\n".join(piece.html or as_html(piece.plain) for piece in body.pieces)


def as_html(text: str) -> str:
    """Show plain text inside an HTML message."""
    return f"<p>{html.escape(text)}</p>".replace("\n", "<br>") if text else ""


def decoded(part: Part, most: int, label: str | None) -> tuple[str, list[Defect], bool]:
    """Give the text of a part with its lines ended one way, what was wrong, and if it is whole.

    Args:
        part: the part.
        most: how many characters are read.
        label: the declared character set.
    """
    data, problem = part.content(ENCODED_BYTES * most)
    read = charsets.decode(data[: 3 * most], label)
    defects = [Defect(code, label or "") for code in (problem, read.problem) if code]
    whole = part.end - part.start <= ENCODED_BYTES * most and len(data) <= 3 * most
    return cleaning.block(read.text[:most]), defects, whole and len(read.text) <= most
