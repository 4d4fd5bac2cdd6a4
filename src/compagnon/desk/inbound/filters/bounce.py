"""Reports on delivery, by the standard or by their words. They name the ticket they are about."""

from __future__ import annotations

from compagnon.desk.inbound import reports, threads
from compagnon.desk.inbound.filters import Judgement, intake_filter
from compagnon.desk.inbound.mail import Bounce, ParsedMail
from compagnon.desk.inbound.verdict import Context, Envelope, Outcome, Verdict

NAMED = 3
REASONS = {"failed": "bounce", "delayed": "bounce_delayed", "arrived": "delivery_report"}


@intake_filter(order=30)
def bounce(mail: ParsedMail, envelope: Envelope, context: Context) -> Judgement:
    """Ignore a delivery report: it answers no one's need, and answering it makes a loop."""
    report = mail.bounce
    if report is None:
        # The null path may be known by the envelope alone.
        if envelope.mail_from != "" or not reports.sounds_like_one(mail.subject, mail.text):
            return None
        report = Bounce((), standard=False)
    ids = (*report.original_ids, *threads.references(mail))
    ticket_id = threads.own_ticket(ids, context)
    if ticket_id is None and ids:
        ticket_id = context.known_message(ids)
    named = [one.address for one in report.recipients[:NAMED]]
    if len(report.recipients) > NAMED:
        named.append("…")
    return Verdict(
        Outcome.IGNORED,
        REASONS[report.says],
        {"recipients": ", ".join(named) or "?"},
        ticket_id=ticket_id,
    )
