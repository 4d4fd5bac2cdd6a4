"""Who works on a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.services import service
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import State, Ticket
from compagnon.desk.services.changing import apply, lock, move
from compagnon.people.models import Membership, Person, Team


@service("ticket.take")
def take(
    *,
    actor: Actor,
    ticket_id: int,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Take a ticket for oneself: from now on it is being worked on.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: it is solved, closed or cancelled.
        Invalid: a program, which is nobody, cannot take.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.assign", expected_version=expected_version
    )
    at = at or timezone.now()
    if actor.id is None:
        raise Invalid(_("Only a person can take a ticket."))
    values = {"assignee_id": actor.id} | taken_up(ticket=ticket, at=at)
    if ticket.team_id is None:
        values["team_id"] = first_team(actor.id)
    return apply(actor=actor, ticket=ticket, verb="ticket.take", at=at, values=values)


@service("ticket.assign")
def assign(
    *,
    actor: Actor,
    ticket_id: int,
    team: Team | None = None,
    assignee: Person | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Give the ticket to a team, to a person, to both, or (with neither) to nobody.

    A person given without a team keeps the ticket's team when they belong to it, else brings
    their own.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: it is solved, closed or cancelled.
        Invalid: the person is not of the team, or has left.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.assign", expected_version=expected_version
    )
    at = at or timezone.now()
    values: dict[str, Any] = {
        "team_id": team.pk if team else (ticket.team_id if assignee else None),
        "assignee_id": assignee.pk if assignee else None,
    }
    if assignee:
        check_is_here(assignee)
        teams = set(Membership.objects.filter(person=assignee).values_list("team_id", flat=True))
        if team and team.pk not in teams:
            raise Invalid(
                _("%(person)s does not belong to the team %(team)s.")
                % {"person": assignee, "team": team},
                fields={"assignee": [_("Choose a member of the team.")]},
            )
        if not teams:
            raise Invalid(
                _("%(person)s belongs to no team.") % {"person": assignee},
                fields={"assignee": [_("Choose a technician.")]},
            )
        if values["team_id"] not in teams:
            values["team_id"] = min(teams)
        values |= taken_up(ticket=ticket, at=at)
    elif not ticket.is_open:
        raise IllegalMove(_("This ticket is no longer worked on: reopen it to assign it."))
    return apply(actor=actor, ticket=ticket, verb="ticket.assign", at=at, values=values)


def check_is_here(person: Person, *, field: str = "assignee") -> None:
    """Refuse to give work to who has left: nobody would do it.

    Raises:
        Invalid: as said; names the field.
    """
    if not person.is_active:
        raise Invalid(
            _("%(person)s has left: choose somebody else.") % {"person": person},
            fields={field: [_("Choose a technician.")]},
        )


def taken_up(*, ticket: Ticket, at: datetime) -> dict[str, Any]:
    """Give what changes when somebody starts to work: the state and the take-up.

    Raises:
        IllegalMove: nobody works on a ticket that is solved, closed or cancelled.
    """
    if not ticket.is_open:
        raise IllegalMove(_("This ticket is no longer worked on: reopen it to assign it."))
    values: dict[str, Any] = move(ticket, State.OPEN) if ticket.state == State.NEW else {}
    if ticket.taken_at is None:
        values["taken_at"] = at
    return values


def first_team(person_id: int) -> int | None:
    """Give the team of lowest level to which a person belongs."""
    return (
        Membership.objects.filter(person_id=person_id, team__is_active=True)
        .order_by("team__level", "team_id")
        .values_list("team_id", flat=True)
        .first()
    )
