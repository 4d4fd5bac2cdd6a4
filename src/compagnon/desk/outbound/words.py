"""What our mail says, in its reader's language, simpler for those who ask for simple words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from compagnon.core.markup_text import as_text
from compagnon.desk.approval_words import money
from compagnon.desk.links import approval_link, solution_link
from compagnon.desk.models import (
    Channel,
    MailEvent,
    Message,
    OutgoingMail,
    Reminded,
    Ticket,
    Wait,
)
from compagnon.desk.outbound.orders import order_of
from compagnon.people.models import Ease


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's content. ``paragraphs`` are plain text; ``body`` is what somebody wrote, or empty.

    ``of_button`` and ``of_link`` say the same of what follows: the HTML form has a button, the
    plain one an address.
    """

    paragraphs: tuple[str, ...]
    body_text: str = ""
    body_html: str = ""
    after: tuple[str, ...] = ()
    button: str = ""
    link: str = ""
    of_button: str = ""
    of_link: str = ""

    def text(self, signature: str) -> str:
        """The plain form."""
        parts = [*self.paragraphs]
        if self.body_text:
            parts.append(self.body_text)
        parts += self.after
        if self.of_link:
            parts.append(self.of_link)
        if self.link:
            parts.append(_("%(button)s:") % {"button": self.button} + f"\n{self.link}")
        if signature:
            parts.append(f"-- \n{signature}")
        return "\n\n".join(parts) + "\n"

    def html(self, signature: str) -> str:
        """The HTML form; styles are in the tags, as mail programs want."""
        paragraph = "<p>{}</p>"
        html = format_html_join("", paragraph, ((one,) for one in self.paragraphs))
        if self.body_html:
            # Made safe by ``core.markup`` when it was written.
            html += format_html(
                '<div style="border-left:3px solid #0b7285;padding-left:12px">{}</div>',
                mark_safe(self.body_html),  # noqa: S308
            )
        after = (*self.after, self.of_button) if self.of_button else self.after
        html += format_html_join("", paragraph, ((one,) for one in after))
        if self.link:
            html += format_html(
                '<p><a href="{}" style="display:inline-block;padding:10px 16px;'
                'background:#0b7285;color:#fff;text-decoration:none;border-radius:4px">{}</a></p>',
                self.link,
                self.button,
            )
        if signature:
            html += format_html_join(
                "", '<p style="color:#667">{}</p>', ((one,) for one in signature.split("\n\n"))
            )
        return html


def letter(mail: OutgoingMail) -> Letter:
    """Write the content of a mail, in the language of its row."""
    with translation.override(mail.language):
        return WRITERS[MailEvent(mail.event)](mail)


def _greeting(mail: OutgoingMail) -> str:
    name = mail.person.first_name if mail.person else ""
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")


def _simple(mail: OutgoingMail) -> bool:
    return mail.person is not None and mail.person.ease == Ease.NOVICE


def _written(message: Message) -> str:
    """Give what somebody wrote as plain text: on a page it is Markdown, by mail it is not."""
    return message.text if message.channel == Channel.MAIL else as_text(message.text)


def _page(mail: OutgoingMail) -> str:
    # Who asked has a place of their own, and a colleague who follows reads it there.
    ticket = mail.ticket
    asked = mail.person_id in {ticket.requester_id, ticket.beneficiary_id} or (
        mail.event == MailEvent.MESSAGE
        and mail.person is not None
        and mail.person.organisation_id == ticket.organisation_id
    )
    page = "desk:portal_request" if asked else "desk:ticket"
    return f"{settings.BASE_URL}{reverse(page, args=[mail.ticket_id])}"


def _acknowledgement(mail: OutgoingMail) -> Letter:
    ticket = mail.ticket
    received = _("We have received your request “%(title)s”. Its number is %(reference)s.") % {
        "title": ticket.title,
        "reference": ticket.reference,
    }
    if _simple(mail):
        what_next = _(
            "You have nothing to do: a technician looks at it and writes to you here. "
            "To add something, simply answer this message."
        )
    else:
        what_next = _("To add something, answer this message and keep its subject.")
    return Letter((_greeting(mail), received), after=(what_next,))


