"""Whom else a mail was for: kept with it, so that support may let them follow."""

from __future__ import annotations

from compagnon.desk import copied
from compagnon.desk.inbound import addresses
from compagnon.desk.inbound.mail import Address, ParsedMail
from compagnon.desk.inbound.origin import untagged
from compagnon.desk.models import CopiedAddress, InboundMessage

# Of one mail; more are a mailing to many, and are in the raw message.
MOST = 50
LONGEST = 254
# Where a server notes the address by which this very mail reached us: it is ours, an alias maybe.
REACHED = ("x-original-to", "delivered-to")


def others(mail: ParsedMail, sender: Address | None) -> list[Address]:
    """Give those beside us and the sender to whom a mail was sent, each once, in its order."""
    reached = {
        one.key
        for header in REACHED
        for text in mail.all(header)
        for one in addresses.parse(text, limit=20)
    }
    left_out = reached | ({sender.key} if sender else set())
    found: dict[str, Address] = {}
    for one in (*mail.cc, *mail.to):
        known = found.get(one.key)
        if one.key not in left_out and len(one.key) <= LONGEST and not (known and known.name):
            found[one.key] = one
    return list(found.values())[:MOST]


def note(inbound: InboundMessage, mail: ParsedMail, sender: Address | None) -> None:
    """Keep whom else a mail was for that opened a ticket or was added to one."""
    found = others(mail, sender) if inbound.ticket_id is not None else []
    if not found:
        return
    mine = copied.ours()
    CopiedAddress.objects.bulk_create(
        [
            CopiedAddress(inbound=inbound, name=one.name[:200], address=one.key)
            for one in found
            if not {one.key, untagged(one.key)} & mine
        ],
        ignore_conflicts=True,
    )
