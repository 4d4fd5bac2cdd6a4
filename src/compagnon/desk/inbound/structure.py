"""The tree of parts of a message (RFC 2046), found by positions in the bytes.

The standard library's parser keeps one text per line, three times the message, tests each line
against every open boundary, and recurses without a limit: a few megabytes of blank lines take it
over 200 MB. This one keeps offsets, so that a part's bytes are copied once, when it is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from compagnon.desk.inbound import headers, parameters, transfer
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.limits import Limits
from compagnon.desk.inbound.mail import Defect

TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,120}")
GUESSED_BOUNDARY = re.compile(
    rb"(?:^|\n)--([^\r\n]{1,200}?)[ \t]*\r?\n(?=[Cc]ontent-[A-Za-z-]+[ \t]*:)"
)
CLOSING = {b"", b"-", b"--"}
GUESS_WITHIN = 200_000
SEARCHES = 6
"""How many times its largest size a message may be searched for boundaries, level after level."""
LONE_LOOKS = 20_000
"""Lines that look like a boundary and are none, after which a message is taken for hostile."""


@dataclass(slots=True)
class Part:
    """One part: its headers, and its body as a slice of ``source``."""

    block: headers.Block
    content_type: str
    parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]
    encoding: str
    source: bytes = field(repr=False)
    start: int = 0
    end: int = 0
    children: list[Part] = field(default_factory=list)
    declared: str = ""

    @property
    def maintype(self) -> str:
        """Before the slash."""
        return self.content_type.partition("/")[0]

    @property
    def subtype(self) -> str:
        """After the slash."""
        return self.content_type.partition("/")[2]

    @property
    def name(self) -> str:
        """The file name that the sender gives, raw; may be empty."""
        found = self.disposition_parameters.get("filename") or self.parameters.get("name")
        return found or self.disposition_parameters.get("name") or ""

    @property
    def charset(self) -> str | None:
        """The declared character set."""
        return self.parameters.get("charset") or None

    def content(self, limit: int | None = None) -> tuple[bytes, str]:
        """Give the decoded body, and what was wrong in its encoding.

        Args:
            limit: how many encoded bytes are read, all unless given.
        """
        end = self.end if limit is None else min(self.end, self.start + limit)
        return transfer.decode(memoryview(self.source)[self.start : end], self.encoding)

    def walk(self) -> Iterator[Part]:
        """Give this part and all parts under it."""
        yield self
        for child in self.children:
            yield from child.walk()


class Reader:
    """Reads one message into parts, counting them.

    Args:
        raw: the message.
        limits: the bounds.
    """

    def __init__(self, raw: bytes, limits: Limits) -> None:
        # Old Macs end lines with a lone carriage return, all through or not at all.
        lone = b"\n" not in raw and len(raw) < 5_000_000
        self.raw = raw.replace(b"\r", b"\n") if lone else raw
        self.limits = limits
        self.defects: list[Defect] = []
        self.parts = self.fields = self.searched = 0

    def read(self) -> Part:
        """Give the root part.

        Raises:
            Unreadable: too many parts, too deep, or a header block too large.
        """
        start = 3 if self.raw.startswith(b"\xef\xbb\xbf") else 0
        return self._part(self.raw, start, len(self.raw), 0, "text/plain", root=True)

    def _part(
        self, source: bytes, start: int, end: int, depth: int, default: str, *, root: bool = False
    ) -> Part:
        self.parts += 1
        if self.parts > self.limits.parts:
            raise Unreadable("too_many_parts", f"more than {self.limits.parts} parts")
        if depth > self.limits.depth:
            raise Unreadable("too_deep", f"parts nested more than {self.limits.depth} deep")
        block = headers.read_block(source, start, end, self.limits, root=root)
        self.fields += len(block.fields)
        if self.fields > self.limits.fields:
            raise Unreadable("headers_too_large", f"more than {self.limits.fields} header fields")
        self.defects.extend(Defect(problem) for problem in block.problems)
        part = self._described(block, source, end, default)
        if part.maintype == "multipart":
            self._children(part, depth)
        return part

    def _described(self, block: headers.Block, source: bytes, end: int, default: str) -> Part:
        declared, given = self._content_type(block, source, end)
        disposition, more = parameters.split(headers.text_of(block.first("content-disposition")))
        encoding, problem = transfer.name_of(
            headers.text_of(block.first("content-transfer-encoding"))
        )
        if problem:
            self.defects.append(Defect(problem))
        valid = TYPE.fullmatch(declared) is not None
        if declared and not valid:
            self.defects.append(Defect("content_type_malformed", declared[:100]))
        return Part(
            block, declared if valid else default, given, disposition, more, encoding,
            source, block.body, end, declared=declared,
        )  # fmt: skip

    def _content_type(
        self, block: headers.Block, source: bytes, end: int
    ) -> tuple[str, dict[str, str]]:
        """Read Content-Type; of several, the multipart whose boundary is there, else the first."""
        read = [
            parameters.split(headers.text_of(value))
            for key, value in block.fields
            if key == "content-type" and value
        ][:10]
        if len(read) > 1:
            self.defects.append(Defect("content_type_repeated"))
            for declared, given in read:
                boundary = given.get("boundary", "").encode("utf-8", "replace")
                if boundary and source.find(b"--" + boundary, block.body, end) >= 0:
                    return declared, given
        return next((one for one in read if one[0]), read[0] if read else ("", {}))

    def _children(self, part: Part, depth: int) -> None:
        if part.encoding != "identity":
            self._undo_encoding(part)
        boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
        spans = self._spans(part, boundary) if boundary else []
        if not spans:
            end = min(part.end, part.start + GUESS_WITHIN)
            guessed = GUESSED_BOUNDARY.search(part.source, max(0, part.start - 1), end)
            if guessed:
                self.defects.append(Defect("boundary_missing"))
                spans = self._spans(part, guessed[1].removesuffix(b"--"))
        if not spans:
            self.defects.append(Defect("multipart_empty"))
        default = "message/rfc822" if part.subtype == "digest" else "text/plain"
        for start, end in spans:
            part.children.append(self._part(part.source, start, end, depth + 1, default))

    def _undo_encoding(self, part: Part) -> None:
        """Decode a multipart that is encoded as a whole, which RFC 2045 section 6.4 forbids."""
        boundary = part.parameters.get("boundary", "").encode("utf-8", "replace")
        clear = part.source.find(b"--" + boundary, part.start, part.end) >= 0
        if boundary and not clear:
            decoded, _ = part.content()
            if b"--" + boundary in decoded:
                self.defects.append(Defect("multipart_encoded"))
                part.source, part.start, part.end = decoded, 0, len(decoded)
        part.encoding = "identity"

    def _spans(self, part: Part, boundary: bytes) -> list[tuple[int, int]]:
        """Give where the parts between the boundary's lines start and end.

        A missing closing line is supplied, and parts after one are kept: both are common.
        """
        self.searched += part.end - part.start
        if self.searched > SEARCHES * self.limits.message_bytes:
            raise Unreadable("too_deep", "large parts nested many times")
        source, marker = part.source, b"\n--" + boundary
        spans: list[tuple[int, int]] = []
        opened: int | None = None
        position, looks = part.start - 1, 0
        # The first may open the body, with no line break before it.
        at_start = source.startswith(marker[1:], part.start)
        while at_start or position < part.end:
            found = part.start - 1 if at_start else source.find(marker, max(0, position), part.end)
            if found < 0 and not at_start:
                break
            at_start = False
            rest = found + len(marker)
            following = source.find(b"\n", rest, min(part.end, rest + 1000)) + 1 or part.end
            tail = source[rest : min(following, rest + 200)].strip()
            position = rest
            if tail not in CLOSING:
                looks += 1
                if looks > LONE_LOOKS:
                    raise Unreadable("too_many_parts", "more lines like a boundary than parts")
                continue
            if opened is not None:
                spans.append((opened, _before_break(source, opened, found)))
            opened = None if tail else following
            # The line break that ends this boundary may start the next one.
            position = max(found + 1, following - 1)
            if len(spans) > self.limits.parts:
                raise Unreadable("too_many_parts", f"more than {self.limits.parts} parts")
        if opened is not None and opened <= part.end:
            self.defects.append(Defect("boundary_unclosed"))
            spans.append((opened, part.end))
        return spans


def _before_break(source: bytes, start: int, position: int) -> int:
    """The line break before a boundary belongs to the boundary (RFC 2046 section 5.1.1)."""
    end = max(start, position)
    while end > start and source[end - 1] == 13:
        end -= 1
    return end
