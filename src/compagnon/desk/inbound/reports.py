"""Delivery reports: by the standard (RFC 3464), or told by the words of those who ignore it."""

from __future__ import annotations

import re

from compagnon.desk.inbound import charsets, cleaning, headers
from compagnon.desk.inbound.addresses import BARE
from compagnon.desk.inbound.limits import Limits
from compagnon.desk.inbound.mail import Address, Bounce, FailedRecipient
from compagnon.desk.inbound.structure import Part

FIELD = re.compile(r"^([A-Za-z][A-Za-z-]{2,40})[ \t]*:[ \t]*(.*)$")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
CODE = re.compile(r"\b([45]\d\d)[ -]")
SENDERS = {
    "mailer-daemon", "mailerdaemon", "postmaster", "mail-daemon", "mdaemon", "maildelivery",
    "mail.delivery", "microsoftexchange", "mailer_daemon", "mail-delivery", "bounce", "bounces",
    "postmaster-noreply", "mail-delivery-subsystem", "mailsystem", "bouncehandler",
}  # fmt: skip
SUBJECTS = re.compile(
    r"undeliver|returned mail|return(?:ed)? to sender|delivery (?:status )?notification|"
    r"mail delivery (?:failed|failure|subsystem|system|error)|delivery (?:has )?fail|"
    r"failure notice|message (?:delivery|could not be delivered)|could not (?:be delivered|send)|"
    r"delayed mail|mail system error|warning: (?:could not|message)|delivery (?:delayed|problem)|"
    r"non[- ]remis|non remise|(?:é|e)chec (?:de (?:la )?)?(?:remise|livraison|distribution|envoi)|"
    r"non distribu|avis de non|message (?:non|retard)|unzustellbar|nicht zugestellt|"
    r"no se (?:puede|pudo) entregar|mancata consegna|onbestelbaar|rejected: |undelivered",
    re.IGNORECASE,
)
WORDS = re.compile(
    r"this is the qmail-send program|i'm sorry to have to inform you|this is the mail system at|"
    r"could not be delivered|delivery (?:to the following|has failed)|delivery failed|"
    r"message that you sent could not|permanent (?:fatal )?error|undeliverable|"
    r"did not reach the following|n['’\u2019](?:a|ont) pas pu (?:ê|e)tre (?:remis|distribu|livr)|"
    r"original message follows|user unknown|mailbox (?:is )?(?:full|unavailable)|"
    r"address not found|adresse (?:e-mail )?introuvable|no such user|recipient rejected",
    re.IGNORECASE,
)
COPY = re.compile(
    r"^.{0,20}(?:original message follows|copy of (?:the|your) message|below this line|"
    r"original message (?:headers|header)|returned message|headers follow|en-tête du message).*$",
    re.IGNORECASE | re.MULTILINE,
)
PASTED_ID = re.compile(
    r"^[ \t>]*message-id[ \t]*:[ \t]*<([^<>\s]{3,250})>", re.IGNORECASE | re.MULTILINE
)
SPECIFIC = re.compile(r"^([a-z0-9.+-]{1,40})\s*;\s*", re.IGNORECASE)
MOST = 200
MOST_PARTS = 5


def read(
    root: Part, from_: Address | None, subject: str, text: str, *, null_path: bool, limits: Limits
) -> Bounce | None:
    """Say whether the message reports on a delivery, and which.

    A report without its form is believed only by its sender (or the null return path) and its
    words together; people forward such messages to ask what they mean.
    """
    parts = list(root.walk())
    statuses = [one for one in parts if one.content_type in STATUS_TYPES]
    failed = _failed_header(root)
    # A report stands on its own or as the message's second part, never inside a person's mail.
    if statuses and (root.subtype == "report" or root in statuses):
        found = _standard(statuses)
        return Bounce(found or failed, _original(parts, limits))
    if failed:
        return Bounce(failed, _original(parts, limits) or _quoted(text), standard=False)
    daemon = null_path or (from_ is not None and _is_daemon(from_))
    if not daemon or not sounds_like_one(subject, text):
        return None
    return Bounce(_told(text), _original(parts, limits) or _quoted(text), standard=False)