def _message(mail: OutgoingMail) -> Letter:
    message = mail.message
    assert message is not None  # noqa: S101 — what this event is about
    closing = (
        _("To answer, simply write above these lines and send.")
        if _simple(mail)
        else _("You can answer this message.")
    )
    opening = [_greeting(mail)]
    ticket = mail.ticket
    if mail.person_id is not None and mail.person_id not in {
        ticket.requester_id,
        ticket.beneficiary_id,
    }:
        opening.append(
            _("A message on request %(reference)s “%(title)s”, which you watch:")
            % {"reference": ticket.reference, "title": ticket.title}
        )
    return Letter(
        tuple(opening), body_text=_written(message), body_html=message.html, after=(closing,)
    )


def _mention(mail: OutgoingMail) -> Letter:
    message, ticket = mail.message, mail.ticket
    assert message is not None  # noqa: S101 — what this event is about
    told = _("%(author)s names you in an internal note of ticket %(reference)s “%(title)s”:") % {
        "author": message.author or "",
        "reference": ticket.reference,
        "title": ticket.title,
    }
    return Letter(
        (_greeting(mail), told),
        body_text=_written(message),
        body_html=message.html,
        after=(_("What you answer to this mail is kept as an internal note."),),
        button=_("See the ticket"),
        link=_page(mail),
    )


def _solution(mail: OutgoingMail) -> Letter:
    message, solution, ticket = mail.message, mail.solution, mail.ticket
    assert message is not None  # noqa: S101
    assert solution is not None  # noqa: S101
    proposed = _("A solution is proposed for your request “%(title)s”:") % {"title": ticket.title}
    after = [_("Does it settle your request? Accept it, or tell us what still fails.")]
    if ticket.close_after:
        zone = ticket.organisation.time_zone
        local = timezone.localtime(ticket.close_after, _zone(zone))
        after.append(
            _("Without an answer, the request closes by itself on %(date)s.")
            % {"date": date_format(local, "DATE_FORMAT")}
        )
    of_button = of_link = ""
    if _simple(mail):
        of_button = _("The button below opens a page with two choices; nothing else is asked.")
        of_link = _("The address below opens a page with two choices; nothing else is asked.")
    return Letter(
        (_greeting(mail), proposed),
        body_text=_written(message),
        body_html=message.html,
        after=tuple(after),
        of_button=of_button,
        of_link=of_link,
        button=_("Accept or refuse the solution"),
        link=solution_link(solution),
    )


def _closing(mail: OutgoingMail) -> Letter:
    closed = _("Your request %(reference)s “%(title)s” is closed.") % {
        "title": mail.ticket.title,
        "reference": mail.ticket.reference,
    }
    if mail.ticket.waits.filter(closed_ticket=True, ended_at__gte=mail.created_at).exists():
        closed += " " + _("We had no answer to our messages.")
    after = _("If the matter comes back, answer this message: the request is opened again.")
    return Letter((_greeting(mail), closed), after=(after,))


def _reminder(mail: OutgoingMail) -> Letter:
    """A reminder: to the user whose answer we wait for, or to the technician who waits."""
    ticket = mail.ticket
    wait = Wait.objects.filter(ticket=ticket).order_by("-id").first()
    about = {"reference": ticket.reference, "title": ticket.title}
    if wait is None or wait.reminds != Reminded.USER:
        told = _("Ticket %(reference)s “%(title)s” still waits: %(reason)s.") % (
            about | {"reason": wait.words.lower() if wait else ""}
        )
        since = _on_day(ticket, wait.began_at) if wait else ""
        after = _("It has waited since %(date)s. Ask again, or take it off hold.") % {"date": since}
        return Letter((_greeting(mail), told), after=(after,), button=_("See the ticket"),
                      link=_page(mail))  # fmt: skip
    asked = (
        Message.objects.filter(ticket=ticket, is_public=True, from_support=True)
        .order_by("-occurred_at", "-id")
        .first()
    )
    told = _("We wait for your answer on your request %(reference)s “%(title)s”.") % about
    opening = [_greeting(mail), told]
    if asked is not None:
        opening.append(_("We wrote to you:"))
    after_it = [
        _("Simply write your answer above these lines and send.")
        if _simple(mail)
        else _("You can answer this message.")
    ]
    if wait.closes_at:
        after_it.append(
            _("Without an answer, the request closes by itself on %(date)s.")
            % {"date": _on_day(ticket, wait.closes_at)}
        )
    return Letter(
        tuple(opening),
        body_text=_written(asked) if asked else "",
        body_html=asked.html if asked else "",
        after=tuple(after_it),
        button=_("See the request"),
        link=_page(mail),
    )


