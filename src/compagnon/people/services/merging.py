"""Making one of two records of the same person: a stranger's mail, then the same one's call."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.core.services import service
from compagnon.people import policies
from compagnon.people.models import (
    Account,
    ContactPoint,
    DirectoryLink,
    Membership,
    NameWord,
    Person,
    RoleAssignment,
)
from compagnon.people.services import rows

# What is settled here row by row; everything else that points at a person is pointed anew.
OWN = {Account, ContactPoint, Membership, NameWord, RoleAssignment}


@service("person.manage")
def merge(*, actor: Actor, gone: Person, kept: Person) -> Person:
    """Give to ``kept`` all that is ``gone``'s, and close ``gone``: requests, addresses, teams.

    The record that goes may not sign in nor hold a role, so that no right passes to anybody.
    It stays, closed and empty, for the journal names it.

    Raises:
        Refused: the actor does not manage the persons of both organisations.
        Escalation: the one that stays, which gets the addresses, holds rights that the actor
            does not hold.
        Conflict: both are the same record, or the one that goes has an account or a role.
    """
    for person in (gone, kept):
        policies.check(actor, "person.manage", person.organisation_id)
        policies.check_outranks(actor, person)
    if gone.pk == kept.pk:
        raise Conflict(_("These are not two records."))
    # In the order of their keys, so that two merges that cross do not wait for each other.
    first, second = (rows.lock(person) for person in sorted((gone, kept), key=lambda one: one.pk))
    gone, kept = (first, second) if first.pk == gone.pk else (second, first)
    if (
        Account.objects.filter(person=gone).exists()
        or RoleAssignment.objects.filter(person=gone).exists()
    ):
        raise Conflict(_("The record that goes has an account or a role: merge the other way."))
    if DirectoryLink.objects.filter(person=gone).exists():
        raise Conflict(_("The record that goes is of a directory: merge the other way."))
    _move_contacts(gone, kept)
    joined = Membership.objects.filter(person=kept).values("team_id")
    Membership.objects.filter(person=gone).exclude(team_id__in=joined).update(person=kept)
    Membership.objects.filter(person=gone).delete()
    moved = _point_anew(gone, kept)
    gone.is_active = False
    rows.keep(gone, fields=["is_active"])
    journal.record(actor=actor, verb="person.merge", subject=gone, after={"into": kept.pk})
    journal.record(
        actor=actor, verb="person.merge", subject=kept, after={"from": gone.pk, "moved": moved}
    )
    return kept


def _move_contacts(gone: Person, kept: Person) -> None:
    mains = {point.kind for point in kept.contact_points.all() if point.is_primary}
    held = {(point.kind, point.value) for point in kept.contact_points.all()}
    for point in gone.contact_points.all():
        if (point.kind, point.value) in held:
            point.delete()
            continue
        point.person = kept
        point.is_primary = point.is_primary and point.kind not in mains
        point.save(update_fields=["person", "is_primary"])


def _point_anew(gone: Person, kept: Person) -> dict[str, int]:
    """Point every other foreign key at ``kept``, those without a way back too; count by model."""
    moved: dict[str, int] = {}
    for relation in Person._meta.get_fields(include_hidden=True):
        model: Any = getattr(relation, "related_model", None)
        if relation.concrete or not relation.auto_created or relation.many_to_many:
            continue
        if model is None or model in OWN or model._meta.auto_created:
            continue
        name = relation.field.name  # type: ignore[union-attr]
        found = model._base_manager.filter(**{name: gone})
        if count := found.count():
            passed = _pass(found, name, kept)
            if passed:
                moved[f"{model._meta.label_lower}.{name}"] = passed
            if passed < count:
                _drop_doubles(found)
    return moved


def _pass(found: QuerySet[Any], name: str, kept: Person) -> int:
    """Point the rows at ``kept``: at once, or one by one where some are there for both."""
    try:
        with transaction.atomic():
            return found.update(**{name: kept})
    except DatabaseError:
        pass
    passed = 0
    for key in list(found.values_list("pk", flat=True)):
        with suppress(DatabaseError), transaction.atomic():
            passed += found.model._base_manager.filter(pk=key).update(**{name: kept})
    return passed


def _drop_doubles(found: QuerySet[Any]) -> None:
    """Delete what ``kept`` has too, unless something hangs on it or it is written once for all."""
    for row in found:
        with suppress(DatabaseError), transaction.atomic():
            row.delete()
