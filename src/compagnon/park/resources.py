"""The tables of ``park`` that are just kept: their lists, forms and API are declared here."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from compagnon.core.actor import Actor
from compagnon.core.crud import (
    Boolean,
    Choice,
    Column,
    Dates,
    Relation,
    Resource,
    Search,
    Services,
    Verbs,
)
from compagnon.park.models import Asset, AssetType
from compagnon.park.policies import MANAGE, TYPES, VIEW
from compagnon.park.services import assets
from compagnon.people.models import Organisation, Person
from compagnon.people.queries import begins


def _create(actor: Actor, values: dict[str, Any]) -> Asset:
    return assets.create(actor=actor, values=values)


def _change(actor: Actor, row: Asset, values: dict[str, Any], version: int | None) -> Asset:
    return assets.change(actor=actor, asset=row, values=values, expected_version=version)


def _create_type(actor: Actor, values: dict[str, Any]) -> AssetType:
    return assets.create_type(actor=actor, values=values)


def _change_type(
    actor: Actor, row: AssetType, values: dict[str, Any], version: int | None
) -> AssetType:
    return assets.change_type(actor=actor, row=row, values=values, expected_version=version)


def open_organisations(_actor: Actor) -> QuerySet[Organisation]:
    """Give those to which something may still be added."""
    return Organisation.objects.filter(is_active=True)


def active_persons(_actor: Actor) -> QuerySet[Person]:
    """Give those who have not left."""
    return Person.objects.filter(is_active=True)


def named(rows: QuerySet[Asset], text: str) -> QuerySet[Asset]:
    """Narrow assets by a text: name, serial number, inventory number, address, whoever has it."""
    word = " ".join(text.split())[:80]
    if not word:
        return rows
    exact = Q(serial__iexact=word) | Q(inventory_number__iexact=word)
    reached = Q(pk__in=_by_address(word)) if any(sign in word for sign in ".:") else Q(pk__in=[])
    person = Q(person__in=Person.objects.filter(begins("search_name", word.casefold())))
    return rows.filter(
        Q(name__icontains=word) | Q(model__icontains=word) | exact | reached | person
    )


def _by_address(word: str) -> QuerySet[Any]:
    from compagnon.park.models import NetworkAddress, NetworkPort

    # Without their own order, which SQLite allows in no part of a union.
    ports = NetworkPort.objects.filter(mac=word.lower()).order_by().values("asset_id")
    held = NetworkAddress.objects.filter(address=word).order_by().values("asset_id")
    return held.union(ports)


def _own_values(row: Asset) -> str:
    """Give the fields that the asset's type gives it, in words."""
    said = [
        f"{one['label']} : {row.values[one['name']]}"
        for one in row.type.fields
        if row.values.get(one["name"]) not in (None, "")
    ]
    return " ; ".join(said)


ASSETS = Resource(
    room="park",
    model=Asset,
    noun="asset",
    icon="device-desktop",
    columns=(
        Column("name", sort=True),
        Column("type"),
        Column("state"),
        Column("organisation"),
        Column("site", shown=False),
        Column("person"),
        Column("team", shown=False),
        Column("manufacturer", shown=False),
        Column("model"),
        Column("serial"),
        Column("inventory_number", shown=False),
        Column("uuid", shown=False),
        Column("place", shown=False),
        Column("ordered_on", shown=False),
        Column("purchased_on", shown=False),
        Column("in_service_on", shown=False),
        Column("purchase_price", shown=False),
        Column("purchase_reference", shown=False),
        Column("supplier", shown=False),
        Column("warranty_ends_on", shown=False),
        Column("depreciation_months", shown=False),
        Column("depreciation_method", shown=False),
        Column("disposed_on", shown=False),
        Column("values", shown=False, value=_own_values, needs=("type",)),
        Column("note", shown=False),
        Column("first_seen", shown=False),
        Column("last_seen", sort=True),
    ),
    form=(
        "organisation",
        "type",
        "name",
        "state",
        "site",
        "person",
        "place",
        "team",
        "is_loanable",
        "serial",
        "manufacturer",
        "model",
        "inventory_number",
        "ordered_on",
        "purchased_on",
        "in_service_on",
        "purchase_price",
        "purchase_reference",
        "supplier",
        "warranty_ends_on",
        "depreciation_months",
        "depreciation_method",
        "note",
    ),
    detail=(
        "name",
        "type",
        "state",
        "organisation",
        "site",
        "person",
        "team",
        "serial",
        "manufacturer",
        "model",
        "inventory_number",
        "uuid",
        "ordered_on",
        "purchased_on",
        "in_service_on",
        "purchase_price",
        "purchase_reference",
        "supplier",
        "place",
        "is_loanable",
        "warranty_ends_on",
        "depreciation_months",
        "depreciation_method",
        "disposed_on",
        "values",
        "note",
        "origin",
        "first_seen",
        "last_seen",
    ),
    filters=(
        Search(by=named),
        Relation("type"),
        Choice("state"),
        Relation("organisation"),
        Relation("site"),
        Relation("place"),
        Relation("person"),
        Boolean("is_loanable"),
        Choice("origin"),
        Dates("last_seen"),
        Dates("warranty_ends_on"),
    ),
    ordering="name",
    own_verbs=Verbs.of(view=VIEW, manage=MANAGE),
    can=frozenset({"add", "change"}),
    services=Services(create=_create, change=_change),
    choices={"organisation": open_organisations, "person": active_persons},
    examples={"name": "pc-compta-04", "state": "use", "serial": "5CG1234XYZ"},
)

ASSET_TYPES = Resource(
    room="park",
    model=AssetType,
    noun="asset_type",
    icon="category",
    columns=(Column("name", sort=True), Column("kind", sort=True), Column("code")),
    form=("code", "name", "kind"),
    detail=("name", "kind", "code", "fields"),
    fixed=("code",),
    filters=(Search(columns=("name",)), Choice("kind")),
    ordering="name",
    organisation="",
    own_verbs=Verbs(view="", add=TYPES, change=TYPES, delete=TYPES),
    can=frozenset({"add", "change"}),
    services=Services(create=_create_type, change=_change_type),
    examples={"code": "projector", "name": "Vidéoprojecteur", "kind": "peripheral"},
)
