"""Sending one mail of the outbox: attempted, noted, tried again, never invented twice.

The row says what is known. It is marked ``sending`` and committed before the mail server is
spoken to: after a crash nobody knows whether the mail left, and it is sent again under the same
Message-ID, which readers' programs show once.
"""

from __future__ import annotations

from email.message import EmailMessage

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from compagnon.core.tasks import RetryLater
from compagnon.desk.models import (
    MailEvent,
    Message,
    OutgoingMail,
    OutgoingState,
    Ticket,
)
from compagnon.desk.outbound.compose import Identity, NotAddressable, Recipient, compose
from compagnon.desk.outbound.orders import enclosed, order_of
from compagnon.desk.outbound.transport import NotSent, transport
from compagnon.desk.outbound.words import letter

log = structlog.get_logger(__name__)

# From a minute to four hours apart, for about two days: what a mail server itself does.
WAITS = (60, 120, 300, 600, 1800, 3600, 7200, 14400)
ATTEMPTS = 20
REFERENCES = 20
AUTOMATIC = frozenset(
    {
        MailEvent.ACKNOWLEDGEMENT,
        MailEvent.CLOSING,
        MailEvent.REMINDER,
        MailEvent.APPROVAL,
    }
)


def send(pk: int) -> None:
    """Send the mail of that row if it has not left.

    Raises:
        RetryLater: the mail server did not take it now.
    """
    mail = _begin(pk)
    if mail is None:
        return
    try:
        written = write(mail)
        # What a program wrote has no return path: nobody must answer its failure to us.
        sender = "" if mail.event in AUTOMATIC else _identity(mail).address
        transport(settings.MAIL_URL).send(written, sender=sender, recipient=mail.recipient)
    except NotAddressable as error:
        _end(mail, OutgoingState.FAILED, str(error))
    except NotSent as error:
        if error.permanent or mail.attempts >= ATTEMPTS:
            log.warning("mail not sent", mail=pk, why=error.why)
            _end(mail, OutgoingState.FAILED, error.why)
            return
        _end(mail, OutgoingState.WAITING, error.why)
        raise RetryLater(WAITS[min(mail.attempts, len(WAITS)) - 1]) from error
    else:
        _end(mail, OutgoingState.SENT, "")


def _begin(pk: int) -> OutgoingMail | None:
    """Mark the row as being sent, and commit; ``None`` if there is nothing to send."""
    with transaction.atomic():
        mail = (
            OutgoingMail.objects.select_for_update(of=("self",))
            .select_related(
                "ticket__organisation", "person", "mailbox", "message", "solution", "voice"
            )
            .filter(pk=pk)
            .first()
        )
        if mail is None or mail.state in {
            OutgoingState.SENT,
            OutgoingState.FAILED,
            OutgoingState.SUPPRESSED,
        }:
            return None
        mail.resent = mail.resent or mail.state == OutgoingState.SENDING
        mail.state = OutgoingState.SENDING
        mail.attempts += 1
        mail.save(update_fields=["state", "resent", "attempts"])
    return mail


def _end(mail: OutgoingMail, state: OutgoingState, why: str) -> None:
    mail.state, mail.reason = state, why[:200]
    mail.sent_at = timezone.now() if state == OutgoingState.SENT else None
    mail.save(update_fields=["state", "reason", "sent_at"])


def _identity(mail: OutgoingMail) -> Identity:
    if mail.mailbox is not None:
        box = mail.mailbox
        return Identity(box.name, box.address, settings.MAIL_DOMAIN, reply_to=box.reply_to)
    return Identity("Compagnon", settings.DEFAULT_FROM_EMAIL, settings.MAIL_DOMAIN)


def write(mail: OutgoingMail) -> EmailMessage:
    """Write the mail of a row."""
    content = letter(mail)
    signature = mail.mailbox.signature_in(mail.language) if mail.mailbox else ""
    apart = mail.event in {MailEvent.AFFECTED, MailEvent.ORDER}
    answered, references = ("", []) if apart else thread(mail.ticket, before=mail)
    with translation.override(mail.language):
        text, html = content.text(signature), content.html(signature)
    return compose(
        identity=_identity(mail),
        recipient=Recipient(str(mail.person or ""), mail.recipient),
        subject=_subject(mail),
        number=mail.ticket_id,
        message_id=mail.internet_id,
        text=text,
        html=html,
        in_reply_to=answered,
        references=references,
        answer=bool(answered),
        automatic=mail.event in AUTOMATIC,
        language=mail.language,
        reply_line=True,
        at=mail.created_at,
        enclosures=enclosed(mail),
    )


def _subject(mail: OutgoingMail) -> str:
    # Its title may tell of its user: those whom a fall touches read the machine's name, a
    # supplier the order's number.
    if mail.event == MailEvent.AFFECTED:
        return str(mail.ticket.asset or "")
    if mail.event == MailEvent.ORDER:
        with translation.override(mail.language):
            return _("Order %(number)s") % {"number": order_of(mail).reference}
    return mail.ticket.title


def thread(ticket: Ticket, *, before: OutgoingMail) -> tuple[str, list[str]]:
    """Give what the mail answers, and the thread it belongs to, oldest first.

    The user's last message is answered; without one (a phone call), our own first mail to the
    same recipient starts the thread that the next ones continue.
    """
    theirs = list(
        Message.objects.filter(ticket=ticket, occurred_at__lte=before.created_at)
        .exclude(internet_id="")
        .order_by("-occurred_at", "-id")
        .values_list("occurred_at", "internet_id")[:REFERENCES]
    )
    ours = list(
        OutgoingMail.objects.filter(ticket=ticket, recipient=before.recipient, id__lt=before.pk)
        .exclude(state=OutgoingState.SUPPRESSED)
        .order_by("-id")
        .values_list("created_at", "internet_id")[:REFERENCES]
    )
    references = [identifier for _at, identifier in sorted([*theirs, *ours])]
    if theirs:
        return theirs[0][1], references
    return (ours[0][1] if ours else ""), references
