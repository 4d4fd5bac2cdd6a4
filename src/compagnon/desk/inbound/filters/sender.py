"""Nobody named, somebody blocked, or somebody unknown where strangers are not let in."""

from __future__ import annotations

from compagnon.desk.inbound import origin, threads
from compagnon.desk.inbound.filters import Judgement, intake_filter
from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.verdict import (
    Context,
    Envelope,
    Note,
    Outcome,
    Standing,
    Treatment,
    Verdict,
)


@intake_filter(order=50)
def sender(mail: ParsedMail, envelope: Envelope, context: Context) -> Judgement:
    """Keep aside what nobody signed; treat strangers as the mailbox says.

    A stranger who answers one of our messages was brought in by somebody: the answer is let in.
    """
    author, place = origin.originator(mail, envelope)
    if author is None:
        raw = mail.first("from")[:100] or "missing"
        return Verdict(Outcome.QUARANTINE, "no_sender", {"raw": raw})
    facts = {"address": author.key}
    standing = context.sender(author.key)
    if standing is Standing.BLOCKED:
        return Verdict(Outcome.IGNORED, "sender_blocked", facts)
    if standing is Standing.UNKNOWN:
        mailbox = origin.mailbox_of(mail, envelope, context)
        treatment = mailbox.unknown_sender if mailbox else context.policy.unknown_sender
        if treatment is not Treatment.OPEN and threads.by_reference(mail, context) is None:
            if treatment is Treatment.IGNORE:
                return Verdict(Outcome.IGNORED, "sender_ignored", facts)
            return Verdict(Outcome.QUARANTINE, "sender_quarantined", facts)
    if place != "From":
        return Note("sender_elsewhere", {"header": place})
    return None
