"""A mail written for its reader: threaded, in two forms, and never a cause of loops.

Pure: it is given everything, knows no Django, and gives an ``EmailMessage`` to send. Threading is
what Thunderbird (References), Outlook (subject, References) and Gmail (References and subject)
follow: the same subject after its prefix, the answered message in In-Reply-To, and the story in
References.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from compagnon.desk.inbound import message_ids
from compagnon.desk.inbound.cleaning import line

SUBJECT_CHARS = 250
MOST_REFERENCES = 20
"""RFC 5322 lets a program shorten the list if the first and the last stay."""
PREFIXES = re.compile(
    r"^(?:\s*(?:re|réf?|fwd?|tr|aw|wg|sv|vs|rv|antw|res|enc)\s?(?:\[\d+\]|\(\d+\))?\s?:\s*)+",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(r"[^\s<>\x00-\x1f\x7f]{1,900}")
MARKERS = {
    "fr": "## Répondez au-dessus de cette ligne ##",
    "en": "## Reply above this line ##",
}
"""``inbound.quoting`` folds all that follows such a line."""


class NotAddressable(ValueError):
    """An address to which, or from which, no mail can be written."""


@dataclass(frozen=True, slots=True)
class Identity:
    """In whose name we write: a mailbox's name and address, and the name of the installation.

    ``domain`` stands in the loop header, by which ``inbound`` knows our own mail. ``reply_to`` is
    another address of ours to which answers go; none unless given.
    """

    name: str
    address: str
    domain: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom we write."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file sent along. ``content_id`` is that of a ``cid:`` reference in the HTML, if any."""

    name: str
    media_type: str
    content: bytes
    content_id: str | None = None


def compose(
    *,
    identity: Identity,
    recipient: Recipient,
    subject: str,
    number: int,
    message_id: str,
    text: str,
    html: str = "",
    in_reply_to: str = "",
    references: Sequence[str] = (),
    answer: bool = True,
    automatic: bool = False,
    language: str = "fr",
    reply_line: bool = False,
    at: datetime | None = None,
    enclosures: Sequence[Enclosure] = (),
    unsubscribe: str = "",
) -> EmailMessage:
    """Write a mail about a ticket.

    Args:
        identity: whose name it bears.
        recipient: one, so that each can be retried and followed alone.
        subject: the ticket's title; prefixes and tokens in it are not piled up.
        number: the ticket's number, for the subject's token.
        message_id: from ``inbound.message_ids.make_message_id``.
        text: the plain form, which always goes.
        html: the same in HTML, sanitised by who wrote it; none unless given.
        in_reply_to: the message answered, with or without brackets.
        references: the thread, oldest first.
        answer: whether the subject starts with ``Re:`` (all but what opens a thread).
        automatic: a program wrote it (acknowledgement, closing): RFC 3834 marks it, and asks
            other programs not to answer. What a technician wrote is asked not to be answered by
            programs either, but is marked as a person's.
        language: of the reader, for ``Content-Language`` and the reply line.
        reply_line: put above the text a line that marks where answers end.
        at: the date; now unless given.
        enclosures: files.
        unsubscribe: an address or link for ``List-Unsubscribe``, where one is due.

    Raises:
        NotAddressable: an address is none.
        ValueError: the Message-ID is none.
    """
    ours = _address(identity.name, identity.address)
    theirs = _address(recipient.name, recipient.address)
    plain = ours.username.isascii() and theirs.username.isascii()
    # A local part with accents has no form in ASCII: the message then needs RFC 6531 to travel.
    mail = EmailMessage(policy=SMTP if plain else SMTPUTF8)
    mail["From"] = ours
    mail["To"] = theirs
    if identity.reply_to and identity.reply_to != identity.address:
        mail["Reply-To"] = _address(identity.name, identity.reply_to)
    mail["Subject"] = unencoded(subject_line(subject, number, answer=answer))
    mail["Date"] = format_datetime((at or datetime.now(UTC)).astimezone(UTC))
    mail["Message-ID"] = f"<{_identifier(message_id)}>"
    _thread(mail, in_reply_to, references)
    _against_loops(mail, identity, automatic=automatic)
    mail["Content-Language"] = _token(language)
    if unsubscribe:
        mail["List-Unsubscribe"] = f"<{line(unsubscribe, 500).strip('<>')}>"
    marker = MARKERS.get(language, MARKERS["en"]) if reply_line else ""
    _body(mail, text, html, marker, enclosures)
    return mail


def subject_line(subject: str, number: int, *, answer: bool) -> str:
    """Give ``Re: [#000123] title``: one prefix at most, one token, one line."""
    title = PREFIXES.sub("", message_ids.without_tokens(line(subject, 2 * SUBJECT_CHARS)))
    title = PREFIXES.sub("", title).strip()
    named = f"{message_ids.make_token(number)} {title}".strip()
    return line(f"Re: {named}" if answer else named, SUBJECT_CHARS)


