"""Putting on hold, resuming, cancelling, reopening."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts.services import clocks
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.services import service
from compagnon.desk import waiting as reading
from compagnon.desk.errors import IllegalMove
from compagnon.desk.events import ticket_closed
from compagnon.desk.models import (
    Channel,
    MailEvent,
    MessageKind,
    PendingReason,
    SolutionState,
    State,
    Ticket,
    WaitReason,
)
from compagnon.desk.services import outgoing, waiting, writing
from compagnon.desk.services.changing import apply, facts_of, lock, move, subject_of
from compagnon.desk.services.conversation import reopened
from compagnon.park.queries.licences import promised_for


@service("ticket.pend")
def pend(
    *,
    actor: Actor,
    ticket_id: int,
    reason: PendingReason | WaitReason,
    until: datetime | None = None,
    note: str = "",
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Put a ticket on hold. The contract says whether its clocks stop for that reason.

    Reminders then leave by the reason's schedule, on the working days of the client's contract.

    Args:
        reason: one that an administrator keeps (``waiting.chosen``), or what contracts know.
        until: when it resumes by itself; ``None`` waits for somebody.
        note: an internal note to keep with it.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: it is solved, closed or cancelled.
        Invalid: ``until`` is past, or over a year away.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.pend", expected_version=expected_version
    )
    at = at or timezone.now()
    if until is not None and not at < until <= at + timedelta(days=366):
        raise Invalid(
            _("The date of resuming must be in the coming year."),
            fields={"until": [_("Choose a date within a year.")]},
        )
    kept = reason if isinstance(reason, WaitReason) else reading.chosen(PendingReason(reason))
    values = {} if ticket.state == State.PENDING else move(ticket, State.PENDING)
    values |= {
        "pending_reason": PendingReason(kept.base),
        "pending_until": until,
        "wait_reason_id": kept.pk,
    }
    clocks.pause(
        actor=actor,
        subject=subject_of(ticket),
        reason=str(kept.base),
        at=at,
        facts=facts_of(ticket),
        promised=promised_for(ticket.asset_id, timezone.localdate(at)),
    )
    after = {}
    if note.strip():
        message = writing.write(
            actor=actor,
            ticket=ticket,
            kind=MessageKind.NOTE,
            is_public=False,
            from_support=True,
            channel=Channel.DESK,
            text=writing.checked_text(note),
            at=at,
        )
        after["message_id"] = message.pk
    waiting.begin(ticket=ticket, reason=kept, at=at)
    return apply(actor=actor, ticket=ticket, verb="ticket.pend", at=at, values=values, after=after)


@service("ticket.resume")
def resume(
    *,
    actor: Actor,
    ticket_id: int,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Take a ticket off hold: its clocks run again.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: it is not on hold.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.pend", expected_version=expected_version
    )
    at = at or timezone.now()
    if ticket.state != State.PENDING:
        raise IllegalMove(_("This ticket is not on hold."))
    clocks.resume(actor=actor, subject=subject_of(ticket), at=at)
    return apply(
        actor=actor, ticket=ticket, verb="ticket.resume", at=at, values=move(ticket, State.OPEN)
    )


@service("ticket.cancel")
def cancel(
    *,
    actor: Actor,
    ticket_id: int,
    reason: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Cancel a ticket that needs no work: spam, a duplicate, a request withdrawn.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: it is solved, closed or cancelled.
        Invalid: no reason is given.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.close", expected_version=expected_version
    )
    at = at or timezone.now()
    values = move(ticket, State.CANCELLED) | {"closed_at": at, "awaits_answer": False}
    message = writing.write(
        actor=actor,
        ticket=ticket,
        kind=MessageKind.NOTE,
        is_public=False,
        from_support=True,
        channel=Channel.DESK,
        text=writing.checked_text(reason, field="reason"),
        at=at,
    )
    clocks.cancel(actor=actor, subject=subject_of(ticket), at=at)
    ticket.solutions.filter(state=SolutionState.PROPOSED).update(state=SolutionState.WITHDRAWN)
    return apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.cancel",
        at=at,
        values=values,
        after={"message_id": message.pk},
        event=ticket_closed,
    )


@service("ticket.reopen")
def reopen(
    *,
    actor: Actor,
    ticket_id: int,
    reason: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Work again on a ticket that was solved, closed or cancelled.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: it is open already.
        TooLate: the organisation's window is over.
        Invalid: no reason is given.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.reopen", expected_version=expected_version
    )
    at = at or timezone.now()
    if ticket.is_open:
        raise IllegalMove(_("This ticket is open."))
    values = reopened(actor=actor, ticket=ticket, at=at)
    by_user = actor.id in {ticket.requester_id, ticket.beneficiary_id}
    message = writing.write(
        actor=actor,
        ticket=ticket,
        kind=MessageKind.REPLY,
        is_public=True,
        from_support=not by_user,
        channel=Channel.PORTAL if by_user else Channel.DESK,
        text=writing.checked_text(reason, field="reason"),
        at=at,
    )
    values["awaits_answer"] = by_user
    if not by_user:
        outgoing.queue(actor=actor, ticket=ticket, event=MailEvent.REOPENED, message=message, at=at)
    return apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.reopen",
        at=at,
        values=values,
        after={"message_id": message.pk},
    )