def _on_day(ticket: Ticket, moment: datetime) -> str:
    local = timezone.localtime(moment, _zone(ticket.organisation.time_zone))
    return date_format(local, "DATE_FORMAT")


def _reopened(mail: OutgoingMail) -> Letter:
    message = mail.message
    again = _("We are working again on your request %(reference)s “%(title)s”.") % {
        "title": mail.ticket.title,
        "reference": mail.ticket.reference,
    }
    return Letter(
        (_greeting(mail), again),
        body_text=_written(message) if message else "",
        body_html=message.html if message else "",
        button=_("See the request"),
        link=_page(mail),
    )


def _affected(mail: OutgoingMail) -> Letter:
    message = mail.message
    assert message is not None  # noqa: S101 — what this event is about
    # Nothing of the ticket but the machine's name: it is somebody else's request.
    told = _("Something that you use depends on %(asset)s:") % {"asset": mail.ticket.asset or ""}
    return Letter(
        (_greeting(mail), told),
        body_text=_written(message),
        body_html=message.html,
        after=(_("If it is otherwise for you, answer this message."),),
    )


def _authority(mail: OutgoingMail) -> Letter:
    message, ticket = mail.message, mail.ticket
    asked = _("You are asked to act on ticket %(reference)s “%(title)s” (%(organisation)s).") % {
        "reference": ticket.reference,
        "title": ticket.title,
        "organisation": ticket.organisation,
    }
    kept = _("What you answer to this mail is kept as an internal note.")
    return Letter(
        (_greeting(mail), asked),
        body_text=_written(message) if message else "",
        body_html=message.html if message else "",
        after=(kept,),
        button=_("See the ticket"),
        link=_page(mail),
    )


def _approval(mail: OutgoingMail) -> Letter:
    voice, ticket = mail.voice, mail.ticket
    if voice is None:
        return Letter((_greeting(mail), _("This approval is no longer asked.")))
    approval = voice.approval
    asked = _("Your approval is asked: “%(step)s”, for %(who)s (%(organisation)s).") % {
        "step": approval,
        "who": ticket.beneficiary,
        "organisation": ticket.organisation,
    }
    about = _("Request %(reference)s: %(title)s") % {
        "reference": ticket.reference,
        "title": ticket.title,
    }
    told = [_greeting(mail), asked, about]
    if approval.amount:
        told.append(_("Amount: %(amount)s") % {"amount": money(approval.amount, approval.currency)})
    if approval.details:
        told.append(approval.details)
    after = []
    if approval.due_at:
        after.append(
            _("An answer is wanted by %(date)s.") % {"date": _on_day(ticket, approval.due_at)}
        )
    after.append(_("Answer on the page: what you write back to this mail decides nothing."))
    return Letter(
        tuple(told),
        after=tuple(after),
        button=_("See what is asked, and answer"),
        link=approval_link(voice),
    )


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return get_default_timezone()


def _order(mail: OutgoingMail) -> Letter:
    """The order's document says the rest; nothing is told of the request behind it."""
    order = order_of(mail)
    named = {"number": order.reference, "organisation": order.organisation}
    asked = [
        _("Please find enclosed our order %(number)s, for %(organisation)s.") % named,
        _("Please confirm it, with the day of delivery, by answering this message."),
    ]
    if order.expected_on:
        asked.append(
            _("We expect it on %(day)s.") % {"day": date_format(order.expected_on, "DATE_FORMAT")}
        )
    return Letter((_("Hello,"), *asked), body_text=order.note)


WRITERS: dict[MailEvent, Callable[[OutgoingMail], Letter]] = {
    MailEvent.ACKNOWLEDGEMENT: _acknowledgement,
    MailEvent.MESSAGE: _message,
    MailEvent.SOLUTION: _solution,
    MailEvent.CLOSING: _closing,
    MailEvent.REOPENED: _reopened,
    MailEvent.AUTHORITY: _authority,
    MailEvent.MENTION: _mention,
    MailEvent.AFFECTED: _affected,
    MailEvent.REMINDER: _reminder,
    MailEvent.APPROVAL: _approval,
    MailEvent.ORDER: _order,
}
