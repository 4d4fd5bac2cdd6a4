"""The tables of ``people`` that are just kept: their lists, forms and API are declared here."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.crud import (
    Boolean,
    Choice,
    Column,
    Relation,
    Resource,
    Search,
    Services,
    Verbs,
)
from compagnon.people.models import Organisation, Person, Site, Team
from compagnon.people.queries import named
from compagnon.people.services import organisations, persons, teams


def _create_organisation(actor: Actor, values: dict[str, Any]) -> Organisation:
    return organisations.create(actor=actor, **values)


def _change_organisation(
    actor: Actor, row: Organisation, values: dict[str, Any], version: int | None
) -> Organisation:
    parent = values.pop("parent", row.parent)
    if parent != row.parent:
        row = organisations.move(
            actor=actor, organisation=row, parent=parent, expected_version=version
        )
        version = row.version
    return organisations.change(
        actor=actor, organisation=row, changes=_as(values), expected_version=version
    )


def _create_person(actor: Actor, values: dict[str, Any]) -> Person:
    return persons.create(actor=actor, **values)


def _change_person(
    actor: Actor, row: Person, values: dict[str, Any], version: int | None
) -> Person:
    return persons.change(actor=actor, person=row, changes=_as(values), expected_version=version)


def _create_team(actor: Actor, values: dict[str, Any]) -> Team:
    return teams.create(actor=actor, **values)


def _change_team(actor: Actor, row: Team, values: dict[str, Any], version: int | None) -> Team:
    return teams.change(actor=actor, team=row, changes=_as(values), expected_version=version)


def _as(values: dict[str, Any]) -> Any:
    # A resource's values are keyed by the fields of its form, as the services' changes are.
    return values


def open_organisations(_actor: Actor) -> QuerySet[Organisation]:
    """Give those to which something may still be added."""
    return Organisation.objects.filter(is_active=True)


def active_persons(_actor: Actor) -> QuerySet[Person]:
    """Give those who have not left."""
    return Person.objects.filter(is_active=True)


ORGANISATIONS = Resource(
    room="people",
    model=Organisation,
    noun="organisation",
    icon="building",
    columns=(
        Column("name", sort=True),
        Column("kind", sort=True),
        Column("parent", sort="parent__name"),
        Column("time_zone", shown=False),
        Column("is_active"),
        Column("created_at", _("Known since"), sort=True, shown=False),
    ),
    form=("parent", "kind", "name", "language", "time_zone"),
    detail=("name", "kind", "parent", "language", "time_zone", "is_active"),
    filters=(Search(columns=("name",)), Choice("kind"), Boolean("is_active")),
    ordering="name",
    organisation="id",
    own_verbs=Verbs.of(view="person.view", manage="organisation.manage"),
    can=frozenset({"add", "change"}),
    services=Services(create=_create_organisation, change=_change_organisation),
    choices={"parent": open_organisations},
    examples={"name": "Ateliers du Nord", "kind": "client", "time_zone": "Europe/Paris"},
)

SITES = Resource(
    room="people",
    model=Site,
    noun="site",
    icon="map-pin",
    columns=(
        Column("name", sort=True),
        Column("organisation", sort="organisation__name"),
        Column("address"),
        Column("time_zone", shown=False),
    ),
    form=("organisation", "name", "address", "access", "time_zone"),
    fixed=("organisation",),
    filters=(Search(columns=("name", "address")), Relation("organisation")),
    ordering="name",
    own_verbs=Verbs.of(view="person.view", manage="organisation.manage"),
    choices={"organisation": open_organisations},
    examples={"name": "Siège", "address": "12 rue de la Paix, 75002 Paris"},
)

PERSONS = Resource(
    room="people",
    model=Person,
    noun="person",
    icon="users",
    columns=(
        Column("name", _("Name"), sort="search_name", value=str),
        # Not sorted by: that would read every person.
        Column("organisation"),
        Column("site"),
        Column("job_title", shown=False),
        Column("language", shown=False),
        Column("ease", shown=False),
        Column("is_vip", shown=False),
        Column("is_active", shown=False),
    ),
    form=(
        "organisation",
        "site",
        "first_name",
        "last_name",
        "job_title",
        "language",
        "ease",
        "is_vip",
    ),
    filters=(
        Search(by=named),
        Relation("organisation"),
        Choice("ease"),
        Boolean("is_vip"),
        Boolean("is_active"),
    ),
    ordering="search_name",
    own_verbs=Verbs.of(view="person.view", manage="person.manage"),
    personal=("first_name", "last_name", "job_title"),
    can=frozenset({"add", "change"}),
    services=Services(create=_create_person, change=_change_person),
    choices={"organisation": open_organisations},
    examples={"first_name": "Claire", "last_name": "Moreau", "job_title": "Comptable"},
)

TEAMS = Resource(
    room="people",
    model=Team,
    noun="team",
    icon="users-group",
    columns=(
        Column("name", sort=True),
        Column("level", sort=True),
        Column("organisation", sort="organisation__name"),
        Column("manager"),
        Column("is_active"),
    ),
    form=("organisation", "name", "level", "manager", "is_active"),
    fixed=("organisation",),
    filters=(
        Search(columns=("name",)),
        Choice("level"),
        Relation("organisation"),
        Boolean("is_active"),
    ),
    ordering="name",
    own_verbs=Verbs.of(view="person.view", manage="team.manage"),
    can=frozenset({"add", "change"}),
    services=Services(create=_create_team, change=_change_team),
    choices={"organisation": open_organisations, "manager": active_persons},
    examples={"name": "Assistance niveau 1", "level": 1},
)
