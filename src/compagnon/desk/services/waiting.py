"""What leaves while a ticket waits: reminders, then the closing; stopping them."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts.services import clocks
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.services import service
from compagnon.desk import waiting
from compagnon.desk.errors import IllegalMove
from compagnon.desk.events import ticket_closed
from compagnon.desk.models import MailEvent, Reminded, State, Ticket, Wait, WaitReason
from compagnon.desk.services import outgoing
from compagnon.desk.services.changing import apply, lock, move, subject_of
from compagnon.desk.working_days import after_working_days
from compagnon.people.models import Person


def begin(*, ticket: Ticket, reason: WaitReason, at: datetime) -> Wait:
    """Write the wait of a ticket that was just put on hold. The caller has checked and journals."""
    Wait.objects.filter(ticket=ticket, ended_at=None).update(ended_at=at)
    wait = Wait(
        ticket=ticket,
        reason=reason if reason.pk else None,
        base=reason.base,
        reminds=reason.reminds,
        steps=list(reason.steps) if reason.reminds != Reminded.NOBODY else [],
        close_after=reason.close_after,
        began_at=at,
    )
    plan(wait, ticket, at)
    wait.save(force_insert=True)
    return wait


def plan(wait: Wait, ticket: Ticket, at: datetime) -> None:
    """Work out, unsaved, when the next thing leaves and when the ticket closes."""
    calendar = waiting.calendar_of(ticket, at)
    wait.next_at = waiting.next_step(wait, calendar, at)
    wait.closes_at = None
    if wait.close_after is not None and wait.next_at is not None:
        planned = after_working_days(calendar, wait.began_at, wait.close_after)
        wait.closes_at = wait.next_at if wait.closes_next else planned


@service("ticket.remind")
def remind(*, actor: Actor, wait_id: int, at: datetime | None = None) -> Wait:
    """Send what is due of a wait: the next reminder, or the closing after the last.

    Done twice, the second finds nothing due: the letter, the count and the next moment are of one
    transaction.

    Raises:
        Refused: a person asks; only the program does this.
        IllegalMove: nothing is due.
    """
    if not actor.is_system:
        raise Refused(_("Only the program sends reminders."))
    at = at or timezone.now()
    # The ticket first, as every verb does.
    key = Wait.objects.filter(pk=wait_id).values_list("ticket_id", flat=True).first() or 0
    ticket = lock(actor=actor, ticket_id=key, verb="ticket.pend")
    wait = Wait.objects.select_for_update(of=("self",)).get(pk=wait_id)
    due = wait.next_at is not None and wait.next_at <= at
    if ticket.state != State.PENDING or wait.ended_at or wait.stopped_at or not due:
        raise IllegalMove(_("No reminder is due on this ticket."))
    if wait.closes_next:
        _close(actor, ticket, wait, at)
        return wait
    wait.reminded += 1
    plan(wait, ticket, at)
    wait.save(update_fields=["reminded", "next_at", "closes_at"])
    mails = _write(actor, ticket, wait, at)
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.remind",
        at=at,
        after={"wait_id": wait.pk, "reminder": wait.reminded, "mails": mails},
    )
    return wait


def _write(actor: Actor, ticket: Ticket, wait: Wait, at: datetime) -> int:
    """Queue the letters of a reminder; gives how many."""
    if wait.reminds == Reminded.USER:
        mails = outgoing.queue(actor=actor, ticket=ticket, event=MailEvent.REMINDER, at=at)
        return len(mails)
    person = _technician(ticket)
    if person is None:
        return 0
    return len(
        outgoing.queue(actor=actor, ticket=ticket, event=MailEvent.REMINDER, at=at, to=person)
    )


def _technician(ticket: Ticket) -> Person | None:
    """Who works on it, or else who leads the team."""
    if ticket.assignee is not None and ticket.assignee.is_active:
        return ticket.assignee
    manager = ticket.team.manager if ticket.team else None
    return manager if manager is not None and manager.is_active else None


def _close(actor: Actor, ticket: Ticket, wait: Wait, at: datetime) -> None:
    """Close a ticket whose user never answered; they reopen it by answering."""
    wait.closed_ticket = True
    wait.next_at = None
    wait.save(update_fields=["closed_ticket", "next_at"])
    clocks.cancel(actor=actor, subject=subject_of(ticket), at=at)
    values = move(ticket, State.CLOSED) | {"closed_at": at, "awaits_answer": False}
    outgoing.queue(actor=actor, ticket=ticket, event=MailEvent.CLOSING, at=at)
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.close_unanswered",
        at=at,
        values=values,
        after={"wait_id": wait.pk, "reminders": wait.reminded},
        event=ticket_closed,
    )


@service("ticket.stop_reminders")
def stop_reminders(
    *,
    actor: Actor,
    ticket_id: int,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Wait:
    """Let no more reminder leave, nor the closing, while this wait lasts; it stays on hold.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: nothing would leave.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.pend", expected_version=expected_version
    )
    at = at or timezone.now()
    wait = Wait.objects.select_for_update(of=("self",)).filter(ticket=ticket, ended_at=None).first()
    if wait is None or ticket.state != State.PENDING or wait.next_at is None or wait.stopped_at:
        raise IllegalMove(_("No reminder is planned on this ticket."))
    wait.stopped_at, wait.stopped_by_id = at, actor.id
    wait.next_at, wait.closes_at = None, None
    wait.save(update_fields=["stopped_at", "stopped_by", "next_at", "closes_at"])
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.stop_reminders",
        at=at,
        after={"wait_id": wait.pk, "reminders": wait.reminded},
    )
    return wait


@service("desk.configure")
def ensure_reasons(*, actor: Actor) -> int:
    """Write the reasons that come with the product, where there is none yet; gives how many.

    Raises:
        Refused: a person asks.
    """
    if not actor.is_system:
        raise Refused
    if WaitReason.objects.exists():
        return 0
    made = WaitReason.objects.bulk_create(waiting.shipped_row(code) for code in waiting.SHIPPED)
    for row in made:
        journal.record(
            actor=actor, verb="wait_reason.create", subject=row, after={"code": row.code}
        )
    return len(made)
