"""What is said on a ticket: to the user, by the user, among technicians."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts.services import clocks
from compagnon.contracts.subjects import Measure
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.services import service
from compagnon.desk import rules, ties, waiting
from compagnon.desk.errors import IllegalMove, TooLate
from compagnon.desk.models import (
    Channel,
    MailEvent,
    Message,
    MessageKind,
    SolutionState,
    State,
    Ticket,
)
from compagnon.desk.policies import is_party, is_support
from compagnon.desk.services import crossing, outgoing, watching, writing
from compagnon.desk.services.assignment import first_team, taken_up
from compagnon.desk.services.changing import apply, lock, move, rules_of, subject_of
from compagnon.people.models import Person


@service("ticket.reply")
def reply(
    *,
    actor: Actor,
    ticket_id: int,
    text: str,
    uploads: Sequence[writing.Upload] = (),
    seen_message_id: int | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Message:
    """Answer on a ticket, in public: support writes to the user, or the user to support.

    Support's first answer is the first response; it takes up a ticket that nobody had taken.

    Args:
        seen_message_id: the last message that the writer has read.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        Crossed: somebody else wrote after that message.
        IllegalMove: support answers on a closed or cancelled ticket: reopen it.
        TooLate: the user answers after the window for reopening.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.reply", expected_version=expected_version
    )
    crossing.check(actor=actor, ticket=ticket, seen_message_id=seen_message_id)
    at = at or timezone.now()
    if not is_support(actor, ticket) or (
        is_party(actor, ticket) and ticket.assignee_id != actor.id
    ):
        return _from_user(
            actor=actor, ticket=ticket, text=text, uploads=uploads, at=at, channel=Channel.PORTAL
        )
    text = writing.checked_text(text)
    values: dict[str, Any] = {"awaits_answer": False}
    if ticket.state in {State.CLOSED, State.CANCELLED}:
        move(ticket, State.PENDING)  # refuses, naming both states
    if ticket.is_open:
        values |= taken_up(ticket=ticket, at=at)
        if ticket.assignee_id is None and actor.id is not None:
            values["assignee_id"] = actor.id
            values["team_id"] = ticket.team_id or first_team(actor.id)
    if ticket.first_response_at is None:
        values["first_response_at"] = at
        clocks.stop(actor=actor, subject=subject_of(ticket), measure=Measure.FIRST_RESPONSE, at=at)
    message = writing.write(
        actor=actor,
        ticket=ticket,
        kind=MessageKind.REPLY,
        is_public=True,
        from_support=True,
        channel=Channel.DESK,
        text=text,
        uploads=uploads,
        at=at,
    )
    outgoing.queue(actor=actor, ticket=ticket, event=MailEvent.MESSAGE, message=message, at=at)
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.reply",
        at=at,
        values=values,
        after={"message_id": message.pk},
    )
    return message


