"""Deciding what mail leaves: a row for each event and recipient, in the event's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor, Source
from compagnon.core.services import require, service
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import (
    ApprovalVoice,
    Channel,
    Mailbox,
    MailEvent,
    Message,
    NoticeEvent,
    OutgoingMail,
    OutgoingState,
    Solution,
    Ticket,
)
from compagnon.desk.outbound import identity
from compagnon.desk.services import noticing
from compagnon.desk.services.noticing import CHOSEN_OFF, LEFT
from compagnon.people.models import ContactKind, ContactPoint, Person
from compagnon.people.queries import actor_for

# A sender whose program answers each acknowledgement in a way that no filter knows would make a
# loop: past this many acknowledgements of mail in an hour to one address, we are silent and say
# why.
ACKNOWLEDGEMENTS_PER_HOUR = 20
WATCHED = NoticeEvent.WATCHED
# What each mail tells, for who chose how to be told of it.
TOLD_AS: Mapping[MailEvent, NoticeEvent] = {
    MailEvent.ACKNOWLEDGEMENT: NoticeEvent.OPENED,
    MailEvent.MESSAGE: NoticeEvent.ANSWERED,
    MailEvent.SOLUTION: NoticeEvent.SOLUTION,
    MailEvent.CLOSING: NoticeEvent.CLOSED,
    MailEvent.REOPENED: NoticeEvent.REOPENED,
    MailEvent.REMINDER: NoticeEvent.WAITS,
    MailEvent.MENTION: NoticeEvent.MENTION,
    MailEvent.AUTHORITY: NoticeEvent.AUTHORITY,
}


def queue(
    *,
    actor: Actor,
    ticket: Ticket,
    event: MailEvent,
    at: datetime,
    message: Message | None = None,
    solution: Solution | None = None,
    to: Person | None = None,
) -> list[OutgoingMail]:
    """Write the mails that an event makes, and enqueue their sending, in this transaction.

    The requester and the beneficiary are told, each once, unless they did it themselves. Somebody
    without an address is not, and no row is made. To who left nothing leaves, and the row says so.

    Args:
        to: this person alone instead, who works for the support.
    """
    people = (
        {to.pk: to}
        if to is not None
        else {ticket.requester_id: ticket.requester, ticket.beneficiary_id: ticket.beneficiary}
    )
    # Who accepts or answers knows it; but an acknowledgement is for the one who wrote.
    if event is not MailEvent.ACKNOWLEDGEMENT and event is not MailEvent.CLOSING:
        people.pop(actor.id or 0, None)
    watching = _watching(actor, ticket, message) if to is None else {}
    people = watching | people
    reached = addresses(list(people))
    mailbox = ticket.mailbox or default_mailbox(ticket)
    made = []
    told = {key: WATCHED if key in watching else TOLD_AS.get(event) for key in reached}
    # A reminder to who works on it, and what support must know, are no matter of choice.
    held = noticing.held_mail(
        actor=actor,
        ticket=ticket,
        told={} if to is not None and event is MailEvent.REMINDER else told,
        at=at,
        message=message,
    )
    for key, person in people.items():
        # A note names many: who did not ask for mail has their page.
        if key not in reached or (event is MailEvent.MENTION and held.get(key) == CHOSEN_OFF):
            continue
        # The link that accepts a solution is the right itself: who watches receives its text.
        what, answer = (MailEvent.MESSAGE, None) if key in watching else (event, solution)
        mail = _row(actor, ticket, what, at, message, answer, person, reached[key], mailbox)
        if key in held:
            mail.state, mail.reason = OutgoingState.SUPPRESSED, held[key]
        elif event is MailEvent.ACKNOWLEDGEMENT and _too_many(ticket, reached[key], at):
            mail.state = OutgoingState.SUPPRESSED
            mail.reason = "too many acknowledgements in an hour"
        made.append(mail)
    OutgoingMail.objects.bulk_create(made)
    for mail in made:
        if mail.state == OutgoingState.WAITING:
            from compagnon.desk.tasks import deliver

            deliver.enqueue(mail.pk)
    return made


def queue_watchers(
    *, actor: Actor, ticket: Ticket, message: Message, at: datetime
) -> list[OutgoingMail]:
    """Write the mails that tell who watches what a user wrote."""
    people = _watching(actor, ticket, message)
    people.pop(message.author_id or 0, None)
    reached = addresses(list(people)) if people else {}
    mailbox = ticket.mailbox or default_mailbox(ticket) if reached else None
    told = dict.fromkeys(reached, WATCHED)
    held = noticing.held_mail(actor=actor, ticket=ticket, told=told, at=at, message=message)
    made = [
        _row(actor, ticket, MailEvent.MESSAGE, at, message, None, people[key], address, mailbox)
        for key, address in reached.items()
    ]
    for mail in made:
        if mail.person_id in held:
            mail.state, mail.reason = OutgoingState.SUPPRESSED, held[mail.person_id]
    OutgoingMail.objects.bulk_create(made)
    from compagnon.desk.tasks import deliver

    for mail in made:
        if mail.state == OutgoingState.WAITING:
            deliver.enqueue(mail.pk)
    return made


def queue_approval(
    *, actor: Actor, ticket: Ticket, voice: ApprovalVoice, at: datetime
) -> OutgoingMail | None:
    """Write the mail that asks for an approval, with its link, and enqueue its sending.

    ``None`` for who has no address. A reminder is another mail.
    """
    if actor.source in noticing.SILENT:
        return None
    person = voice.person
    address = addresses([person.pk]).get(person.pk)
    if address is None:
        return None
    mailbox = ticket.mailbox or default_mailbox(ticket)
    mail = _row(actor, ticket, MailEvent.APPROVAL, at, None, None, person, address, mailbox)
    mail.voice = voice
    mail.event_key = f"{MailEvent.APPROVAL}:{voice.pk}:{voice.approval.reminded}"
    held = noticing.held_mail(
        actor=actor,
        ticket=ticket,
        told={person.pk: NoticeEvent.APPROVAL},
        at=at,
        message=None,
    )
    if person.pk in held:
        mail.state, mail.reason = OutgoingState.SUPPRESSED, held[person.pk]
    mail.save(force_insert=True)
    if mail.state == OutgoingState.WAITING:
        from compagnon.desk.tasks import deliver

        deliver.enqueue(mail.pk)
    return mail


def _watching(actor: Actor, ticket: Ticket, message: Message | None) -> dict[int, Person]:
    """Give who receives a public message because they watch, as long as they may read it."""
    if message is None or not message.is_public:
        return {}
    rows = ticket.watchers.filter(by_mail=True, person__is_active=True).select_related("person")
    known = {actor.id, ticket.requester_id, ticket.beneficiary_id}
    return {
        row.person_id: row.person
        for row in rows
        if row.person_id not in known and may_read(row.person, ticket)
    }


def may_read(person: Person, ticket: Ticket) -> bool:
    """Tell whether a watcher reads the public side: of that organisation, or by their roles."""
    if person.organisation_id == ticket.organisation_id:
        return True
    return visible(Ticket, actor_for(person, source=Source.PAGE)).filter(pk=ticket.pk).exists()


def _row(  # noqa: PLR0917
    actor: Actor,
    ticket: Ticket,
    event: MailEvent,
    at: datetime,
    message: Message | None,
    solution: Solution | None,
    person: Person,
    address: str,
    mailbox: Mailbox | None,
) -> OutgoingMail:
    about = message.pk if message else (solution.pk if solution else 0)
    # Who left could not answer, nor accept: their mail is refused (``inbound.context``).
    stays = OutgoingState.WAITING if person.is_active else OutgoingState.SUPPRESSED
    return OutgoingMail(
        state=stays,
        reason="" if person.is_active else LEFT,
        event=event,
        ticket=ticket,
        message=message,
        solution=solution,
        person=person,
        recipient=address,
        mailbox=mailbox,
        language=person.language,
        # A ticket is closed again after a reopening: the version tells the two events apart.
        event_key=f"{event}:{ticket.pk}:{about}:{ticket.version}",
        internet_id=identity.message_id(ticket_id=ticket.pk, unique=uuid.uuid4().hex[:16]),
        created_at=at,
    )


def addresses(person_ids: list[int]) -> dict[int, str]:
    """Give the main mail address of each person, in one query."""
    found: dict[int, str] = {}
    points = ContactPoint.objects.filter(person_id__in=person_ids, kind=ContactKind.EMAIL).order_by(
        "is_primary", "-id"
    )
    for point in points:
        found[point.person_id] = point.value
    return found


def _too_many(ticket: Ticket, address: str, at: datetime) -> bool:
    if ticket.channel != Channel.MAIL:
        # Only a program that answers our mail makes a loop: not who calls, nor who uses the portal.
        return False
    return (
        OutgoingMail.objects.filter(
            recipient=address,
            event=MailEvent.ACKNOWLEDGEMENT,
            ticket__channel=Channel.MAIL,
            created_at__gt=at - timedelta(hours=1),
        )[: ACKNOWLEDGEMENTS_PER_HOUR + 1].count()
        >= ACKNOWLEDGEMENTS_PER_HOUR
    )


def default_mailbox(ticket: Ticket) -> Mailbox | None:
    """Give the mailbox under whose name we write when the ticket came by another door."""
    keys = [int(key) for key in ticket.organisation.path.strip("/").split("/") if key]
    rows = {
        row.organisation_id: row
        for row in Mailbox.objects.filter(is_active=True, organisation_id__in=keys).order_by("-id")
    }
    return next((rows[key] for key in reversed(keys) if key in rows), None)


@service("outgoing.retry")
def retry_mail(*, actor: Actor, mail_id: int) -> OutgoingMail:
    """Send again a mail that could not be sent, after what stopped it was set right.

    It keeps its Message-ID: it never left, or a mail program shows it once.

    Raises:
        NotFound: no such mail, or not visible.
        Refused: the actor may not settle mail of that organisation.
        IllegalMove: it did not fail.
    """
    rows = OutgoingMail.objects.select_for_update(of=("self",)).select_related("ticket")
    mail = get_visible(OutgoingMail, actor, rows, pk=mail_id)
    require(
        actor.is_system or actor.scope.allows("intake.manage", mail.ticket.organisation_id),
        _("Your role does not allow you to send mail again."),
    )
    if mail.state != OutgoingState.FAILED:
        raise IllegalMove(_("This mail did not fail: there is nothing to send again."))
    before = {"state": mail.state, "attempts": mail.attempts}
    mail.state, mail.reason, mail.attempts = OutgoingState.WAITING, "", 0
    mail.save(update_fields=["state", "reason", "attempts"])
    journal.record(
        actor=actor,
        verb="outgoing.retry",
        subject=mail,
        organisation_id=mail.ticket.organisation_id,
        before=before,
        after={"state": mail.state, "attempts": 0, "ticket_id": mail.ticket_id},
    )
    from compagnon.desk.tasks import deliver

    deliver.enqueue(mail.pk)
    return mail
