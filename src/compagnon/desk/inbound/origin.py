"""Who wrote a message, and to which of our mailboxes: where a mail hides it, in what order."""

from __future__ import annotations

from compagnon.desk.inbound import addresses
from compagnon.desk.inbound.mail import Address, ParsedMail
from compagnon.desk.inbound.verdict import Context, Envelope, MailboxRule

# Where servers note whom they delivered to, nearest first; then what the author wrote.
DELIVERED = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "x-forwarded-to",
             "apparently-to", "resent-to")  # fmt: skip
MOST_RECIPIENTS = 300


def originator(mail: ParsedMail, envelope: Envelope) -> tuple[Address | None, str]:
    """Give who wrote the message, and where it says so.

    ``From`` speaks first; the others only where it names nobody, since they may name a robot.
    """
    if mail.from_ is not None:
        return mail.from_, "From"
    if mail.reply_to:
        return mail.reply_to[0], "Reply-To"
    if mail.sender is not None:
        return mail.sender, "Sender"
    for header in ("resent-from", "x-original-from", "x-sender"):
        found = addresses.parse(mail.first(header), limit=1)
        if found:
            return found[0], header.title()
    for place, text in (("the envelope", envelope.mail_from), ("Return-Path", mail.return_path)):
        found = addresses.parse(text or "", limit=1)
        if found:
            return found[0], place
    return None, ""


def recipients(mail: ParsedMail, envelope: Envelope) -> list[str]:
    """Give every address the message was for, in lower case, the surest first."""
    found = [one.key for text in envelope.rcpt_tos for one in addresses.parse(text, limit=1)]
    for header in DELIVERED:
        found += [one.key for text in mail.all(header) for one in addresses.parse(text, limit=20)]
    found += [one.key for one in (*mail.to, *mail.cc)]
    return list(dict.fromkeys(found))[:MOST_RECIPIENTS]


def mailbox_of(mail: ParsedMail, envelope: Envelope, context: Context) -> MailboxRule | None:
    """Give the mailbox of ours that the message came to; ``+tags`` are looked through."""
    for address in recipients(mail, envelope):
        for form in dict.fromkeys((address, untagged(address))):
            mailbox = context.mailbox(form)
            if mailbox is not None:
                return mailbox
    return None


def untagged(address: str) -> str:
    """Drop the tag of a subaddress (RFC 5233): ``desk+printers@x.fr`` is ``desk@x.fr``."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