@service("ticket.note")
def add_note(
    *,
    actor: Actor,
    ticket_id: int,
    text: str,
    uploads: Sequence[writing.Upload] = (),
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Message:
    """Write an internal note: the user never sees it, in any list, mail, search or export.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.note", expected_version=expected_version
    )
    at = at or timezone.now()
    message = writing.write(
        actor=actor,
        ticket=ticket,
        kind=MessageKind.NOTE,
        is_public=False,
        from_support=True,
        channel=Channel.DESK,
        text=writing.checked_text(text),
        uploads=uploads,
        at=at,
    )
    told = watching.tell_named(actor=actor, ticket=ticket, message=message, at=at)
    after: dict[str, Any] = {"message_id": message.pk}
    if told:
        after["named"] = [person.pk for person in told]
    apply(actor=actor, ticket=ticket, verb="ticket.note", at=at, after=after)
    return message


@service("ticket.hear")
def hear_from_user(
    *,
    actor: Actor,
    ticket_id: int,
    text: str,
    author_id: int,
    channel: Channel,
    html: str | None = None,
    quoted: str = "",
    internet_id: str = "",
    uploads: Sequence[writing.Upload] = (),
    at: datetime | None = None,
) -> Message:
    """Write down what a user says through another door than the page: a mail, a phone call.

    The author need not be the requester (a colleague in copy answers); the intake has decided
    that they may follow up.

    Raises:
        NotFound, Refused: see :func:`changing.lock`.
        TooLate: the ticket was closed and can no longer be reopened; the intake opens another.
    """
    # A merged ticket's people go on writing to it: they are heard where the work goes on.
    ticket = lock(actor=actor, ticket_id=ties.survivor_key(ticket_id), verb="ticket.reply")
    return _from_user(
        actor=actor,
        ticket=ticket,
        text=text,
        uploads=uploads,
        at=at or timezone.now(),
        channel=channel,
        author_id=author_id,
        html=html,
        quoted=quoted,
        internet_id=internet_id,
    )


def _from_user(
    *,
    actor: Actor,
    ticket: Ticket,
    text: str,
    uploads: Sequence[writing.Upload],
    at: datetime,
    channel: Channel,
    author_id: int | None = None,
    html: str | None = None,
    quoted: str = "",
    internet_id: str = "",
) -> Message:
    text = writing.checked_text(text)
    author_id = author_id if author_id is not None else actor.id
    if author_id is None:
        raise Refused(_("A message of a user needs its author."))
    values: dict[str, Any] = {}
    if waiting.awaits_user(ticket):
        values |= move(ticket, State.OPEN)
        clocks.resume(actor=actor, subject=subject_of(ticket), at=at)
    over = ticket.state in {State.SOLVED, State.CLOSED, State.CANCELLED}
    thanks = over and rules.is_thanks(text, author=str(Person.objects.get(pk=author_id)))
    if over and not thanks:
        values |= reopened(actor=actor, ticket=ticket, at=at)
    if not (thanks and ticket.state != State.CANCELLED):
        values["awaits_answer"] = True
    message = writing.write(
        actor=actor,
        ticket=ticket,
        kind=MessageKind.REPLY,
        is_public=True,
        from_support=False,
        channel=channel,
        text=text,
        html=html,
        quoted=quoted,
        internet_id=internet_id,
        author_id=author_id,
        uploads=uploads,
        at=at,
    )
    outgoing.queue_watchers(actor=actor, ticket=ticket, message=message, at=at)
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.hear",
        at=at,
        values=values,
        after={"message_id": message.pk, "author_id": author_id},
    )
    return message


def reopened(*, actor: Actor, ticket: Ticket, at: datetime) -> dict[str, Any]:
    """Give what changes when a solved, closed or cancelled ticket is worked on again.

    Raises:
        IllegalMove: it was merged into another, where the work goes on.
        TooLate: the organisation's window is over.
    """
    if ticket.merged_into_id is not None:
        raise IllegalMove(
            _("Ticket %(reference)s was merged into another one: write there, or undo the merge.")
            % {"reference": ticket.reference}
        )
    rules_in_force = rules_of(ticket)
    if not rules.may_reopen(ticket.closed_at, at, rules_in_force.reopen_within_days):
        raise TooLate(
            _(
                "Ticket %(reference)s was closed more than %(days)d days ago and can no longer "
                "be reopened. Open another one; it may mention this number."
            )
            % {"reference": ticket.reference, "days": rules_in_force.reopen_within_days}
        )
    values = move(ticket, State.OPEN)
    clocks.reopen(actor=actor, subject=subject_of(ticket), at=at)
    ticket.solutions.filter(state=SolutionState.PROPOSED).update(
        state=SolutionState.REFUSED, answered_at=at
    )
    return values | {
        "reopen_count": ticket.reopen_count + 1,
        "solved_at": None,
        "closed_at": None,
        "close_after": None,
    }
