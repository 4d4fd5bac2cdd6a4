"""Teams and their members."""

from __future__ import annotations

from typing import TypedDict

from django.utils.translation import gettext_lazy as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.core.services import service
from compagnon.people import policies
from compagnon.people.models import Membership, Organisation, Person, Team
from compagnon.people.services import rows


class TeamChanges(TypedDict, total=False):
    """What may be changed of a team; a key that is absent stays as it is."""

    name: str
    level: int
    manager: Person | None
    is_active: bool


@service("team.manage")
def create(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    level: int = 1,
    manager: Person | None = None,
    is_active: bool = True,
) -> Team:
    """Make a team of an organisation, with its support level: 1, 2 or 3.

    Raises:
        Refused: the actor does not manage the organisation's teams.
        Invalid: a value is not valid, or the organisation has a team of that name.
    """
    policies.check(actor, "team.manage", organisation.pk)
    made = Team(organisation=organisation)
    values: TeamChanges = {
        "name": name, "level": level, "manager": manager, "is_active": is_active,
    }  # fmt: skip
    rows.revise(made, values, allowed=TeamChanges.__annotations__)
    rows.keep(made)
    after = {"name": made.name, "level": made.level, "manager": made.manager_id}
    journal.record(actor=actor, verb="team.create", subject=made, after=after)
    return made


@service("team.manage")
def change(
    *, actor: Actor, team: Team, changes: TeamChanges, expected_version: int | None = None
) -> Team:
    """Change a team's name, level or supervisor, close it or open it again.

    Raises:
        Refused: the actor does not manage its organisation's teams.
        Invalid: a value is not valid.
        Stale: it has another version than expected.
    """
    policies.check(actor, "team.manage", team.organisation_id)
    row = rows.lock(team, expected_version=expected_version)
    revision = rows.revise(row, changes, allowed=TeamChanges.__annotations__)
    if revision.names:
        rows.keep(row, fields=revision.names)
        journal.record(
            actor=actor,
            verb="team.change",
            subject=row,
            before=revision.before,
            after=revision.after,
        )
    return row


@service("team.manage")
def add_member(*, actor: Actor, team: Team, person: Person) -> Membership:
    """Put a person in a team; a person who is in it stays so.

    Raises:
        Refused: the actor does not manage the team's organisation.
        Conflict: the team or the person is closed.
    """
    policies.check(actor, "team.manage", team.organisation_id)
    row = rows.lock(team)
    if found := Membership.objects.filter(team=row, person=person).first():
        return found
    if not (row.is_active and person.is_active):
        raise Conflict(_("The team and the person must be active."))
    made = rows.keep(Membership(team=row, person=person))
    journal.record(actor=actor, verb="team.join", subject=row, after={"person": person.pk})
    return made


@service("team.manage")
def remove_member(*, actor: Actor, team: Team, person: Person) -> None:
    """Take a person out of a team; nothing happens if they are not in it.

    Raises:
        Refused: the actor does not manage the team's organisation.
    """
    policies.check(actor, "team.manage", team.organisation_id)
    row = rows.lock(team)
    removed, _each = Membership.objects.filter(team=row, person=person).delete()
    if removed:
        journal.record(actor=actor, verb="team.leave", subject=row, before={"person": person.pk})
