"""Directories: how they are read, what their groups give, whose person belongs to which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Refused
from compagnon.core.sealing import seal
from compagnon.core.services import service
from compagnon.people import policies
from compagnon.people.directory_checks import complete, forget_usual, next_time, validate
from compagnon.people.directory_state import LABEL
from compagnon.people.errors import Escalation
from compagnon.people.models import (
    Directory,
    DirectoryRule,
    Organisation,
    Role,
    Team,
)
from compagnon.people.services import rows

VERB = "directory.manage"
FIELDS = (
    "name", "organisation", "kind", "url", "start_tls", "ca_certificate", "bind_dn", "base",
    "group_base", "people_filter", "group_filter", "is_subtree", "attributes", "language",
    "page_size", "most_people", "timeout_seconds", "ceiling_percent", "schedule", "every_minutes",
    "opens_accounts", "signs_in", "is_active",
)  # fmt: skip
# Where our own password is sent: changed by another than who typed it, it is forgotten.
PLACE = ("url", "start_tls", "ca_certificate", "bind_dn")
MOST_RULES = 200


@service("directory.manage")
def create(*, actor: Actor, values: Mapping[str, Any]) -> Directory:
    """Add a directory; nothing is read yet.

    Args:
        values: those of ``FIELDS``, and ``bind_password``; filters and attributes that are absent
            or empty are those of the kind.

    Raises:
        Refused: the actor may not manage directories, people or accounts of the organisation.
        Invalid: a value does not fit, by field.
    """
    if not isinstance(organisation := values.get("organisation"), Organisation):
        raise Invalid(fields={"organisation": [_("Choose an organisation.")]})
    return _save(actor, Directory(organisation=organisation), values)


@service("directory.manage")
def change(
    *,
    actor: Actor,
    directory: Directory,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> Directory:
    """Change a directory; from then on it acts for who changed it.

    A password that is absent or empty stays, unless the server or the account changed: what
    somebody else typed is never sent to a place of another's choice.

    Raises:
        Refused, Invalid: as :func:`create`.
        Stale: it has another version than expected.
    """
    row = rows.lock(directory, expected_version=expected_version)
    policies.check(actor, VERB, row.organisation_id)
    _check_setter(actor, row)
    return _save(actor, row, values)


def _check_setter(actor: Actor, row: Directory) -> None:
    """Refuse to take over a directory that acts for somebody who may more.

    Whoever chooses the server chooses who its people are: all that were linked for another.
    """
    if row.pk and row.set_by is not None:
        policies.check_outranks(actor, row.set_by)
    elif row.pk and not actor.scope.allows(VERB, None):
        raise Refused(_("This directory was set by the program: only who manages all may."))


@service("directory.manage")
def remove(*, actor: Actor, directory: Directory) -> None:
    """Take a directory away: its people stay as they are, and sign in with it no more.

    Raises:
        Refused: the actor may not.
        Conflict: it is being synchronised.
    """
    row = rows.lock(directory)
    policies.check(actor, VERB, row.organisation_id)
    _check_setter(actor, row)
    if row.runs.filter(state__in=["waiting", "reading", "applying"]).exists():
        raise Conflict(_("It is being synchronised: wait until this has ended."))
    journal.record(
        actor=actor,
        verb="directory.remove",
        subject=row,
        before={"url": row.url, "base": row.base, "people": row.links.count()},
    )
    row.delete()


@service("directory.manage")
def add_rule(
    *,
    actor: Actor,
    directory: Directory,
    group: str,
    team: Team | None = None,
    role: Role | None = None,
    organisation: Organisation | None = None,
) -> DirectoryRule:
    """Say that being in a group gives a team, or a role on an organisation.

    Args:
        group: its name, or its distinguished name.

    Raises:
        Refused: the actor does not manage the team, or gives no roles there.
        Escalation: the actor does not hold all of the role's rights there.
        Invalid: neither or both were chosen.
    """
    row = rows.lock(directory)
    policies.check(actor, VERB, row.organisation_id)
    _check_setter(actor, row)
    if (team is None) == (role is None) or (role is None) != (organisation is None):
        raise Invalid(_("Choose a team, or a role and the organisation on which it is held."))
    if actor.scope.only is not None:
        raise Refused(_("A token that lists its rights sets no directory."))
    if team is not None:
        policies.check(actor, "team.manage", team.organisation_id)
    if role is not None and organisation is not None:
        check_gives(actor, role, organisation)
    if row.rules.count() >= MOST_RULES:
        raise Conflict(_("At most %(most)s groups.") % {"most": MOST_RULES})
    made = DirectoryRule(
        directory=row, team=team, role=role, organisation=organisation, set_by_id=actor.id
    )
    rows.revise(made, {"group": group}, allowed={"group"})
    if row.rules.filter(group=made.group, team=team, role=role, organisation=organisation).exists():
        raise Conflict(_("This group gives that already."))
    rows.keep(made)
    journal.record(
        actor=actor,
        verb="directory.add_rule",
        subject=row,
        after={
            "team": team.pk if team else None,
            "role": role.code if role else None,
            "on": organisation.pk if organisation else None,
        },
    )
    return made


def check_gives(actor: Actor, role: Role, organisation: Organisation) -> None:
    """Refuse unless the actor could give that role there by hand.

    Raises:
        Refused, Escalation: see :func:`services.roles.give`.
    """
    policies.check(actor, "role.manage", organisation.pk)
    if not policies.holds_all(actor, role.verbs, organisation.pk):
        raise Escalation(_("This role holds rights that you do not hold on this organisation."))


@service("directory.manage")
def remove_rule(*, actor: Actor, rule: DirectoryRule) -> None:
    """Have a group give no more; what it gave is taken back at the next synchronisation.

    Raises:
        Refused: the actor may not.
    """
    directory = rows.lock(rule.directory)
    policies.check(actor, VERB, directory.organisation_id)
    _check_setter(actor, directory)
    row = rows.lock(rule)
    journal.record(
        actor=actor,
        verb="directory.remove_rule",
        subject=directory,
        before={"team": row.team_id, "role": row.role.code if row.role else None},
    )
    row.delete()


def _save(actor: Actor, row: Directory, values: Mapping[str, Any]) -> Directory:
    is_new = row.pk is None
    before = {} if is_new else {name: getattr(row, name) for name in FIELDS}
    revision = rows.revise(row, {k: v for k, v in values.items() if k in FIELDS}, allowed=FIELDS)
    for verb in (VERB, "person.manage", *(["account.manage"] if row.opens_accounts else [])):
        policies.check(actor, verb, row.organisation_id)
    if actor.scope.only is not None:
        # The directory acts with all that its setter may, and so with more than the token.
        raise Refused(_("A token that lists its rights sets no directory."))
    if not is_new and before["kind"] != row.kind:
        forget_usual(row, str(before["kind"]))
    complete(row)
    moved = not is_new and any(before[name] != getattr(row, name) for name in PLACE)
    if password := values.get("bind_password"):
        row.bind_password = seal(str(password), label=LABEL)
    elif moved or not row.bind_dn:
        row.bind_password = ""
    validate(row)
    row.set_by_id = actor.id
    row.error, row.failures = "", 0
    row.next_at = next_time(row, now=timezone.now()) if row.is_active else None
    rows.keep(row)
    hidden = {"attributes", "ca_certificate"}
    journal.record(
        actor=actor,
        verb="directory.create" if is_new else "directory.change",
        subject=row,
        before={k: v for k, v in revision.before.items() if k not in hidden and not is_new},
        after={k: v for k, v in revision.after.items() if k not in hidden}
        | ({"secrets": ["bind_password"]} if password else {}),
    )
    return row
