"""A mail that tells several things, or one that no mail of the ticket tells; never a loop.

It bears a Message-ID of no ticket and asks programs not to answer (RFC 3834); its return path is
empty. What a person answers opens a request of its own, as any mail does.
"""

from __future__ import annotations

from email.message import EmailMessage

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compagnon.core.tasks import RetryLater
from compagnon.desk import notice_words
from compagnon.desk.models import Notice, NoticeMail, OutgoingState
from compagnon.desk.outbound.compose import Identity, NotAddressable, Recipient, compose, unencoded
from compagnon.desk.outbound.delivery import ATTEMPTS, WAITS
from compagnon.desk.outbound.transport import NotSent, transport
from compagnon.desk.services.releasing import readable

log = structlog.get_logger(__name__)


def send(pk: int) -> None:
    """Send the mail of that row if it has not left.

    Raises:
        RetryLater: the mail server did not take it now.
    """
    mail = _begin(pk)
    if mail is None:
        return
    keys = list(mail.notices.values_list("pk", flat=True))
    notices = readable(mail.person, keys) if mail.person.is_active else []
    if not notices:
        _end(mail, OutgoingState.SUPPRESSED, "nothing of it may be told any more")
        return
    try:
        written = write(mail, notices)
        transport(settings.MAIL_URL).send(written, sender="", recipient=mail.recipient)
    except NotAddressable as error:
        _end(mail, OutgoingState.FAILED, str(error))
    except NotSent as error:
        if error.permanent or mail.attempts >= ATTEMPTS:
            log.warning("notices not sent", mail=pk, why=error.why)
            _end(mail, OutgoingState.FAILED, error.why)
            return
        _end(mail, OutgoingState.WAITING, error.why)
        raise RetryLater(WAITS[min(mail.attempts, len(WAITS)) - 1]) from error
    else:
        _end(mail, OutgoingState.SENT, "")


def _begin(pk: int) -> NoticeMail | None:
    """Mark the row as being sent, and commit; ``None`` if there is nothing to send."""
    with transaction.atomic():
        rows = NoticeMail.objects.select_for_update(of=("self",)).select_related("person")
        mail = rows.filter(pk=pk).first()
        over = {OutgoingState.SENT, OutgoingState.FAILED, OutgoingState.SUPPRESSED}
        if mail is None or mail.state in over:
            return None
        mail.state = OutgoingState.SENDING
        mail.attempts += 1
        mail.save(update_fields=["state", "attempts"])
    return mail


def _end(mail: NoticeMail, state: OutgoingState, why: str) -> None:
    mail.state, mail.reason = state, why[:200]
    mail.sent_at = timezone.now() if state == OutgoingState.SENT else None
    mail.save(update_fields=["state", "reason", "sent_at"])


def write(mail: NoticeMail, notices: list[Notice]) -> EmailMessage:
    """Write the mail, in its reader's language."""
    with translation.override(mail.language):
        subject, text, html = _subject(notices), _text(mail, notices), _html(mail, notices)
    written = compose(
        identity=Identity("Compagnon", settings.DEFAULT_FROM_EMAIL, settings.MAIL_DOMAIN),
        recipient=Recipient(str(mail.person), mail.recipient),
        subject=subject,
        number=0,
        message_id=mail.internet_id,
        text=text,
        html=html,
        answer=False,
        automatic=True,
        language=mail.language,
        at=mail.created_at,
    )
    # No ticket's number: an answer must not be taken for one on a ticket.
    written.replace_header("Subject", unencoded(" ".join(subject.split())))
    return written


def _subject(notices: list[Notice]) -> str:
    if len(notices) == 1:
        (one,) = notices
        return " ".join(f"{notice_words.line(one)} – {one.ticket}".split())[:200]
    return ngettext(
        "%(count)d thing that concerns you", "%(count)d things that concern you", len(notices)
    ) % {"count": len(notices)}


def _greeting(mail: NoticeMail) -> str:
    name = mail.person.first_name
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")


def _choices() -> tuple[str, str]:
    return (
        _("A program wrote this mail: answer on the page of the request."),
        _("How and when you are told is your choice:") + " "
        + f"{settings.BASE_URL}{reverse('desk:notice_choices')}",
    )  # fmt: skip


def _text(mail: NoticeMail, notices: list[Notice]) -> str:
    parts = [_greeting(mail)]
    for one in notices:
        lines = [f"• {notice_words.line(one)} – {one.ticket}"]
        if said := notice_words.excerpt(one):
            lines.append(f"  {said}")
        lines.append(f"  {notice_words.link(one)}")
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, *_choices()]) + "\n"


def _html(mail: NoticeMail, notices: list[Notice]) -> str:
    items = format_html_join(
        "",
        '<li style="margin-bottom:12px">{}<br><a href="{}">{}</a>{}</li>',
        (
            (notice_words.line(one), notice_words.link(one), str(one.ticket), _quoted(one))
            for one in notices
        ),
    )
    ends = format_html_join("", '<p style="color:#667">{}</p>', ((one,) for one in _choices()))
    return format_html("<p>{}</p><ul>{}</ul>{}", _greeting(mail), items, ends)


def _quoted(notice: Notice) -> str:
    said = notice_words.excerpt(notice)
    return format_html('<br><span style="color:#667">{}</span>', said) if said else ""
