"""What approvals do to their ticket: who is asked, what comes next, the wait, who is told.

Parts of the verbs of :mod:`approving` and :mod:`approval_keeping`, which check and journal.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor, Source
from compagnon.core.errors import Invalid
from compagnon.desk import waiting
from compagnon.desk.approval_rules import REMIND_AFTER
from compagnon.desk.models import (
    Answer,
    Approval,
    ApprovalState,
    ApprovalVoice,
    AskedOf,
    Channel,
    MailEvent,
    MessageKind,
    NoticeEvent,
    PendingReason,
    State,
    Ticket,
)
from compagnon.desk.services import noticing, outgoing, writing
from compagnon.desk.working_days import after_working_days
from compagnon.people.models import Membership, Person, RoleAssignment, Team
from compagnon.people.standard_roles import REPRESENTATIVE

MOST = 50


def program(actor: Actor) -> Actor:
    """Give the program, for what follows by itself from what the actor did."""
    source = actor.source if actor.source in {Source.IMPORT, Source.DEMO} else Source.TASK
    return Actor.system("approvals", source=source, correlation_id=actor.correlation_id)


def asked(
    ticket: Ticket,
    asked_of: AskedOf,
    *,
    persons: Iterable[Person] = (),
    team: Team | None = None,
    self_allowed: bool = False,
    asks: int | None = None,
) -> list[Person]:
    """Give who is asked, active, each once; never who asks for it, unless the step says so."""
    rows = Person.objects.filter(is_active=True, organisation__is_active=True)
    if asked_of == AskedOf.PERSONS:
        rows = rows.filter(pk__in=[one.pk for one in persons])
    elif asked_of == AskedOf.TEAM:
        members = Membership.objects.filter(team_id=team.pk if team else 0)
        rows = rows.filter(pk__in=members.values("person_id"))
    elif asked_of == AskedOf.REPRESENTATIVES:
        rows = rows.filter(pk__in=_representatives(ticket))
    else:
        led = Team.objects.filter(memberships__person_id=ticket.requester_id, is_active=True)
        rows = rows.filter(pk__in=led.exclude(manager=None).values("manager_id"))
    if not self_allowed:
        rows = rows.exclude(pk__in={ticket.requester_id, ticket.beneficiary_id, asks} - {None})
    return list(rows.order_by("pk")[:MOST])


def _representatives(ticket: Ticket) -> list[int]:
    """Who represents the ticket's organisation, or else the nearest above it."""
    keys = [int(key) for key in ticket.organisation.path.strip("/").split("/") if key]
    held: dict[int, list[int]] = {}
    for organisation, person in RoleAssignment.objects.filter(
        role__code=REPRESENTATIVE, organisation_id__in=keys
    ).values_list("organisation_id", "person_id"):
        held.setdefault(organisation, []).append(person)
    return next((held[key] for key in reversed(keys) if key in held), [])


def add_voices(
    approval: Approval,
    people: Sequence[Person],
    *,
    named_by: int | None = None,
    instead_of: ApprovalVoice | None = None,
) -> list[ApprovalVoice]:
    """Write the voices of those who are asked."""
    return ApprovalVoice.objects.bulk_create(
        ApprovalVoice(
            approval=approval,
            person=person,
            named_by_id=named_by,
            instead_of=instead_of,
            nonce=secrets.token_urlsafe(32),
        )
        for person in people
    )


def open_step(*, actor: Actor, ticket: Ticket, approval: Approval, at: datetime) -> None:
    """Ask those of a step: its delays run from now, and they are told."""
    calendar = waiting.calendar_of(ticket, at)
    approval.state, approval.asked_at = ApprovalState.ASKED, at
    approval.next_at = after_working_days(calendar, at, REMIND_AFTER[0])
    if approval.due_days and approval.due_at is None:
        approval.due_at = after_working_days(calendar, at, approval.due_days)
    approval.save(update_fields=["state", "asked_at", "next_at", "due_at"])
    tell_asked(actor=actor, ticket=ticket, approval=approval, at=at)


