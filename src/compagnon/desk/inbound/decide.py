"""A message through the filters, to one verdict: the second half of mail intake, pure."""

from __future__ import annotations

from dataclasses import replace

from compagnon.desk.inbound import filters, origin
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.verdict import Context, Envelope, Note, Outcome, Verdict


def decide(mail: ParsedMail, envelope: Envelope, context: Context) -> Verdict:
    """Say what becomes of a message: the first filter that knows decides.

    Args:
        mail: the message, read.
        envelope: what the mail server said beside it.
        context: what the database answers.
    """
    notes: list[Note] = []
    for judge in filters.in_order():
        found = judge(mail, envelope, context)
        if isinstance(found, Note):
            notes.append(found)
        elif found is not None:
            sender, _ = origin.originator(mail, envelope)
            return replace(
                found,
                filter=judge.name,
                sender=sender,
                mailbox=origin.mailbox_of(mail, envelope, context),
                notes=(*notes, *found.notes),
                automatic=found.automatic or any(note.automatic for note in (*notes, *found.notes)),
            )
    raise RuntimeError("the last filter decides for all that is left")


def refusal(error: Unreadable) -> Verdict:
    """Give the verdict on a message that could not be read."""
    return Verdict(Outcome.QUARANTINE, error.reason_code, {"detail": error.detail}, filter="parse")
