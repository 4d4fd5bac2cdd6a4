"""Two tables of ``people`` declared here only to try the machinery on, and routes to them."""

from __future__ import annotations

from django.urls import include, path

from compagnon.config.urls import urlpatterns as real
from compagnon.core.api.openapi import Api
from compagnon.core.crud import (
    Boolean,
    Choice,
    Column,
    Dates,
    Relation,
    Resource,
    Search,
    Verbs,
    resource,
)
from compagnon.people.models import Person, Site, Team

before = dict(resource._RESOURCES)

SITES = Resource(
    room="samples",
    model=Site,
    noun="sample_site",
    columns=(
        Column("name", sort=True),
        Column("organisation", sort="organisation__name"),
        Column("time_zone", shown=False, sort=True),
    ),
    filters=(Search(columns=("name", "address")), Relation("organisation")),
    form=("organisation", "name", "address", "time_zone"),
    fixed=("organisation",),
    ordering="name",
    own_verbs=Verbs.of(view="person.view", manage="organisation.manage"),
    examples={"name": "Nantes", "organisation": 3, "time_zone": "Europe/Paris"},
)

TEAMS = Resource(
    room="samples",
    model=Team,
    noun="sample_team",
    columns=(
        Column("name", sort=True),
        Column("level", sort=True),
        Column("organisation", sort="organisation__name"),
        Column("manager", sort="manager__last_name"),
        Column("is_active"),
    ),
    filters=(Choice("level"), Boolean("is_active"), Relation("organisation"), Relation("manager")),
    form=("organisation", "name", "level", "manager", "is_active"),
    ordering="name",
    personal=("manager",),
)

PERSONS = Resource(
    room="samples",
    model=Person,
    noun="sample_person",
    columns=(Column("last_name", sort=True), Column("created_at", sort=True)),
    filters=(Dates("created_at"), Search(columns=("last_name",))),
    form=("organisation", "last_name"),
    ordering="-created_at",
    can=frozenset(),
    own_verbs=Verbs.of(view="person.view", manage="person.manage"),
)

SAMPLES = {one.key: one for one in (SITES, TEAMS, PERSONS)}
resource._RESOURCES.clear()
resource._RESOURCES.update(before)

pages = [
    path("sites/", include(SITES.urls())),
    path("teams/", include(TEAMS.urls())),
    path("persons/", include(PERSONS.urls())),
]
api = Api(title="Samples", version="1", description="Samples")
api.urls_namespace = "samples-api"
for one in SAMPLES.values():
    api.add_router("", one.routes())

urlpatterns = [
    *real,
    path("samples/", include((pages, "samples"))),
    path("api/samples/", api.urls),
]