def open_next(*, actor: Actor, ticket: Ticket, at: datetime) -> list[Approval]:
    """Ask the next steps, once nothing before them is awaited; gives those that were."""
    rows = list(Approval.objects.select_for_update(of=("self",)).filter(ticket=ticket))
    if any(
        one.state == ApprovalState.ASKED or (one.state == ApprovalState.REFUSED and one.plan_key)
        for one in rows
    ):
        return []
    to_come = [one for one in rows if one.state == ApprovalState.TO_COME]
    first = min((one.position for one in to_come), default=0)
    opened = [one for one in to_come if one.position == first]
    for one in opened:
        open_step(actor=actor, ticket=ticket, approval=one, at=at)
    return opened


def next_reminder(approval: Approval, ticket: Ticket, at: datetime) -> datetime | None:
    """Give when they are reminded next, in working days of the client's contract."""
    if approval.reminded >= len(REMIND_AFTER) or approval.asked_at is None:
        return None
    calendar = waiting.calendar_of(ticket, at)
    wanted = after_working_days(calendar, approval.asked_at, REMIND_AFTER[approval.reminded])
    return wanted if wanted is None or wanted > at else after_working_days(calendar, at, 1)


def settle_wait(*, actor: Actor, ticket: Ticket, at: datetime) -> None:
    """Put the ticket on hold while an approval is awaited, and take it off once none is.

    The contract says whether its clocks stop for that. A wait for another reason stays.
    """
    from compagnon.desk.services import lifecycle

    awaited = Approval.objects.filter(ticket=ticket, state=ApprovalState.ASKED).exists()
    if awaited and ticket.state in {State.NEW, State.OPEN}:
        try:
            reason = waiting.chosen(PendingReason.APPROVAL.value)
        except Invalid:  # this house no longer waits for that
            return
        lifecycle.pend(actor=program(actor), ticket_id=ticket.pk, reason=reason, at=at)
    elif (
        not awaited
        and ticket.state == State.PENDING
        and ticket.pending_reason == PendingReason.APPROVAL
    ):
        lifecycle.resume(actor=program(actor), ticket_id=ticket.pk, at=at)
    else:
        return
    # Another row of the same ticket was written: the caller goes on with what it is now.
    ticket.refresh_from_db()


def tell_asked(
    *,
    actor: Actor,
    ticket: Ticket,
    approval: Approval,
    at: datetime,
    only: Iterable[ApprovalVoice] | None = None,
) -> int:
    """Tell those whose answer is awaited, by their page, by mail and on their devices."""
    if only is None:
        awaited = approval.voices.filter(answer=Answer.AWAITED).select_related("person")
        voices = list(awaited)
    else:
        voices = list(only)
    # Who asks and may approve sees it on their page; a mail to oneself says nothing.
    voices = [one for one in voices if one.person_id != actor.id]
    noticing.write(
        actor=actor,
        ticket=ticket,
        told={NoticeEvent.APPROVAL: [one.person_id for one in voices]},
        at=at,
        key=f"approval:{approval.pk}:{approval.reminded}",
    )
    for voice in voices:
        outgoing.queue_approval(actor=actor, ticket=ticket, voice=voice, at=at)
    return len(voices)


def tell_decided(
    *, actor: Actor, ticket: Ticket, approval: Approval, reason: str, at: datetime
) -> int | None:
    """Tell who asked what was decided; a refusal with its reason, as a message on the request.

    Gives the key of the message.
    """
    key = f"decided:{approval.pk}"
    parties = {ticket.requester_id, ticket.beneficiary_id} - {actor.id}
    if approval.state != ApprovalState.REFUSED:
        noticing.write(
            actor=actor, ticket=ticket, told={NoticeEvent.DECIDED: sorted(parties)}, at=at, key=key
        )
        return None
    with translation.override(ticket.requester.language):
        text = _("“%(step)s” is refused. Reason: %(reason)s") % {
            "step": approval, "reason": reason,
        }  # fmt: skip
    message = writing.write(
        actor=actor,
        ticket=ticket,
        kind=MessageKind.REPLY,
        is_public=True,
        from_support=True,
        channel=Channel.PORTAL,
        text=text,
        at=at,
    )
    outgoing.queue(actor=actor, ticket=ticket, event=MailEvent.MESSAGE, message=message, at=at)
    noticing.write(
        actor=actor,
        ticket=ticket,
        told={NoticeEvent.ANSWERED: sorted(parties)},
        at=at,
        message_id=message.pk,
        key=key,
    )
    return message.pk
