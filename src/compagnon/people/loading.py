"""Persons and teams that are loaded in bulk: the rows that the services would have left."""

from __future__ import annotations

from datetime import datetime

from compagnon.core.actor import Actor
from compagnon.core.loading import Bulk, enter
from compagnon.people import rules
from compagnon.people.models import (
    ContactKind,
    ContactPoint,
    Ease,
    NameWord,
    Organisation,
    Person,
    Team,
)

TABLES = (Person, ContactPoint, NameWord, Team)


def add_person(
    bulk: Bulk,
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    email: str = "",
    phone: str = "",
    at: datetime,
) -> int:
    """Add a person as ``services.persons.create`` would; give the key.

    Args:
        name: as displayed; split into first and last.
        email: normal and nobody's yet, see ``rules.normal_email``; or empty.
        at: when this is recorded.
    """
    first, last = rules.split_name(name)
    key = bulk.add(
        Person,
        organisation_id=organisation.pk,
        first_name=first,
        last_name=last,
        search_name=rules.search_name(first, last),
        language=organisation.language,
        origin=actor.source.value,
        created_at=at,
    )
    number = rules.normal_phone(phone) if phone else None
    for kind, value in ((ContactKind.EMAIL, email), (ContactKind.PHONE, number)):
        if value:
            bulk.add(ContactPoint, person_id=key, kind=kind.value, value=value, is_primary=True)
    for word in dict.fromkeys(rules.words(f"{last} {first}")):
        bulk.add(NameWord, person_id=key, word=word[:80])
    enter(
        bulk,
        actor=actor,
        verb="person.create",
        object_type="people.person",
        object_id=key,
        organisation_id=organisation.pk,
        occurred_at=at,
        recorded_at=at,
        before={},
        after={
            "origin": actor.source.value,
            "language": organisation.language,
            "ease": Ease.USUAL.value,
        },
    )
    return key


def add_team(
    bulk: Bulk, *, actor: Actor, organisation: Organisation, name: str, at: datetime
) -> int:
    """Add a team of level 1 without members, as ``services.teams.create`` would; give the key."""
    key = bulk.add(Team, organisation_id=organisation.pk, name=name[:120], level=1)
    enter(
        bulk,
        actor=actor,
        verb="team.create",
        object_type="people.team",
        object_id=key,
        organisation_id=organisation.pk,
        occurred_at=at,
        recorded_at=at,
        before={},
        after={"name": name[:120], "level": 1},
    )
    return key
