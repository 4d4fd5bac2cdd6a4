"""Addresses and numbers of a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.core.services import service
from compagnon.people import policies, rules
from compagnon.people.errors import AddressTaken
from compagnon.people.models import Account, ContactKind, ContactPoint, Person
from compagnon.people.services import rows

MOST = 20


@service("person.manage")
def add(
    *, actor: Actor, person: Person, kind: str, value: str, is_primary: bool = False
) -> ContactPoint:
    """Add an address or a number; the first of its kind is the main one.

    People may add numbers to their own page. A mail address says who writes to us, so only
    whoever manages persons adds one.

    Raises:
        Refused: the actor may not change this person's.
        Escalation: a mail address of a person who holds rights that the actor does not hold.
        Invalid: it is not an address or a number.
        AddressTaken: the mail address is somebody else's.
        Conflict: the person has it already, or has too many.
    """
    _check(actor, person, kind)
    # Locked, so that two added at once are not both the main one.
    row = rows.lock(person)
    point = ContactPoint(person=row, kind=kind, value=normal(kind, value))
    others = list(row.contact_points.all())
    if len(others) >= MOST:
        raise Conflict(_("A person has at most %(most)s addresses and numbers.") % {"most": MOST})
    if any(one.kind == kind and one.value == point.value for one in others):
        raise Conflict(_("This person has it already."), fields={"value": [point.value]})
    if kind == ContactKind.EMAIL and _taken(point.value):
        raise AddressTaken(
            _("The address %(value)s belongs to somebody else.") % {"value": point.value},
            fields={"value": [_("This address belongs to somebody else.")]},
        )
    point.is_primary = is_primary or not any(one.kind == kind for one in others)
    if point.is_primary:
        row.contact_points.filter(kind=kind, is_primary=True).update(is_primary=False)
    rows.keep(point)
    _record(actor, "contact.add", point)
    return point


@service("person.manage")
def make_primary(*, actor: Actor, point: ContactPoint) -> ContactPoint:
    """Make a contact point the main one of its kind.

    Raises:
        Refused: the actor may not change this person's.
        Escalation: a mail address of a person who holds rights that the actor does not hold.
    """
    _check(actor, point.person, point.kind)
    person = rows.lock(point.person)
    row = rows.lock(point)
    if not row.is_primary:
        person.contact_points.filter(kind=row.kind, is_primary=True).update(is_primary=False)
        row.is_primary = True
        rows.keep(row, fields=["is_primary"])
        _record(actor, "contact.primary", row)
    return row


@service("person.manage")
def remove(*, actor: Actor, point: ContactPoint) -> None:
    """Delete a contact point; the oldest other of its kind becomes the main one.

    Raises:
        Refused: the actor may not change this person's.
        Escalation: a mail address of a person who holds rights that the actor does not hold.
        Conflict: the only mail address of a person who has an account.
    """
    _check(actor, point.person, point.kind)
    person = rows.lock(point.person)
    row = rows.lock(point)
    _check_reachable(person, row)
    _record(actor, "contact.remove", row)
    row.delete()
    if row.is_primary:
        following = person.contact_points.filter(kind=row.kind).order_by("id").first()
        if following is not None:
            following.is_primary = True
            following.save(update_fields=["is_primary"])


def normal(kind: str, value: str) -> str:
    """Give the value as it is kept.

    Raises:
        Invalid: it is not an address or a number.
    """
    if kind == ContactKind.EMAIL:
        if found := rules.normal_email(value):
            return found
        raise rows.wrong("value", _("This is not a mail address."))
    if kind not in ContactKind.values:
        raise rows.wrong("kind", _("There is no such kind of contact."))
    if found := rules.normal_phone(value):
        return found
    raise rows.wrong("value", _("This is not a phone number, such as 01 23 45 67 89."))


def _taken(value: str) -> bool:
    return ContactPoint.objects.filter(kind=ContactKind.EMAIL, value=value).exists()


def _check(actor: Actor, person: Person, kind: str) -> None:
    if not (policies.may_as_self(actor, person) and kind != ContactKind.EMAIL):
        policies.check(actor, "person.manage", person.organisation_id)
        # Whoever writes from a mail address is taken for the person.
        if kind == ContactKind.EMAIL:
            policies.check_outranks(actor, person)


def _check_reachable(person: Person, leaving: ContactPoint) -> None:
    if leaving.kind != ContactKind.EMAIL or not Account.objects.filter(person=person).exists():
        return
    if not person.contact_points.filter(kind=leaving.kind).exclude(pk=leaving.pk).exists():
        raise Conflict(_("This person signs in: add another mail address first."))


def _record(actor: Actor, verb: str, point: ContactPoint) -> None:
    # The value is personal: the journal holds only of what kind it is.
    journal.record(
        actor=actor,
        verb=verb,
        subject=point.person,
        after={"contact": point.pk, "kind": point.kind, "is_primary": point.is_primary},
    )
