"""What we wrote ourselves, and what goes in circles between servers."""

from __future__ import annotations

from compagnon.desk.inbound import origin, threads
from compagnon.desk.inbound.filters import Judgement, intake_filter
from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.verdict import Context, Envelope, Note, Outcome, Verdict

LOOP_HEADER = "x-compagnon-loop"


@intake_filter(order=10)
def own_loop(mail: ParsedMail, envelope: Envelope, context: Context) -> Judgement:
    """Ignore our own messages.

    The header is not secret: whoever forges it silences but their own message. Another
    installation's header is no loop yet, and its message is not answered, lest it become one.
    """
    marks = {value.strip().lower() for value in mail.all(LOOP_HEADER)}
    if marks & {domain.lower() for domain in context.policy.domains}:
        return Verdict(Outcome.IGNORED, "loop_header")
    # A report on our message is about it, and is not it.
    if mail.message_id and mail.bounce is None:
        ticket_id = threads.own_ticket((mail.message_id,), context)
        if ticket_id is not None:
            return Verdict(Outcome.IGNORED, "loop_own_message", ticket_id=ticket_id)
    sender, _ = origin.originator(mail, envelope)
    if sender is not None and context.mailbox(sender.key) is not None:
        return Verdict(Outcome.IGNORED, "loop_own_address", {"address": sender.key})
    hops = len(mail.all("received"))
    if hops > context.policy.hops:
        return Verdict(
            Outcome.IGNORED,
            "loop_hops",
            {"hops": str(hops), "limit": str(context.policy.hops)},
        )
    if marks:
        return Note("automatic", {"sign": "X-Compagnon-Loop"}, automatic=True)
    return None
