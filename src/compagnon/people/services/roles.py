"""Roles: what they hold, and giving them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from django.db.models import ProtectedError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal, verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Refused
from compagnon.core.services import service
from compagnon.people import policies, standard_roles
from compagnon.people.errors import Escalation
from compagnon.people.models import Organisation, Person, Role, RoleAssignment
from compagnon.people.services import administrators, rows


class RoleChanges(TypedDict, total=False):
    """What may be changed of a role; a key that is absent stays as it is."""

    name: str
    verbs: list[str]
    needs_second_factor: bool


@service("role.manage")
def create(
    *,
    actor: Actor,
    name: str,
    verbs: Iterable[str],
    needs_second_factor: bool = False,
    code: str = "",
) -> Role:
    """Make a role from verbs that the actor holds.

    Args:
        code: a short name for programs; made from ``name`` unless given.

    Raises:
        Refused: the actor manages roles nowhere.
        Escalation: the actor does not hold one of the verbs, anywhere.
        Invalid: a verb or a value is not valid, or the code is taken.
    """
    if not actor.scope.allows_somewhere("role.manage"):
        raise Refused(_("Your roles do not allow this."))
    names = _known(verbs)
    _check_gives(actor, names, [])
    role = Role(code=code or slugify(name)[:40] or "role", needs_second_factor=needs_second_factor)
    rows.revise(role, {"name": name}, allowed={"name"})
    role.verbs = names
    rows.keep(role)
    journal.record(actor=actor, verb="role.create", subject=role, after={"verbs": names})
    return role


@service("role.manage")
def change(
    *, actor: Actor, role: Role, changes: RoleChanges, expected_version: int | None = None
) -> Role:
    """Change what a role holds, for everybody who has it.

    Raises:
        Refused: the actor does not manage roles wherever it is given.
        Escalation: the actor does not hold an added verb wherever the role is given.
        Conflict: it is the administrator's, which follows the product.
        Stale: it has another version than expected.
    """
    row = rows.lock(role, expected_version=expected_version)
    given = _given_on(row)
    _check_manages(actor, given)
    if "verbs" in changes:
        if row.code == standard_roles.ADMINISTRATOR:
            raise Conflict(_("The administrator's role holds everything and cannot be changed."))
        changes = {**changes, "verbs": _known(changes["verbs"])}
        # What is taken away must be held too: a lesser one could otherwise disarm a greater.
        _check_gives(actor, set(changes["verbs"]) ^ set(row.verbs), given)
    revision = rows.revise(row, changes, allowed=RoleChanges.__annotations__)
    if revision.names:
        row.is_customised = row.is_customised or "verbs" in changes
        rows.keep(row, fields=[*revision.names, "is_customised"])
        journal.record(
            actor=actor,
            verb="role.change",
            subject=row,
            before=revision.before,
            after=revision.after,
        )
    return row


@service("role.manage")
def remove(*, actor: Actor, role: Role) -> None:
    """Delete a role that nobody has.

    Raises:
        Refused: the actor manages roles nowhere.
        Conflict: it comes with the product, or somebody has it.
    """
    if not actor.scope.allows_somewhere("role.manage"):
        raise Refused(_("Your roles do not allow this."))
    row = rows.lock(role)
    if row.code in standard_roles.BY_CODE:
        raise Conflict(_("This role comes with the product and cannot be deleted."))
    _check_gives(actor, row.verbs, [])
    journal.record(actor=actor, verb="role.remove", subject=row, before={"verbs": row.verbs})
    try:
        row.delete()
    except ProtectedError:
        raise Conflict(_("Somebody has this role: take it away first.")) from None


@service("role.manage")
def give(*, actor: Actor, role: Role, person: Person, organisation: Organisation) -> RoleAssignment:
    """Give a person a role on an organisation and all that is below it.

    Raises:
        Refused: the actor does not manage roles there.
        Escalation: the actor does not hold all of the role's verbs there.
        Conflict: the person or the organisation is closed.
    """
    policies.check(actor, "role.manage", organisation.pk)
    # Locked, so that the verbs checked here are those given.
    row = rows.lock(role)
    if not policies.holds_all(actor, row.verbs, organisation.pk):
        raise Escalation(_("This role holds rights that you do not hold on this organisation."))
    if found := RoleAssignment.objects.filter(
        role=row, person=person, organisation=organisation
    ).first():
        return found
    if not (person.is_active and organisation.is_active):
        raise Conflict(_("The person and the organisation must be active."))
    made = rows.keep(RoleAssignment(role=row, person=person, organisation=organisation))
    journal.record(
        actor=actor,
        verb="role.give",
        subject=person,
        organisation_id=organisation.pk,
        after={"role": row.code, "organisation": organisation.pk},
    )
    return made


@service("role.manage")
def take_away(*, actor: Actor, assignment: RoleAssignment) -> None:
    """Take a role away.

    Raises:
        Refused: the actor does not manage roles there.
        Escalation: the actor does not hold all of the role's verbs there.
        LastAdministrator: nobody could give roles any more.
    """
    policies.check(actor, "role.manage", assignment.organisation_id)
    row = rows.lock(assignment)
    if not policies.holds_all(actor, row.role.verbs, row.organisation_id):
        raise Escalation(_("This role holds rights that you do not hold on this organisation."))
    with administrators.one_must_be_left():
        RoleAssignment.objects.filter(pk=row.pk).delete()
    journal.record(
        actor=actor,
        verb="role.take_away",
        subject=row.person,
        organisation_id=row.organisation_id,
        before={"role": row.role.code, "organisation": row.organisation_id},
    )


def _known(names: Iterable[str]) -> list[str]:
    found = sorted(set(names))
    if unknown := [name for name in found if not verbs.known(name)]:
        message = _("There is no such right: %(names)s.") % {"names": ", ".join(unknown)[:200]}
        raise rows.wrong("verbs", message)
    return found


def _given_on(role: Role) -> list[int]:
    found = RoleAssignment.objects.filter(role=role).values_list("organisation_id", flat=True)
    return list(found.distinct())


def _check_manages(actor: Actor, given: list[int]) -> None:
    if not (
        actor.scope.allows_somewhere("role.manage")
        and all(policies.may(actor, "role.manage", key) for key in given)
    ):
        raise Refused(_("This role is given on organisations where you do not manage roles."))


def _check_gives(actor: Actor, names: Iterable[str], given: list[int]) -> None:
    """Refuse verbs that the actor does not hold wherever the role is given, or anywhere at all."""
    for name in names:
        held = (
            all(actor.scope.allows(name, key) for key in given)
            if given
            else actor.scope.allows_somewhere(name)
        )
        if verbs.known(name) and not held:
            raise Escalation(_("You do not hold «%(name)s» yourself.") % {"name": name})
