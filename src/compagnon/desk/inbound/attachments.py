"""Parts that are files: a safe name, what they are, and whether the HTML shows them."""

from __future__ import annotations

import re

from compagnon.desk.inbound import cleaning, headers, sniffing, transfer
from compagnon.desk.inbound.limits import Limits
from compagnon.desk.inbound.mail import Attachment, Defect
from compagnon.desk.inbound.structure import Part

FALLBACK = {
    "text/calendar": "invite",
    "message/rfc822": "message",
    "message/global": "message",
    "message/delivery-status": "delivery-status",
    "message/disposition-notification": "disposition-notification",
    "text/rfc822-headers": "headers",
    "application/ms-tnef": "winmail",
    "application/pgp-encrypted": "version",
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-signature": "smime",
    "application/pkcs7-mime": "smime",
    "application/x-pkcs7-mime": "smime",
    "application/pgp-signature": "signature",
}
ENCLOSED = {"message/rfc822", "message/global"}
# Uuencoded files inside a plain text, as old programs send them.
BEGIN = re.compile(r"begin [0-7]{3,4} ([^\n]{1,200})")
ROW = re.compile(r"[\x20-\x60]{1,63}")
MOST_LINES = 200_000
TITLED = 50
"""Enclosed messages that are opened for their subject; others get a number."""


def build(
    part: Part, number: int, limits: Limits, *, inline: bool
) -> tuple[Attachment, list[Defect]]:
    """Make an attachment of a part.

    Args:
        part: a leaf, or an enclosed message.
        number: its place among the attachments, for a name where it has none.
        limits: the bounds.
        inline: whether the HTML shows it.
    """
    content, problem = part.content()
    declared = part.declared if "/" in part.declared else part.content_type
    if not part.declared:
        declared = sniffing.UNKNOWN if part.name else part.content_type
    media_type = declared if declared in ENCLOSED else sniffing.sniff(content)
    attachment = Attachment(
        name=_name(part, number, limits.name_chars) or _made_up(declared, media_type, number),
        declared_type=cleaning.line(declared, 150),
        media_type=media_type,
        content=content,
        content_id=content_id(part),
        inline=inline,
    )
    return attachment, [Defect(problem, attachment.name)] if problem else []


def content_id(part: Part) -> str | None:
    """Give the part's Content-ID without brackets."""
    return headers.message_identifier(part.block.first("content-id"))


def _name(part: Part, number: int, limit: int) -> str:
    """Give the name that the sender gave in one place or another; empty when there is none."""
    given = cleaning.file_name(part.name, limit)
    if given:
        return given
    location = headers.text_of(part.block.first("content-location")).partition("?")[0]
    named = cleaning.file_name(location, limit)
    if "." in named and not location.lower().startswith("cid:"):
        return named
    if part.content_type in ENCLOSED and number <= TITLED:
        start = part.content(20_000)[0]
        inner = headers.read_block(start, 0, len(start), Limits(), root=True)
        title = cleaning.file_name(headers.line_of(inner.first("subject"), limit), limit - 4)
        return f"{title}.eml" if title else ""
    return ""


def _made_up(declared: str, media_type: str, number: int) -> str:
    """Make a name from what the file is."""
    stem = FALLBACK.get(declared)
    if stem is None:
        stem = f"{'image' if media_type.startswith('image/') else 'attachment'}-{number}"
    extension = sniffing.EXTENSIONS.get(declared) or sniffing.EXTENSIONS.get(media_type) or "bin"
    return f"{stem}.{extension}"


def from_text(text: str, number: int, limits: Limits) -> tuple[str, list[Attachment]]:
    """Take uuencoded files out of a plain text; give the text without them, and the files."""
    if "\nend" not in text or "begin " not in text or text.count("\n") > MOST_LINES:
        return text, []
    lines = text.split("\n")
    kept: list[str] = []
    found: list[Attachment] = []
    index = 0
    while index < len(lines):
        begin = BEGIN.fullmatch(lines[index].rstrip())
        end = index + 1
        while begin and end < len(lines) and ROW.fullmatch(lines[end]):
            end += 1
        if begin and index + 1 < end < len(lines) and lines[end].strip() == "end":
            rows = "\n".join(lines[index + 1 : end]).encode("ascii")
            content, problem = transfer.uudecode(rows)
            if content and not problem:
                name = cleaning.file_name(begin[1], limits.name_chars)
                kind = sniffing.sniff(content)
                name = name or f"attachment-{number + len(found)}.bin"
                found.append(Attachment(name, kind, kind, content))
                index = end + 1
                continue
        kept += lines[index:end]
        index = end
    return "\n".join(kept), found
