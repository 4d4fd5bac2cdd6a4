"""Something to read where no part of a message is its text: a reading of its files.

The files stay as they are. What was declared a file, or is encrypted, is not read.
"""

from __future__ import annotations

from compagnon.desk.inbound import (
    attachments,
    cleaning,
    headers,
    html_text,
    invitation,
    rtf,
    sniffing,
)
from compagnon.desk.inbound.bodies import Body, Gatherer, Piece, decoded
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.limits import Limits
from compagnon.desk.inbound.structure import Part, Reader

CRYPTIC = {"application/pgp-signature", "application/pgp-encrypted", "application/pkcs7-mime"}
READABLE = {"text/plain", "text/html", "text/xml"}
MOST_FILES = 20
REPORT = "message/delivery-status"


def read_files(root: Part, body: Body, limits: Limits) -> None:
    """Add to an empty ``body`` the text of the first file that can be read as one."""
    if not body.empty or root.subtype == "encrypted":
        return
    for part, _ in body.files[:MOST_FILES]:
        if part.disposition == "attachment" and part is not root:
            continue
        text = _text(part, limits)
        if text.strip():
            body.pieces.append(Piece(plain=text[: limits.text_chars]))
            # Some reports are made of nothing but status parts, their prose in the first.
            if part.content_type != REPORT:
                return


def _text(part: Part, limits: Limits) -> str:
    if part.content_type in attachments.ENCLOSED:
        return _enclosed(part, limits)
    if part.content_type in CRYPTIC:
        return ""
    content, _ = part.content(4 * limits.text_chars)
    kind = sniffing.sniff(content)
    if kind == "application/rtf":
        return cleaning.block(rtf.to_text(content))
    if "text/calendar" in {kind, part.content_type}:
        return invitation.to_text(decoded(part, limits.text_chars, part.charset)[0])
    if kind not in READABLE:
        return ""
    text, _, _ = decoded(part, limits.text_chars, part.charset)
    return html_text.crude_text(text) if kind == "text/html" else text


def _enclosed(part: Part, limits: Limits) -> str:
    """Give who wrote an enclosed message, about what, and its text: it was sent on with no word."""
    content, _ = part.content()
    try:
        inner = Reader(content, limits).read()
    except Unreadable:
        return ""
    body = Gatherer(limits).gather(inner, root=True)
    lines = [
        f"{label}: {value}"
        for label, name in (("From", "from"), ("Date", "date"), ("Subject", "subject"))
        if (value := headers.line_of(inner.block.first(name), 300))
    ]
    texts = ["\n".join(lines), *(piece.text for piece in body.pieces)]
    return "\n\n".join(one.strip("\n") for one in texts if one.strip())
