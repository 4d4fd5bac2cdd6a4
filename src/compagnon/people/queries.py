"""Reads of ``people``: whose scope reaches how far, and who is behind an address."""

from __future__ import annotations

import uuid

from compagnon.core.actor import Actor, ActorKind, Grant, Scope, Source
from compagnon.people.models import (
    ContactKind,
    ContactPoint,
    Membership,
    Organisation,
    Person,
    RoleAssignment,
)


def scope_of(person: Person, *, only: frozenset[str] | None = None) -> Scope:
    """Build how far a person sees and acts, from roles and teams, in at most three queries.

    Args:
        only: keep no other verbs (those of a token).
    """
    grants: list[Grant] = []
    assignments = RoleAssignment.objects.filter(person=person).select_related(
        "role", "organisation"
    )
    paths = {}
    for given in assignments:
        verbs = frozenset(given.role.verbs)
        if only is not None:
            verbs &= only
        if verbs:
            paths.setdefault(given.organisation.path, set()).update(verbs)
    if paths:
        everything = list(Organisation.objects.values_list("id", "path"))
        for path, found in paths.items():
            below = frozenset(key for key, other in everything if other.startswith(path))
            # A root that holds every organisation needs no filter in the queries that follow.
            whole = len(below) == len(everything)
            grants.append(Grant(frozenset(found), None if whole else below))
    return Scope(
        person_id=person.pk,
        organisation_id=person.organisation_id,
        team_ids=frozenset(
            Membership.objects.filter(person=person).values_list("team_id", flat=True)
        ),
        grants=tuple(grants),
    )


def actor_for(
    person: Person,
    *,
    source: Source,
    correlation_id: uuid.UUID | None = None,
    only: frozenset[str] | None = None,
    token_id: int | None = None,
) -> Actor:
    """Build the actor that a person is, coming through that door."""
    return Actor(
        kind=ActorKind.PERSON,
        id=person.pk,
        label=str(person),
        source=source,
        scope=scope_of(person, only=only),
        token_id=token_id,
        correlation_id=correlation_id or uuid.uuid4(),
    )


def person_by_email(address: str) -> Person | None:
    """Find the person whose contact point is that address, whatever the case."""
    point = (
        ContactPoint.objects.filter(kind=ContactKind.EMAIL, value=address.strip().lower())
        .select_related("person__organisation")
        .first()
    )
    return point.person if point else None
