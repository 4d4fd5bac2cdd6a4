"""Handing a ticket over: to more expertise, to authority, to another desk."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts.services import clocks
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.services import service
from compagnon.core.visibility import visible
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import (
    Channel,
    Escalation,
    EscalationKind,
    MailEvent,
    MessageKind,
    State,
    Ticket,
)
from compagnon.desk.services import outgoing, writing
from compagnon.desk.services.changing import apply, lock, move, subject_of
from compagnon.people.models import Person, Team


@service("ticket.escalate")
def escalate(
    *,
    actor: Actor,
    ticket_id: int,
    to_team: Team,
    reason: str,
    tried: str,
    needed: str = "",
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Escalation:
    """Hand a ticket to a more expert team, with what it needs to go on.

    Args:
        reason: why this level cannot solve it.
        tried: what was observed and tried, so that nobody does it twice.
        needed: what is expected of the next level.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: nobody works on that ticket any more.
        Invalid: no reason, nothing tried, or a team that is not of a higher level.
    """
    ticket = _open_ticket(actor, ticket_id, expected_version)
    level = ticket.team.level if ticket.team else 1
    if to_team.pk == ticket.team_id or (ticket.team and to_team.level <= level):
        raise Invalid(
            _(
                "“%(team)s” is of level %(level)d: a functional escalation goes to a higher "
                "level. To hand over at the same level, transfer the ticket."
            )
            % {"team": to_team, "level": to_team.level},
            fields={"to_team": [_("Choose a team of a higher level.")]},
        )
    return _hand_over(
        actor,
        ticket,
        EscalationKind.FUNCTIONAL,
        "ticket.escalate",
        at or timezone.now(),
        to_team=to_team,
        reason=reason,
        tried=writing.checked_text(tried, field="tried"),
        needed=needed,
    )


@service("ticket.transfer")
def transfer(
    *,
    actor: Actor,
    ticket_id: int,
    to_team: Team,
    reason: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Escalation:
    """Hand a ticket to another desk, at whatever level.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: nobody works on that ticket any more.
        Invalid: no reason, or the team that has it already.
    """
    ticket = _open_ticket(actor, ticket_id, expected_version)
    if to_team.pk == ticket.team_id:
        raise Invalid(
            _("“%(team)s” has this ticket already.") % {"team": to_team},
            fields={"to_team": [_("Choose another team.")]},
        )
    return _hand_over(
        actor,
        ticket,
        EscalationKind.TRANSFER,
        "ticket.transfer",
        at or timezone.now(),
        to_team=to_team,
        reason=reason,
    )


@service("ticket.escalate_to_authority")
def escalate_to_authority(
    *,
    actor: Actor,
    ticket_id: int,
    to_person: Person,
    reason: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Escalation:
    """Ask somebody with authority to act. The ticket stays where it is, and shows it.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: nobody works on that ticket any more.
        Invalid: no reason is given, or the person leads no team: the reason, which is told to
            nobody else, would leave by mail to whoever was named.
    """
    ticket = _open_ticket(actor, ticket_id, expected_version)
    led = visible(Team, actor, Team.objects.filter(is_active=True, manager=to_person))
    if not actor.is_system and not (to_person.is_active and led.exists()):
        raise Invalid(fields={"to_person_id": [_("Choose somebody who leads a team.")]})
    return _hand_over(
        actor,
        ticket,
        EscalationKind.HIERARCHICAL,
        "ticket.escalate_to_authority",
        at or timezone.now(),
        to_person=to_person,
        reason=reason,
    )


def _open_ticket(actor: Actor, ticket_id: int, expected_version: int | None) -> Ticket:
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.escalate", expected_version=expected_version
    )
    if not ticket.is_open:
        raise IllegalMove(_("This ticket is no longer worked on: reopen it to hand it over."))
    return ticket


def _hand_over(
    actor: Actor,
    ticket: Ticket,
    kind: EscalationKind,
    verb: str,
    at: datetime,
    *,
    reason: str,
    to_team: Team | None = None,
    to_person: Person | None = None,
    tried: str = "",
    needed: str = "",
) -> Escalation:
    reason = writing.checked_text(reason, field="reason")
    escalation = Escalation.objects.create(
        ticket=ticket,
        kind=kind,
        from_team_id=ticket.team_id,
        to_team=to_team,
        to_person=to_person,
        by_id=actor.id,
        reason=reason,
        tried=tried,
        needed=needed.strip()[:5000],
        occurred_at=at,
    )
    parts = [reason, tried, escalation.needed]
    message = writing.write(
        actor=actor,
        ticket=ticket,
        kind=MessageKind.ESCALATION,
        is_public=False,
        from_support=True,
        channel=Channel.DESK,
        text="\n\n".join(filter(None, parts)),
        at=at,
    )
    values: dict[str, object] = {}
    if to_team is not None:
        values = {"team_id": to_team.pk, "assignee_id": None}
        if ticket.state == State.PENDING:
            values |= move(ticket, State.OPEN)
            clocks.resume(actor=actor, subject=subject_of(ticket), at=at)
    else:
        values = {"escalated_at": at}
        outgoing.queue(
            actor=actor,
            ticket=ticket,
            event=MailEvent.AUTHORITY,
            message=message,
            at=at,
            to=to_person,
        )
    apply(
        actor=actor,
        ticket=ticket,
        verb=verb,
        at=at,
        values=values,
        after={
            "escalation_id": escalation.pk,
            "message_id": message.pk,
            "to_person_id": to_person.pk if to_person else None,
        },
    )
    return escalation
