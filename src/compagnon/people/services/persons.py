"""Making persons known, changing them, closing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

from django.utils.translation import gettext_lazy as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.people import policies, rules
from compagnon.people.models import (
    Account,
    ContactKind,
    DirectoryLink,
    Ease,
    MailDomain,
    NameWord,
    Organisation,
    Person,
    Site,
)
from compagnon.people.queries import person_by_email
from compagnon.people.services import administrators, contact_points, organisations, rows, sessions

PERSONAL = frozenset({"first_name", "last_name", "job_title"})
# What people may change of themselves, on their own page.
OWN = frozenset({"language", "ease"})
# By what a person is known, and who manages them.
IDENTITY = frozenset({"organisation", "first_name", "last_name"})


class PersonChanges(TypedDict, total=False):
    """What may be changed of a person; a key that is absent stays as it is."""

    organisation: Organisation
    site: Site | None
    first_name: str
    last_name: str
    job_title: str
    language: str
    ease: str
    is_vip: bool


@service("person.manage")
def create(
    *,
    actor: Actor,
    organisation: Organisation,
    last_name: str,
    first_name: str = "",
    email: str = "",
    phone: str = "",
    site: Site | None = None,
    job_title: str = "",
    language: str = "",
    ease: str = Ease.USUAL,
    is_vip: bool = False,
) -> Person:
    """Add a person to an organisation, with a mail address and a phone number if known.

    Args:
        language: that of the organisation unless given.

    Raises:
        Refused: the actor does not manage the organisation's persons.
        Invalid: a value is not valid.
        AddressTaken: the mail address is somebody else's.
        Conflict: the organisation is closed.
    """
    policies.check(actor, "person.manage", organisation.pk)
    if not organisation.is_active:
        raise Conflict(_("This organisation is closed: open it again first."))
    person = Person(organisation=organisation, origin=actor.source)
    values: PersonChanges = {
        "first_name": first_name,
        "last_name": last_name,
        "job_title": job_title,
        "language": language or organisation.language,
        "ease": ease,
        "is_vip": is_vip,
        "site": site,
    }
    rows.revise(person, values, allowed=PersonChanges.__annotations__)
    _write(person)
    for kind, value in ((ContactKind.EMAIL, email), (ContactKind.PHONE, phone)):
        if value:
            contact_points.add(actor=actor, person=person, kind=kind, value=value)
    _record_creation(actor, person)
    return person


@service("person.manage")
def change(
    *,
    actor: Actor,
    person: Person,
    changes: PersonChanges,
    expected_version: int | None = None,
) -> Person:
    """Change a person; everybody may change their own language and ease.

    Raises:
        Refused: the actor does not manage the person's organisation, or the new one.
        Escalation: another name or organisation for a person who holds rights that the actor
            does not hold.
        Invalid: a value is not valid, or the site is another organisation's.
        Conflict: the new organisation is closed.
        Stale: the person has another version than expected.
    """
    row = rows.lock(person, expected_version=expected_version)
    if not (policies.may_as_self(actor, row) and changes.keys() <= OWN):
        policies.check(actor, "person.manage", row.organisation_id)
    given: Mapping[str, object] = changes
    if any(name in given and given[name] != getattr(row, name) for name in IDENTITY):
        policies.check_outranks(actor, row)
    if (target := changes.get("organisation")) and target.pk != row.organisation_id:
        policies.check(actor, "person.manage", target.pk)
        is_open = Organisation.objects.filter(pk=target.pk, is_active=True).exists()
        if row.is_active and not is_open:
            # Nobody of a closed organisation signs in: it would close the person, unsaid.
            raise Conflict(_("This organisation is closed: open it again first."))
        if "site" not in changes:
            changes = {**changes, "site": None}
    revision = rows.revise(row, changes, allowed=PersonChanges.__annotations__, personal=PERSONAL)
    if revision.names:
        _write(row, fields=revision.names)
        journal.record(
            actor=actor,
            verb="person.change",
            subject=row,
            before=revision.before,
            after=revision.after,
        )
    return row


@service("person.manage")
def deactivate(*, actor: Actor, person: Person) -> Person:
    """Close a person who has left: no longer offered anywhere, can no longer sign in.

    Raises:
        Refused: the actor does not manage the person's organisation.
        Escalation: the person holds rights that the actor does not hold.
        LastAdministrator: nobody could give roles any more.
        Conflict: the actor is that person.
    """
    policies.check(actor, "person.manage", person.organisation_id)
    policies.check_outranks(actor, person)
    if policies.is_self(actor, person):
        raise Conflict(_("Somebody else has to close your own record."))
    row = rows.lock(person)
    if row.is_active:
        with administrators.one_must_be_left():
            row.is_active = False
            rows.keep(row, fields=["is_active"])
        # A directory brings back whom it suspended itself, and nobody else.
        DirectoryLink.objects.filter(person=row).update(suspended_at=None)
        account = Account.objects.filter(person=row).first()
        if account is not None:
            sessions.close_all(account)
        _record_activity(actor, "person.deactivate", row)
    return row


@service("person.manage")
def reactivate(*, actor: Actor, person: Person) -> Person:
    """Open a person's record again.

    Raises:
        Refused: the actor does not manage the person's organisation.
        Escalation: the person holds rights that the actor does not hold.
    """
    policies.check(actor, "person.manage", person.organisation_id)
    policies.check_outranks(actor, person)
    row = rows.lock(person)
    if not row.is_active:
        row.is_active = True
        rows.keep(row, fields=["is_active"])
        _record_activity(actor, "person.reactivate", row)
    return row


@service("person.manage")
def recognise(*, actor: Actor, address: str, name: str = "", language: str = "") -> Person:
    """Give the person behind a mail address, made known now if nobody has it.

    A new person goes to the organisation that owns the nearest domain of the address, else to
    the one for unknown senders. Two calls at the same moment give the same person.

    Args:
        address: as the mail says, whatever its case.
        name: as displayed in the mail; guessed from the address when empty.
        language: of somebody made known now; that of the organisation unless given.

    Raises:
        Invalid: it is not a mail address.
        Refused: nobody has the address and the actor may not add persons there.
    """
    value = rules.normal_email(address)
    if value is None:
        raise Invalid(_("«%(address)s» is not a mail address.") % {"address": address[:80]})
    if found := person_by_email(value):
        return found
    organisation = _owner_of(value) or organisations.unknown_senders(actor)
    policies.check(actor, "person.manage", organisation.pk)
    printable = "".join(char if char.isprintable() else " " for char in name)
    first, last = rules.split_name(printable.strip(" '\"") or rules.name_from_address(value))
    person = Person(
        organisation=organisation,
        first_name=first,
        last_name=last or value[:80],
        language=language or organisation.language,
        origin=actor.source,
    )
    try:
        rows.write(lambda: _write_with_address(person, value))
    except Conflict:
        # Another delivery wrote the same address first; ours left nothing behind.
        if found := person_by_email(value):
            return found
        raise
    _record_creation(actor, person)
    return person


def index_names(persons: Iterable[Person]) -> None:
    """Write the words by which these persons are found, in place of those that stand.

    For loaders that write persons in bulk with ``search_name`` from ``rules.search_name``.
    """
    many = list(persons)
    NameWord.objects.filter(person__in=many).delete()
    NameWord.objects.bulk_create(
        (
            NameWord(person=one, word=word)
            for one in many
            for word in rules.words(f"{one.last_name} {one.first_name}")
        ),
        batch_size=2000,
    )


def _owner_of(address: str) -> Organisation | None:
    candidates = rules.domains_above(address)
    owners = {
        domain.name: domain.organisation
        for domain in MailDomain.objects.filter(
            name__in=candidates, organisation__is_active=True
        ).select_related("organisation")
    }
    return next((owners[name] for name in candidates if name in owners), None)


def _write(person: Person, *, fields: list[str] | None = None) -> None:
    site = person.site
    if site is not None and site.organisation_id != person.organisation_id:
        # A part of a company works on the company's sites.
        above = set(rules.keys_of(person.organisation.path))
        if site.organisation_id not in above:
            raise rows.wrong("site", _("This site belongs to another organisation."))
    names = fields
    if fields is None or {"first_name", "last_name"} & set(fields):
        person.search_name = rules.search_name(person.first_name, person.last_name)
        names = None if fields is None else [*fields, "search_name"]
    rows.keep(person, fields=names)
    if names is None or "search_name" in names:
        index_names([person])


def _write_with_address(person: Person, value: str) -> None:
    _write(person)
    person.contact_points.create(kind=ContactKind.EMAIL, value=value, is_primary=True)


def _record_creation(actor: Actor, person: Person) -> None:
    journal.record(
        actor=actor,
        verb="person.create",
        subject=person,
        after={"origin": person.origin, "language": person.language, "ease": person.ease},
    )


def _record_activity(actor: Actor, verb: str, person: Person) -> None:
    journal.record(
        actor=actor,
        verb=verb,
        subject=person,
        before={"is_active": not person.is_active},
        after={"is_active": person.is_active},
    )
