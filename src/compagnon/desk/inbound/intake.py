"""From a kept message to a ticket: read, decide, and call the desk's verbs.

One call of :func:`process` is one transaction: the outcome and the ticket are written together or
not at all, so a worker killed half-way leaves the message waiting and it is processed once.
"""

from __future__ import annotations

import time

import structlog
from django.db import DataError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor, Source
from compagnon.core.errors import CompagnonError, Invalid
from compagnon.core.tasks import system_actor
from compagnon.desk import services, ties
from compagnon.desk.errors import TooLate
from compagnon.desk.inbound import copies, protected
from compagnon.desk.inbound.context import DatabaseContext
from compagnon.desk.inbound.decide import decide, refusal
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.parse import outline, parse
from compagnon.desk.inbound.verdict import Envelope, Outcome, Verdict
from compagnon.desk.models import Channel, InboundMessage, InboundState, Mailbox, Ticket
from compagnon.desk.policies import may
from compagnon.desk.services.writing import FILES_MAX, TEXT_MAX, Upload
from compagnon.people.models import Account, Person
from compagnon.people.queries import actor_for
from compagnon.people.services.persons import recognise

log = structlog.get_logger(__name__)

NOTES_ROOM = 500
"""Characters of a ticket's text left for what we add to a message, in any language."""


def process(pk: int, *, actor: Actor | None = None) -> InboundMessage:
    """Process a waiting message; one that was processed is left as it is.

    A refusal of the desk's verbs (a person deactivated, a file over the limit), or of the
    database for a value that it cannot hold, puts it in quarantine with the reason. Anything
    else is raised: the task is tried again.
    """
    started = time.monotonic()
    actor = actor or system_actor("intake", source=Source.MAIL)
    try:
        with transaction.atomic():
            inbound = _lock(pk)
            if inbound.state != InboundState.WAITING:
                return inbound
            _settle(actor, inbound, started)
    except (CompagnonError, DataError) as error:
        # What the verb had written is rolled back; the message and the true reason are kept. A
        # value that the database cannot hold would be refused at each attempt.
        reason = error.code if isinstance(error, CompagnonError) else "not_storable"
        log.warning("message refused by the desk", inbound=pk, reason=reason)
        with transaction.atomic():
            inbound = _lock(pk)
            if inbound.state == InboundState.WAITING:
                _close(actor, inbound, InboundState.QUARANTINE, reason, str(error), started)
    return inbound


def _lock(pk: int) -> InboundMessage:
    return InboundMessage.objects.select_for_update(of=("self",)).select_related("raw").get(pk=pk)


def _settle(actor: Actor, inbound: InboundMessage, started: float) -> None:
    unlocked = protected.opened(raw_bytes(inbound), inbound)
    protected.note(inbound, unlocked.protection)
    try:
        mail = parse(unlocked.raw)
    except Unreadable as error:
        verdict = refusal(error)
        subject, sender = outline(unlocked.raw)
        inbound.subject, inbound.sender = subject[:300], (sender.key if sender else "")[:254]
        _close(actor, inbound, InboundState.QUARANTINE, verdict.reason, verdict.words, started)
        return
    verdict = decide(mail, envelope_of(inbound), DatabaseContext())
    inbound.subject = mail.subject[:300]
    inbound.sender = (verdict.sender.key if verdict.sender else "")[:254]
    inbound.mailbox_id = verdict.mailbox.id if verdict.mailbox else None
    match verdict.outcome:
        case Outcome.TICKET:
            _open(actor, inbound, mail, verdict)
        case Outcome.FOLLOW_UP:
            _follow(actor, inbound, mail, verdict)
        case Outcome.IGNORED:
            inbound.ticket_id = verdict.ticket_id
    if inbound.message is not None:
        copies.note(inbound, mail, verdict.sender)
    detail = " ".join([verdict.words, *(note.words for note in verdict.notes)])
    state = InboundState(verdict.outcome.value)
    if verdict.outcome is Outcome.FOLLOW_UP and inbound.reason == "too_late":
        state = InboundState.TICKET
        detail = f"{detail} That ticket can no longer be reopened: it opens another."
    _close(actor, inbound, state, verdict.reason, detail, started)


def raw_bytes(inbound: InboundMessage) -> bytes:
    """Give the message as it came."""
    with files.open_file(inbound.raw) as stream:
        return stream.read()


def envelope_of(inbound: InboundMessage) -> Envelope:
    """Give what the mail server said beside the message; a replayed file said nothing."""
    known = bool(inbound.rcpt_to) or bool(inbound.mail_from)
    return Envelope(
        mail_from=inbound.mail_from if known else None,
        rcpt_tos=tuple(inbound.rcpt_to),
        peer=inbound.peer,
        received_at=inbound.received_at,
    )


def _close(  # noqa: PLR0917
    actor: Actor,
    inbound: InboundMessage,
    state: InboundState,
    reason: str,
    detail: str,
    started: float,
) -> None:
    inbound.state, inbound.reason, inbound.detail = state, reason[:60], detail[:500]
    inbound.attempts += 1
    inbound.seconds = round(time.monotonic() - started, 4)
    inbound.processed_at = timezone.now()
    inbound.save()
    journal.record(
        actor=actor,
        verb="intake.settle",
        subject=inbound,
        organisation_id=inbound.mailbox.organisation_id if inbound.mailbox else None,
        after={"state": state, "reason": reason, "ticket_id": inbound.ticket_id},
    )


