"""Answers to a ticket: by what they answer, then by the number in their subject."""

from __future__ import annotations

from compagnon.desk.inbound import origin, threads
from compagnon.desk.inbound.filters import Judgement, intake_filter
from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.verdict import Context, Envelope, Note, Outcome, Verdict


@intake_filter(order=60)
def follow_up(mail: ParsedMail, envelope: Envelope, context: Context) -> Judgement:
    """Send an answer to its ticket.

    Whoever answers a message has received it. A number in a subject can be written by anybody:
    it counts for those who take part in the ticket, and is noted for others.
    """
    author, _ = origin.originator(mail, envelope)
    if author is None:
        return None
    thread = threads.by_reference(mail, context)
    if thread is not None:
        stranger = Note("other_sender", {"address": author.key})
        takes_part = context.may_follow_up(thread.ticket_id, author.key)
        return Verdict(
            Outcome.FOLLOW_UP,
            thread.how,
            ticket_id=thread.ticket_id,
            notes=() if takes_part else (stranger,),
        )
    thread, refused = threads.by_token(mail, author.key, context)
    if thread is not None:
        return Verdict(
            Outcome.FOLLOW_UP, "token", {"token": thread.token}, ticket_id=thread.ticket_id
        )
    if refused:
        return Note("token_refused", {"token": refused, "address": author.key})
    return None
