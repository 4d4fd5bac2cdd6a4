"""What the mail server marked as unwanted: by default let in, unanswered, and seen by a person."""

from __future__ import annotations

from compagnon.desk.inbound.filters import Judgement, intake_filter
from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.verdict import Context, Envelope, Note, Outcome, Treatment, Verdict


@intake_filter(order=40)
def spam(mail: ParsedMail, _envelope: Envelope, context: Context) -> Judgement:
    """Apply the installation's policy to the server's mark; never lose a message in silence."""
    sign = _sign(mail)
    if not sign:
        return None
    match context.policy.spam:
        case Treatment.QUARANTINE:
            return Verdict(Outcome.QUARANTINE, "spam_quarantined", {"sign": sign})
        case Treatment.IGNORE:
            return Verdict(Outcome.IGNORED, "spam_ignored", {"sign": sign})
        case Treatment.OPEN:
            return Note("spam_suspected", {"sign": sign}, automatic=True)


def _sign(mail: ParsedMail) -> str:
    for name in ("x-spam-flag", "x-spam-status", "x-spam"):
        value = mail.first(name).strip()
        if value.lower().startswith(("yes", "true")):
            return f"{name.title()}: {value[:60]}"
    return ""