def unencoded(text: str) -> str:
    """Give the text so that no part of it is read as an encoded word (RFC 2047).

    ``EmailMessage`` decodes what a header is given: «=?utf-8?q?=0D=0ABcc:_…?=», typed as a title,
    was a line break and a header of its own (CPython before 3.11.10, CVE-2024-6923).
    """
    return text.replace("=?", "= ?")


def _address(name: str, address: str) -> Address:
    """Make an address field; a name with a line break or an address with two is refused."""
    plain = address.strip()
    if not re.fullmatch(r"[^\s<>,;:\"()\\@\x00-\x1f\x7f]{1,128}@[^\s<>,;:\"()\\@]{1,255}", plain):
        raise NotAddressable(f"not an address: {address!r}")
    local, _, domain = plain.rpartition("@")
    try:
        # Domains with accents travel in ASCII (IDNA); local parts cannot, and need SMTPUTF8.
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
        return Address(
            display_name=unencoded(line(name, 150)).strip('"'), username=local, domain=domain
        )
    except (UnicodeError, HeaderParseError, ValueError, IndexError) as error:
        raise NotAddressable(f"not an address: {address!r}") from error


def _identifier(text: str) -> str:
    plain = text.strip().strip("<>")
    if not IDENTIFIER.fullmatch(plain) or not plain.isascii():
        raise ValueError(f"not a message identifier: {text!r}")
    return plain


def _thread(mail: EmailMessage, in_reply_to: str, references: Sequence[str]) -> None:
    """Write In-Reply-To and References; identifiers that a header cannot hold are left out."""
    known = [one.strip().strip("<>") for one in (*references, in_reply_to)]
    thread = [
        one for one in known if IDENTIFIER.fullmatch(one) and one.isascii() and len(one) <= 250
    ]
    # The nearest stands last, once.
    thread = list(dict.fromkeys(reversed(thread)))[::-1]
    if len(thread) > MOST_REFERENCES:
        thread = thread[:1] + thread[1 - MOST_REFERENCES :]
    answered = in_reply_to.strip().strip("<>")
    if answered in thread:
        mail["In-Reply-To"] = f"<{answered}>"
    if thread:
        mail["References"] = " ".join(f"<{one}>" for one in thread)


def _against_loops(mail: EmailMessage, identity: Identity, *, automatic: bool) -> None:
    """Ask programs not to answer: RFC 3834, what Exchange obeys, and what older programs obey."""
    if automatic:
        mail["Auto-Submitted"] = "auto-replied" if "In-Reply-To" in mail else "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["Precedence"] = "bulk"
    else:
        mail["Auto-Submitted"] = "no"
        mail["X-Auto-Response-Suppress"] = "OOF, AutoReply, RN, NRN"
    mail["X-Compagnon-Loop"] = _token(identity.domain)


def _token(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "", text)[:255]


def _body(
    mail: EmailMessage, text: str, html: str, marker: str, enclosures: Sequence[Enclosure]
) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if marker:
        plain = f"{marker}\n\n{plain}"
    mail.set_content(plain, charset="utf-8", cte="quoted-printable")
    shown = [one for one in enclosures if one.content_id and f"cid:{one.content_id}" in html]
    if html:
        page = html.replace("\x00", "")
        if marker:
            page = f'<p style="color:#888">{marker}</p>{page}'
        mail.add_alternative(_page(page), subtype="html", charset="utf-8", cte="quoted-printable")
        form = mail.get_payload()[-1]  # type: ignore[index]
        for one in shown:
            _enclose(form, one, related=True)  # type: ignore[arg-type]
    for one in enclosures:
        if one not in shown:
            _enclose(mail, one, related=False)


def _page(html: str) -> str:
    if re.match(r"\s*<(?:!doctype|html)\b", html, re.IGNORECASE):
        return html
    return f'<!doctype html><html><head><meta charset="utf-8"></head><body>{html}</body></html>'


def _enclose(mail: EmailMessage, enclosure: Enclosure, *, related: bool) -> None:
    found = re.fullmatch(r"([a-z0-9.+-]{1,60})/([a-z0-9.+-]{1,100})", enclosure.media_type.lower())
    main, sub = (found[1], found[2]) if found else ("application", "octet-stream")
    if main in {"multipart", "message"}:
        # An enclosed message sent as a message may not be encoded; as a file it arrives whole.
        main, sub = "application", "octet-stream"
    name = unencoded(line(enclosure.name, 150)) or "file"
    if related:
        mail.add_related(
            enclosure.content,
            maintype=main,
            subtype=sub,
            filename=name,
            disposition="inline",
            cid=f"<{_identifier(enclosure.content_id or '')}>",
        )
    else:
        mail.add_attachment(enclosure.content, maintype=main, subtype=sub, filename=name)