def sounds_like_one(subject: str, text: str) -> bool:
    """Whether the words of a message are those of a report."""
    return bool(SUBJECTS.search(subject) or WORDS.search(text[:20_000]))


STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}


def _is_daemon(address: Address) -> bool:
    local = address.local
    return local in SENDERS or local.startswith(("mailer-daemon", "microsoftexchange"))


def _failed_header(root: Part) -> tuple[FailedRecipient, ...]:
    """Exim and Gmail name the recipients in a header."""
    value = headers.line_of(root.block.first("x-failed-recipients"), 20_000)
    return tuple(FailedRecipient(one.lower()) for one in dict.fromkeys(BARE.findall(value)))[:MOST]


def _standard(statuses: list[Part]) -> tuple[FailedRecipient, ...]:
    found: dict[str, FailedRecipient] = {}
    for part in statuses[:MOST_PARTS]:
        for group in _text(part).split("\n\n"):
            recipient = _recipient(_fields(group))
            if recipient and len(found) < MOST:
                found.setdefault(recipient.address, recipient)
    if not found:
        # The form is there and the words are not in it: some write their prose instead.
        for recipient in _told("\n".join(_text(part) for part in statuses[:MOST_PARTS])):
            found.setdefault(recipient.address, recipient)
    return tuple(found.values())


def _text(part: Part) -> str:
    data, _ = part.content(200_000)
    return cleaning.tidy(cleaning.block(charsets.decode(data, part.charset).text))


def _fields(group: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    last = ""
    for row in group.split("\n"):
        if row[:1] in " \t" and last:
            fields[last] = f"{fields[last]} {row.strip()}"
        elif found := FIELD.match(row):
            last = found[1].lower()
            fields.setdefault(last, found[2].strip())
    return fields


def _recipient(fields: dict[str, str]) -> FailedRecipient | None:
    named = fields.get("final-recipient") or fields.get("original-recipient") or ""
    address = BARE.search(SPECIFIC.sub("", named))
    if not address:
        return None
    diagnostic = fields.get("diagnostic-code", "")
    status = STATUS.search(fields.get("status", "")) or STATUS.search(diagnostic)
    action = re.match(r"[a-z]+", fields.get("action", "").lower())
    return FailedRecipient(
        cleaning.line(address[0].lower(), 320),
        action[0] if action else "",
        status[1] if status else "",
        cleaning.line(SPECIFIC.sub("", diagnostic), 500),
    )


def _told(text: str) -> tuple[FailedRecipient, ...]:
    """Find addresses in the prose above the returned message, each with the status near it."""
    copy = COPY.search(text)
    prose = text[: copy.start() if copy else 5_000][:5_000]
    found: dict[str, FailedRecipient] = {}
    for match in BARE.finditer(prose):
        address = match[0].strip(".").lower()
        near = prose[match.end() : match.end() + 400]
        status = STATUS.search(near)
        code = CODE.search(near)
        if address.partition("@")[0] in SENDERS:
            continue
        found.setdefault(
            address,
            FailedRecipient(
                address, "failed", status[1] if status else (f"{code[1][0]}.0.0" if code else "")
            ),
        )
    return tuple(found.values())[:20]


def _original(parts: list[Part], limits: Limits) -> tuple[str, ...]:
    """Give the identifiers in the returned message or its headers."""
    for part in parts:
        if part.content_type in RETURNED_TYPES:
            data, _ = part.content(500_000)
            block = headers.read_block(data, 0, len(data), Limits(), root=True)
            return _identifiers(block, limits)
    return ()


RETURNED_TYPES = {
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
}


def _identifiers(block: headers.Block, limits: Limits) -> tuple[str, ...]:
    own = headers.message_identifier(block.first("message-id"))
    answered = headers.identifiers(block.first("in-reply-to"), limits.references)
    earlier = headers.identifiers(block.first("references"), limits.references)
    return tuple(dict.fromkeys([*([own] if own else []), *answered, *reversed(earlier)]))


def _quoted(text: str) -> tuple[str, ...]:
    """Find the returned message's identifier where it was pasted into the text."""
    return tuple(dict.fromkeys(PASTED_ID.findall(text)))[:10]