def _person(actor: Actor, verdict: Verdict) -> Person:
    if verdict.sender is None:
        raise Invalid(_("This message does not say who wrote it."), code="no_sender")
    # A stranger speaks the language of the address that they wrote to, until they choose.
    box = Mailbox.objects.filter(pk=verdict.mailbox.id).first() if verdict.mailbox else None
    return recognise(
        actor=actor,
        address=verdict.sender.address,
        name=verdict.sender.name,
        language=box.language if box else "",
    )


def _uploads(mail: ParsedMail) -> list[Upload]:
    """Every attachment; past the fiftieth, nothing is lost: the raw message holds them."""
    return [
        Upload(one.name, one.content, one.content_id or "", one.inline)
        for one in mail.attachments[:FILES_MAX]
    ]


def _words(mail: ParsedMail) -> tuple[str, str]:
    """What is read first and what is folded; a message without words says so."""
    text = mail.new_text.strip()
    if not text:
        text = protected.words_of_locked(mail) or _("(This message has no text.)")
    if len(text) > TEXT_MAX - NOTES_ROOM:
        cut = _("(Cut here: the whole is in the raw message.)")
        text = f"{text[: TEXT_MAX - NOTES_ROOM]}\n\n{cut}"
    if len(mail.attachments) > FILES_MAX:
        beyond = _("(The files after the first %(limit)d are only in the raw message.)")
        text += "\n\n" + beyond % {"limit": FILES_MAX}
    return text, mail.quoted_text[:TEXT_MAX]


def _open(actor: Actor, inbound: InboundMessage, mail: ParsedMail, verdict: Verdict) -> Ticket:
    person = _person(actor, verdict)
    related = ("team", "category", "service")
    mailbox = Mailbox.objects.select_related(*related).filter(pk=inbound.mailbox_id or 0).first()
    text, quoted = _words(mail)
    ticket = services.open_ticket(
        actor=actor,
        requester=person,
        title=mail.subject.strip() or _("(no subject)"),
        text=text,
        quoted=quoted,
        html=mail.html,
        channel=Channel.MAIL,
        mailbox=mailbox,
        uploads=_uploads(mail),
        internet_id=mail.message_id or "",
        occurred_at=min(inbound.received_at, timezone.now()),
        # A program that wrote must not be answered: two programs would write for ever.
        acknowledge=not verdict.automatic,
    )
    inbound.ticket = ticket
    inbound.message = ticket.messages.get()
    return ticket


def _follow(actor: Actor, inbound: InboundMessage, mail: ParsedMail, verdict: Verdict) -> None:
    person = _person(actor, verdict)
    text, quoted = _words(mail)
    assert verdict.ticket_id is not None  # noqa: S101 — what follow_up means
    inbound.ticket_id = ties.survivor_key(verdict.ticket_id)
    if (colleague := _support(person, actor, verdict)) is not None:
        # A technician who answers our mail from their own program: never shown to the user.
        inbound.message = services.add_note(
            actor=colleague, ticket_id=inbound.ticket_id, text=text, uploads=_uploads(mail)
        )
        return
    try:
        message = services.hear_from_user(
            actor=actor,
            ticket_id=verdict.ticket_id,
            text=text,
            quoted=quoted,
            html=mail.html,
            author_id=person.pk,
            channel=Channel.MAIL,
            uploads=_uploads(mail),
            internet_id=mail.message_id or "",
            at=min(inbound.received_at, timezone.now()),
        )
    except TooLate:
        inbound.ticket_id = None
        _open(actor, inbound, mail, verdict)
        inbound.reason = "too_late"
        return
    inbound.message = message


def _support(person: Person, actor: Actor, verdict: Verdict) -> Actor | None:
    """Give the person as actor if they work on the ticket rather than ask for it.

    Only the address that they sign in with gives their rights: others are added more easily.
    """
    address = verdict.sender.address.strip().lower() if verdict.sender else ""
    if not Account.objects.filter(person=person, email=address, is_active=True).exists():
        return None
    ticket = (
        Ticket.objects.filter(pk=verdict.ticket_id or 0)
        .exclude(Q(requester=person) | Q(beneficiary=person))
        .first()
    )
    if ticket is None:
        return None
    colleague = actor_for(person, source=Source.MAIL, correlation_id=actor.correlation_id)
    return colleague if may(colleague, "ticket.note", ticket) else None


def admit(*, actor: Actor, inbound: InboundMessage) -> None:
    """Open a ticket from a message that the filters kept out; a person decided so.

    Raises:
        Invalid: it cannot be read, or names no sender.
    """
    unlocked = protected.opened(raw_bytes(inbound), inbound)
    protected.note(inbound, unlocked.protection)
    try:
        mail = parse(unlocked.raw)
    except Unreadable as error:
        raise Invalid(_("This message cannot be read: %(why)s") % {"why": error.detail}) from error
    verdict = decide(mail, envelope_of(inbound), DatabaseContext())
    intake = Actor.system("intake", source=Source.MAIL, correlation_id=actor.correlation_id)
    inbound.subject = mail.subject[:300]
    _open(intake, inbound, mail, verdict)
    copies.note(inbound, mail, verdict.sender)
    inbound.state, inbound.reason = InboundState.TICKET, "admitted"
    inbound.processed_at = timezone.now()
    inbound.save()
