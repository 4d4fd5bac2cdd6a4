"""All that is left opens a ticket, in the mailbox that it was addressed to."""

from __future__ import annotations

from compagnon.desk.inbound import origin
from compagnon.desk.inbound.filters import Judgement, intake_filter
from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.verdict import Context, Envelope, Note, Outcome, Verdict


@intake_filter(order=90)
def routing(mail: ParsedMail, envelope: Envelope, context: Context) -> Judgement:
    """Open a ticket; ``decide`` adds the mailbox, or none when no recipient is one of ours."""
    addressed = origin.mailbox_of(mail, envelope, context) is not None
    return Verdict(
        Outcome.TICKET, "new_request", notes=() if addressed else (Note("not_addressed"),)
    )
