"""Directories: how they are read, what their groups give, whose person belongs to which."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography import x509
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import guarded_http, journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Text
from compagnon.core.sealing import seal
from compagnon.core.services import service
from compagnon.people import policies
from compagnon.people.directory import filters
from compagnon.people.directory.presets import PRESETS
from compagnon.people.directory_state import LABEL, NAMES, PORTS
from compagnon.people.errors import Escalation
from compagnon.people.models import (
    Account,
    Directory,
    DirectoryLink,
    DirectoryRule,
    DirectorySchedule,
    Organisation,
    Person,
    Role,
    Team,
)
from compagnon.people.services import rows, sessions

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
NIGHT_HOUR = 2


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
    if row.rules.filter(
        group=made.group, team=team, role=role, organisation=organisation
    ).exists():
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


@service("directory.manage")
def link(
    *, actor: Actor, directory: Directory, person: Person, stable_id: str, dn: str, login: str
) -> DirectoryLink:
    """Say by hand that an entry is a person, where the program would not decide.

    Raises:
        Refused: the actor may not, there or on the person's organisation.
        Escalation: the person holds rights that the actor does not hold.
        Conflict: the entry is somebody else's.
    """
    policies.check(actor, VERB, directory.organisation_id)
    policies.check(actor, VERB, person.organisation_id)
    policies.check_outranks(actor, person)
    row = rows.lock(person)
    other = DirectoryLink.objects.filter(directory=directory, stable_id=stable_id).first()
    if other is not None and other.person_id != row.pk:
        raise Conflict(_("This entry is %(person)s already.") % {"person": other.person})
    DirectoryLink.objects.filter(person=row).delete()
    return make_link(
        actor=actor, directory=directory, person=row, stable_id=stable_id, dn=dn, login=login
    )


def make_link(
    *, actor: Actor, directory: Directory, person: Person, stable_id: str, dn: str, login: str
) -> DirectoryLink:
    """Write that an entry is a person; part of a service."""
    from compagnon.people.directory.reading import folded

    made = DirectoryLink(
        directory=directory,
        person=person,
        stable_id=stable_id,
        dn=dn,
        login=login,
        login_key=folded(login)[:200],
        # Closed before: it comes back at the next synchronisation.
        suspended_at=None if person.is_active else timezone.now(),
    )
    rows.write(made.save)
    journal.record(
        actor=actor, verb="person.link_directory", subject=person, after={"directory": directory.pk}
    )
    return made


@service("account.manage")
def let_in_locally(*, actor: Actor, account: Account) -> None:
    """Have somebody of a directory sign in with a password of their own again.

    Raises:
        Refused: the actor does not manage accounts there.
        Escalation: the person holds rights that the actor does not hold.
    """
    policies.check(actor, "account.manage", account.person.organisation_id)
    policies.check_outranks(actor, account.person)
    found = DirectoryLink.objects.select_for_update().filter(person=account.person, signs_in=True)
    for row in found:
        row.signs_in = False
        row.save(update_fields=["signs_in"])
        sessions.end_all(actor=actor, account=account)
        journal.record(
            actor=actor,
            verb="person.unlink_directory",
            subject=account.person,
            before={"directory": row.directory_id},
        )


def next_time(directory: Directory, *, now: datetime) -> datetime | None:
    """Give when it is to be synchronised next by itself; ``None``: never."""
    if directory.schedule == DirectorySchedule.EVERY:
        return now + timedelta(minutes=directory.every_minutes)
    if directory.schedule != DirectorySchedule.NIGHTLY:
        return None
    zone = ZoneInfo(directory.organisation.time_zone)
    local = now.astimezone(zone)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if night <= local:
        night += timedelta(days=1)
    return night.astimezone(UTC)


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
        _forget_usual(row, str(before["kind"]))
    _complete(row)
    moved = not is_new and any(before[name] != getattr(row, name) for name in PLACE)
    if password := values.get("bind_password"):
        row.bind_password = seal(str(password), label=LABEL)
    elif moved or not row.bind_dn:
        row.bind_password = ""
    _validate(row)
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


def _forget_usual(row: Directory, kind: str) -> None:
    """Forget the filters that another kind usually has."""
    for name in ("people_filter", "group_filter"):
        if getattr(row, name) == getattr(PRESETS[kind], name):
            setattr(row, name, "")


def _complete(row: Directory) -> None:
    """Put what the kind usually has where nothing was said."""
    preset = PRESETS.get(row.kind)
    if preset is None:
        raise Invalid(fields={"kind": [_("There is no such choice.")]})
    row.people_filter = row.people_filter or preset.people_filter
    row.group_filter = row.group_filter or preset.group_filter
    given = row.attributes if isinstance(row.attributes, dict) else {}
    usual = {name: getattr(preset.attributes, name) for name in NAMES}
    row.attributes = {
        name: str(value).strip()
        for name, value in given.items()
        if name in usual and str(value).strip() != usual[name]
    }


def _validate(row: Directory) -> None:
    faults: dict[str, list[Text]] = {}
    if message := _fault_of_address(row):
        faults["url"] = [message]
    for name in ("people_filter", "group_filter"):
        text = getattr(row, name)
        if text and not filters.is_filter(text):
            faults[name] = [_("This is not a filter, such as (objectClass=person).")]
    for name in ("base", "group_base", "bind_dn"):
        text = getattr(row, name)
        if text and ("=" not in text and (name != "bind_dn" or "@" not in text)):
            faults[name] = [_("This is not a distinguished name, such as dc=example,dc=org.")]
    if row.bind_dn and not row.bind_password:
        faults["bind_password"] = [_("Give the password of the reading account.")]
    if row.ca_certificate and not _is_certificate(row.ca_certificate):
        faults["ca_certificate"] = [_("This is no certificate in PEM.")]
    for name, value in row.attributes.items():
        if not all(map(filters.is_attribute, value.split())) or (name == "stable_id" and not value):
            faults["attributes"] = [_("«%(value)s» names no attribute.") % {"value": value[:60]}]
    if faults:
        raise Invalid(fields=faults)


def _fault_of_address(row: Directory) -> str:
    try:
        parts = urlsplit(row.url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return _("An address is ldap://server:389 or ldaps://server:636.")
    if (
        parts.scheme not in PORTS
        or not parts.hostname
        or parts.username is not None
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or port == 0
        or not row.url.isascii()
    ):
        return _("An address is ldap://server:389 or ldaps://server:636.")
    if parts.scheme == "ldaps" and row.start_tls:
        return _("With ldaps:// the connection is encrypted already: leave StartTLS out.")
    try:
        literal: str = str(ipaddress.ip_address(parts.hostname))
    except ValueError:
        literal = "127.0.0.1" if parts.hostname.endswith("localhost") else ""
    is_clear = parts.scheme == "ldap" and not row.start_tls
    if not literal and not is_clear:
        return ""
    try:
        target = guarded_http.locate(parts.hostname, port)
    except guarded_http.NotAllowed as error:
        if error.reason == "internal":
            return _("This server is inside. The operator allows it by COMPAGNON_OUTGOING_ALLOW.")
        return _("This cannot be the name of a server.")
    except guarded_http.Unanswered:
        return _("There is no server of that name.")
    if is_clear and not target.is_internal:
        return _("Passwords travel encrypted, but for servers inside: ldaps://, or StartTLS.")
    return ""


def _is_certificate(text: str) -> bool:
    try:
        return bool(x509.load_pem_x509_certificates(text.encode()))
    except ValueError:
        return False


def of_person(person: Person) -> DirectoryLink:
    """Give the directory of a person.

    Raises:
        NotFound: they are of none.
    """
    found = DirectoryLink.objects.filter(person=person).select_related("directory").first()
    if found is None:
        raise NotFound
    return found
