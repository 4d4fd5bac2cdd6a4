"""One step of a synchronisation, carried out by the services that a person would use."""

from __future__ import annotations

from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.core.services import service
from compagnon.people.directory.reading import folded
from compagnon.people.directory_state import acting
from compagnon.people.models import (
    Account,
    ContactKind,
    Directory,
    DirectoryGift,
    DirectoryLink,
    DirectoryRule,
    DirectoryStep,
    Membership,
    Organisation,
    Person,
    Role,
    RoleAssignment,
    Team,
)
from compagnon.people.services import accounts, contact_points, persons, roles, teams
from compagnon.people.services.directory_links import make_link
from compagnon.people.services.persons import PersonChanges

NAMES: tuple[Literal["first_name", "last_name", "job_title"], ...] = (
    "first_name",
    "last_name",
    "job_title",
)


@service("directory.manage")
def carry_out(*, actor: Actor, directory: Directory, step: DirectoryStep) -> Person:
    """Do what a step says and give whom it concerned; done already, it does nothing.

    Raises:
        CompagnonError: whatever the services refuse: the directory may no more than its setter.
    """
    match step.action:
        case "create":
            return _create(actor, directory, step)
        case "link":
            return _link(actor, directory, step)
        case "change" | "restore":
            return _change(actor, _linked(directory, step), step)
        case "suspend":
            return _suspend(actor, _linked(directory, step))
        case "join" | "give":
            return _give(_linked(directory, step), step)
        case "leave" | "take":
            return _take_back(_linked(directory, step), step)
    raise Conflict(_("This cannot be carried out."))


def _linked(directory: Directory, step: DirectoryStep) -> DirectoryLink:
    rows = DirectoryLink.objects.select_related("person__organisation")
    found = rows.filter(directory=directory, stable_id=step.stable_id).first()
    if found is None:
        raise Conflict(_("This person is not of the directory: see the step before."))
    return found


def _after(step: DirectoryStep, name: str) -> Any:
    pair = step.changes.get(name)
    return pair[1] if pair else None


def _create(actor: Actor, directory: Directory, step: DirectoryStep) -> Person:
    link = DirectoryLink.objects.filter(directory=directory, stable_id=step.stable_id).first()
    if link is not None:
        return link.person
    emails = _after(step, "emails") or [""]
    person = persons.create(
        actor=actor,
        organisation=directory.organisation,
        first_name=_after(step, "first_name") or "",
        last_name=_after(step, "last_name") or "",
        job_title=_after(step, "job_title") or "",
        email=emails[0],
        language=str(step.values.get("language") or directory.language),
    )
    _make_link(actor, directory, person, step)
    _reach(actor, person, step)
    if email := _after(step, "account"):
        accounts.create(actor=actor, person=person, email=email)
    return person


def _make_link(actor: Actor, directory: Directory, person: Person, step: DirectoryStep) -> None:
    make_link(
        actor=actor,
        directory=directory,
        person=person,
        stable_id=step.stable_id,
        dn=str(step.values.get("dn", "")),
        login=str(step.values.get("login", "")),
    )


def _link(actor: Actor, directory: Directory, step: DirectoryStep) -> Person:
    if step.person is None:
        raise Conflict(_("There is no such person any more."))
    _make_link(actor, directory, step.person, step)
    return _change(actor, _linked(directory, step), step)


def _change(actor: Actor, link: DirectoryLink, step: DirectoryStep) -> Person:
    person = link.person
    if link.suspended_at is not None:
        person = persons.reactivate(actor=actor, person=person)
        link.suspended_at = None
    changes = PersonChanges()
    for name in NAMES:
        if name in step.changes:
            changes[name] = step.changes[name][1]
    if changes:
        person = persons.change(actor=actor, person=person, changes=changes)
    _reach(actor, person, step)
    if email := _after(step, "account"):
        account = Account.objects.filter(person=person).first()
        if account is None:
            accounts.create(actor=actor, person=person, email=email)
        else:
            accounts.change_address(actor=actor, account=account, email=email)
    link.dn = _after(step, "dn") or link.dn
    link.login = _after(step, "login") or link.login
    link.login_key = folded(link.login)[:200]
    link.save(update_fields=["dn", "login", "login_key", "suspended_at"])
    return person


def _reach(actor: Actor, person: Person, step: DirectoryStep) -> None:
    """Add the addresses and numbers that lack; the first address becomes the main one.

    Those that the directory has no more stay: old mail is still known to be theirs.
    """
    points = {(one.kind, one.value): one for one in person.contact_points.all()}
    wanted = [(ContactKind.EMAIL, one) for one in _after(step, "emails") or []]
    for at, (kind, value) in enumerate(wanted):
        point = points.get((kind, value))
        if point is None:
            contact_points.add(
                actor=actor, person=person, kind=kind, value=value, is_primary=at == 0
            )
        elif at == 0:
            contact_points.make_primary(actor=actor, point=point)
    for kind, name in ((ContactKind.PHONE, "phone"), (ContactKind.MOBILE, "mobile")):
        number = _after(step, name)
        if number and (kind, number) not in points:
            contact_points.add(actor=actor, person=person, kind=kind, value=number, is_primary=True)


def _suspend(actor: Actor, link: DirectoryLink) -> Person:
    person = persons.deactivate(actor=actor, person=link.person)
    if link.suspended_at is None:
        link.suspended_at = timezone.now()
        link.save(update_fields=["suspended_at"])
    return person


def _gift(step: DirectoryStep) -> tuple[Team | None, Role | None, Organisation | None]:
    team_id, role_id, organisation_id = step.values["gift"]
    return (
        Team.objects.filter(pk=team_id).first() if team_id else None,
        Role.objects.filter(pk=role_id).first() if role_id else None,
        Organisation.objects.filter(pk=organisation_id).first() if organisation_id else None,
    )


def _give(link: DirectoryLink, step: DirectoryStep) -> Person:
    """Give what a group gives, as far as who set the rule may give it today."""
    rule = (
        DirectoryRule.objects.filter(pk=step.values.get("rule"), directory=link.directory_id)
        .select_related("set_by__organisation")
        .first()
    )
    if rule is None:
        raise Conflict(_("This group gives nothing any more."))
    team, role, organisation = _gift(step)
    giver, person = acting(rule.set_by), link.person
    if team is not None:
        if not Membership.objects.filter(team=team, person=person).exists():
            teams.add_member(actor=giver, team=team, person=person)
            DirectoryGift.objects.get_or_create(link=link, team=team)
        return person
    if role is None or organisation is None:
        raise Conflict(_("This group gives nothing any more."))
    if not RoleAssignment.objects.filter(
        role=role, person=person, organisation=organisation
    ).exists():
        roles.give(actor=giver, role=role, person=person, organisation=organisation)
        DirectoryGift.objects.get_or_create(link=link, role=role, organisation=organisation)
    return person


def _take_back(link: DirectoryLink, step: DirectoryStep) -> Person:
    """Take back what the directory gave, whoever set it: what it gave is its own."""
    team, role, organisation = _gift(step)
    taker, person = acting(None), link.person
    given = link.gifts.filter(team=team, role=role, organisation=organisation)
    if not given.exists():
        return person
    if team is not None:
        teams.remove_member(actor=taker, team=team, person=person)
    for held in (
        RoleAssignment.objects.filter(role=role, person=person, organisation=organisation)
        if role
        else ()
    ):
        roles.take_away(actor=taker, assignment=held)
    given.delete()
    return person
