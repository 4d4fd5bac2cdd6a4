"""Tables of the life of assets that are just kept: stock places, consumables, figures."""

from __future__ import annotations

from compagnon.core.crud import Column, Relation, Resource, Search, Verbs
from compagnon.park.models import Budget, Consumable, EnergyProfile, GridFactor, StockPlace
from compagnon.park.policies import MANAGE, STOCK, TYPES, VIEW
from compagnon.park.resources import open_organisations

STOCK_PLACES = Resource(
    room="park",
    model=StockPlace,
    noun="stock_place",
    icon="archive",
    columns=(Column("name", sort=True), Column("organisation"), Column("site")),
    form=("organisation", "name", "site", "note"),
    fixed=("organisation",),
    filters=(Search(columns=("name",)), Relation("organisation"), Relation("site")),
    ordering="name",
    own_verbs=Verbs.of(view=VIEW, manage=STOCK),
    choices={"organisation": open_organisations},
    examples={"name": "Armoire B, atelier"},
)
CONSUMABLES = Resource(
    room="park",
    model=Consumable,
    noun="consumable",
    icon="package",
    columns=(
        Column("name", sort=True),
        Column("reference"),
        Column("quantity"),
        Column("minimum"),
        Column("place"),
        Column("organisation"),
    ),
    form=("organisation", "name", "reference", "place", "minimum"),
    detail=("organisation", "name", "reference", "place", "minimum", "quantity"),
    fixed=("organisation",),
    filters=(Search(columns=("name", "reference")), Relation("organisation"), Relation("place")),
    ordering="name",
    own_verbs=Verbs.of(view=VIEW, manage=STOCK),
    choices={"organisation": open_organisations},
    examples={"name": "Toner noir TN-2420", "reference": "TN2420", "minimum": 2},
)
BUDGETS = Resource(
    room="park",
    model=Budget,
    noun="park_budget",
    icon="coin-euro",
    columns=(Column("year", sort=True), Column("organisation"), Column("amount")),
    form=("organisation", "year", "amount", "note"),
    fixed=("organisation",),
    filters=(Relation("organisation"),),
    ordering="-year",
    own_verbs=Verbs.of(view=VIEW, manage=MANAGE),
    choices={"organisation": open_organisations},
    examples={"year": 2027, "amount": "24000.00"},
)
ENERGY_PROFILES = Resource(
    room="park",
    model=EnergyProfile,
    noun="energy_profile",
    icon="bolt",
    columns=(
        Column("type", sort="type__name"),
        Column("kwh_per_year"),
        Column("making_kg"),
        Column("source"),
    ),
    form=("type", "kwh_per_year", "making_kg", "source"),
    fixed=("type",),
    ordering="type__name",
    organisation="",
    own_verbs=Verbs(view="", add=TYPES, change=TYPES, delete=TYPES),
    examples={"kwh_per_year": "42.0", "source": "Mesuré au wattmètre, mars 2026"},
)
GRID_FACTORS = Resource(
    room="park",
    model=GridFactor,
    noun="grid_factor",
    icon="plug",
    columns=(Column("country", sort=True), Column("grams_per_kwh"), Column("source")),
    form=("country", "grams_per_kwh", "source"),
    fixed=("country",),
    filters=(Search(columns=("country",)),),
    ordering="country",
    organisation="",
    own_verbs=Verbs(view="", add=TYPES, change=TYPES, delete=TYPES),
    examples={"country": "FR", "grams_per_kwh": "52.0", "source": "…"},
)
RESOURCES = (STOCK_PLACES, CONSUMABLES, BUDGETS, ENERGY_PROFILES, GRID_FACTORS)
