"""Parts of a message to the letter, as a signature needs them (RFC 8551 section 3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from compagnon.desk.inbound import headers
from compagnon.desk.inbound.limits import DEFAULT
from compagnon.desk.inbound.structure import Part, Reader

OURS = re.compile(rb"(?i)^(content-[a-z-]+|mime-version)[ \t]*:")


@dataclass(frozen=True, slots=True)
class Split:
    """A multipart's parts, each from its headers to before the break of the next boundary."""

    parts: tuple[bytes, ...]


def root_of(raw: bytes) -> Part:
    """Give the root part, with its children.

    Raises:
        Unreadable: it is built to be unreadable.
    """
    return Reader(raw, DEFAULT).read()


def canonical(raw: bytes) -> bytes:
    """Give lines that all end with CRLF: what a signature is reckoned over."""
    return re.sub(rb"\r\n|\r|\n", b"\r\n", raw)


def children(raw: bytes, part: Part) -> Split:
    """Cut a multipart at its boundary, keeping each part to the letter."""
    boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
    if not boundary:
        return Split(())
    source = part.source
    line = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    found: list[bytes] = []
    opened: int | None = None
    body = source[part.start : part.end]
    for match in line.finditer(body):
        if opened is not None:
            found.append(body[opened : match.start()])
        if match[1]:
            break
        # After the line break that ends the boundary's line.
        after = match.end()
        opened = after + 2 if body[after : after + 2] == b"\r\n" else after + 1
        if len(found) > 10:
            break
    return Split(tuple(found))


def rewritten(raw: bytes, inner: bytes) -> bytes:
    """Put an inner entity in the place of the outer one's content, under the outer headers.

    The headers that describe the content come from within; who wrote, to whom and of what stay.
    """
    root = root_of(raw)
    head = raw[: root.start]
    kept: list[bytes] = []
    dropped = False
    for line in head.splitlines(keepends=True):
        if line.strip() == b"":
            continue
        if line[:1] not in {b" ", b"\t"}:
            dropped = OURS.match(line) is not None
        if not dropped:
            kept.append(line)
    block = headers.read_block(inner, 0, len(inner), DEFAULT, root=False)
    inner_head = inner[: block.body].strip(b"\r\n")
    # Only what describes content is taken from within: no From, no Received of the inside.
    fields = re.split(rb"\r?\n(?![ \t])", inner_head) if inner_head else []
    described = b"\r\n".join(one for one in fields if OURS.match(one))
    joined = b"".join(kept).rstrip(b"\r\n")
    return (
        joined
        + b"\r\nMIME-Version: 1.0\r\n"
        + (described.replace(b"MIME-Version: 1.0\r\n", b"") + b"\r\n\r\n" + inner[block.body :])
    )
