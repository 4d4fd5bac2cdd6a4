"""Raw bytes to a readable message: the first half of mail intake, pure.

``parse`` never fails but with ``Unreadable``; what is wrong in a message is read around and
noted in its ``defects``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from compagnon.desk.inbound import (
    addresses,
    attachments,
    bodies,
    charsets,
    cleaning,
    fallback,
    headers,
    quoting,
    reports,
    sanitise,
    winmail,
)
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.limits import DEFAULT, Limits
from compagnon.desk.inbound.mail import Address, Attachment, Defect, ParsedMail
from compagnon.desk.inbound.structure import Part, Reader

ANSWER = re.compile(
    r"\s*(?:re|réf?|réponse|aw|antw|sv|vs|odp|rif|r|res|ynt)\s?(?:\[\d+\])?\s?:", re.IGNORECASE
)
FORWARD = re.compile(
    r"\s*(?:fwd?|tr|wg|rv|i|enc|doorst|vb|pd|fs|transf[ée]r[ée]?)\s?:", re.IGNORECASE
)
TOKEN = re.compile(r"^\s*(?:\[[^\[\]]{1,40}\]\s*)+")
MOST_DEFECTS = 100
OUTLINE_BYTES = 64 * 1024


def parse(raw: bytes, limits: Limits = DEFAULT) -> ParsedMail:
    """Read a message.

    Args:
        raw: the message as it came (RFC 5322), or any other bytes.
        limits: the bounds.

    Raises:
        Unreadable: it is empty, too large, or built to be unreadable.
    """
    if not raw.strip():
        raise Unreadable("empty", "the message holds nothing")
    if len(raw) > limits.message_bytes:
        raise Unreadable("too_large", f"{len(raw)} bytes, over {limits.message_bytes}")
    reader = Reader(raw, limits)
    root = reader.read()
    hint = _hint(root)
    body = bodies.Gatherer(limits).gather(root, root=True)
    winmail.unpack(body, limits)
    fallback.read_files(root, body, limits)
    mail = _headers(raw, root, hint, limits)
    shown = bodies.html_of(body)
    files, more = _files(body, shown, limits)
    mail = _with_text(mail, body, limits)
    bounce = reports.read(
        root,
        mail.from_,
        mail.subject,
        mail.text,
        null_path=mail.return_path == "",
        limits=limits,
    )
    found = [*mail.defects, *reader.defects, *body.defects, *more]
    return replace(
        mail,
        html=shown,
        attachments=tuple(files),
        bounce=bounce,
        defects=tuple(
            Defect(one.code, cleaning.line(one.detail, 200))
            for one in list(dict.fromkeys(found))[:MOST_DEFECTS]
        ),
    )


def outline(raw: bytes, limits: Limits = DEFAULT) -> tuple[str, Address | None]:
    """Give the subject and the sender of a message that ``parse`` refuses, for who settles it.

    Both may be empty: only the start of its headers is read, and nothing of what it holds.
    """
    start = raw[:OUTLINE_BYTES].rpartition(b"\n")[0] if len(raw) > OUTLINE_BYTES else raw
    try:
        block = headers.read_block(start, 0, len(start), limits, root=True)
    except Unreadable:
        return "", None
    senders = addresses.parse(headers.text_of(block.first("from")), limit=1)
    subject = headers.line_of(block.first("subject"), limits.subject_chars)
    return subject, next(iter(senders), None)


def _hint(root: Part) -> str | None:
    """Give a character set that the message names somewhere, for what names none."""
    for part in root.walk():
        if part.charset and (codec := charsets.codec_of(part.charset)) and codec != "utf_8":
            return part.charset
    for name in ("subject", "from"):
        word = re.search(rb"=\?([^?*\s]{2,40})[?*]", root.block.first(name))
        if word:
            return word[1].decode("ascii", "replace")
    return None


def _headers(raw: bytes, root: Part, hint: str | None, limits: Limits) -> ParsedMail:
    block = root.block

    def one(name: str) -> Address | None:
        return next(iter(several(name)), None)

    def several(name: str) -> tuple[Address, ...]:
        found: list[Address] = []
        for key, value in block.fields:
            if key == name and len(found) < limits.addresses:
                read = headers.text_of(value, hint)
                found += addresses.parse(read, limit=limits.addresses - len(found), hint=hint)
        return tuple(dict.fromkeys(found))

    defects = []
    from_, raw_from = one("from"), block.first("from")
    if from_ is None:
        code = "from_malformed" if raw_from else "from_missing"
        defects.append(Defect(code, headers.line_of(raw_from, 200, hint)))
    raw_date = block.first("date")
    date = headers.date_of(raw_date)
    if date is None:
        code = "date_malformed" if raw_date else "date_missing"
        defects.append(Defect(code, headers.line_of(raw_date, 100, hint)))
    return ParsedMail(
        digest=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        message_id=headers.message_identifier(block.first("message-id")),
        in_reply_to=headers.identifiers(block.first("in-reply-to"), limits.references),
        references=headers.identifiers(block.first("references"), limits.references),
        subject=headers.line_of(block.first("subject"), limits.subject_chars, hint),
        from_=from_,
        sender=one("sender"),
        reply_to=several("reply-to"),
        to=several("to"),
        cc=several("cc"),
        date=date,
        headers=tuple(
            (name, headers.line_of(value, limits.header_chars, hint))
            for name, value in block.fields[:1_000]
        ),
        content_type=root.content_type,
        defects=tuple(defects),
    )


def _with_text(mail: ParsedMail, body: bodies.Body, limits: Limits) -> ParsedMail:
    texts = [piece.text for piece in body.pieces]
    text = cleaning.tidy("\n\n".join(one.strip("\n") for one in texts if one.strip()))
    if len(text) > limits.text_chars:
        text = text[: limits.text_chars]
        body.defects.append(Defect("text_cut", str(limits.text_chars)))
    subject = TOKEN.sub("", mail.subject)
    forward = FORWARD.match(subject) is not None
    answer = not forward and bool(ANSWER.match(subject) or mail.in_reply_to or mail.references)
    new, quoted = quoting.split(text, answer=answer, forward=forward)
    return replace(mail, text=text, new_text=new, quoted_text=quoted)


def _files(body: bodies.Body, shown: str, limits: Limits) -> tuple[list[Attachment], list[Defect]]:
    content_ids = set(sanitise.CID.findall(shown))
    files: list[Attachment] = []
    defects: list[Defect] = []
    for part, related in body.files:
        content_id = attachments.content_id(part)
        inline = content_id is not None and (content_id in content_ids or related)
        attachment, found = attachments.build(part, len(files) + 1, limits, inline=inline)
        files.append(attachment)
        defects += found
    files += [replace(one, inline=one.content_id in content_ids) for one in body.extracted]
    return files, defects
