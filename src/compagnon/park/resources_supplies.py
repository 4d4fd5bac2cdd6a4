"""Licences, supplier contracts and specifications of needs: what is just kept of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import ContractKind, ServiceContract
from compagnon.core.actor import Actor
from compagnon.core.crud import (
    Choice,
    Column,
    Dates,
    Relation,
    Resource,
    Search,
    Services,
    Verbs,
)
from compagnon.core.crud.services import bound
from compagnon.park.models import Licence, NeedsStudy, SupplierContract
from compagnon.park.money import amount
from compagnon.park.policies import LICENCES as KEEP_LICENCES
from compagnon.park.policies import NEEDS, SUPPLIERS, VIEW
from compagnon.park.resources import open_organisations
from compagnon.park.services.supplying import check_terms


def _create_contract(actor: Actor, values: dict[str, Any]) -> SupplierContract:
    check_terms(values)
    made: SupplierContract = bound(SUPPLIER_CONTRACTS).create(actor=actor, values=values)
    return made


def _change_contract(
    actor: Actor, row: SupplierContract, values: dict[str, Any], version: int | None
) -> SupplierContract:
    check_terms(values, row)
    changed: SupplierContract = bound(SUPPLIER_CONTRACTS).change(
        actor=actor, row=row, values=values, expected_version=version
    )
    return changed


def underpinning(_actor: Actor) -> QuerySet[ServiceContract]:
    """Give the contracts that promise something of a supplier."""
    return ServiceContract.objects.filter(Q(kind=ContractKind.UNDERPINNING))


LICENCES = Resource(
    room="park",
    model=Licence,
    noun="licence",
    icon="license",
    columns=(
        Column("name", sort=True),
        Column("product_pattern"),
        Column("publisher_pattern", shown=False),
        Column("metric"),
        Column("quantity"),
        Column(
            "unit_price",
            label=_("price of one"),
            value=lambda row: amount(row.unit_price_cents, row.currency),
        ),
        Column("starts_on", shown=False),
        Column("ends_on"),
        Column("organisation"),
        Column("supplier", shown=False),
        Column("reference", shown=False),
        Column("note", shown=False),
    ),
    form=(
        "organisation",
        "name",
        "product_pattern",
        "publisher_pattern",
        "metric",
        "quantity",
        "unit_price_cents",
        "currency",
        "starts_on",
        "ends_on",
        "alert_days",
        "supplier",
        "reference",
        "note",
    ),
    fixed=("organisation",),
    filters=(
        Search(columns=("name", "product_pattern", "reference")),
        Choice("metric"),
        Relation("organisation"),
        Dates("ends_on"),
    ),
    ordering="name",
    own_verbs=Verbs.of(view=VIEW, manage=KEEP_LICENCES),
    choices={"organisation": open_organisations},
    examples={
        "name": "Office 2024 Standard", "product_pattern": "Microsoft Office*",
        "metric": "device", "quantity": 25, "unit_price_cents": 42900,
        "starts_on": "2026-01-01", "ends_on": "2028-12-31",
    },
)  # fmt: skip

SUPPLIER_CONTRACTS = Resource(
    room="park",
    model=SupplierContract,
    noun="supplier_contract",
    icon="file-invoice",
    columns=(
        Column("name", sort=True),
        Column("kind"),
        Column("supplier"),
        Column("starts_on", shown=False),
        Column("ends_on"),
        Column("notice_by"),
        Column("price", label=_("price"), value=lambda row: amount(row.price_cents, row.currency)),
        Column("price_period"),
        Column("organisation"),
        Column("reference", shown=False),
        Column("renews", shown=False),
        Column("service_contract", shown=False),
        Column("note", shown=False),
    ),
    form=(
        "organisation",
        "supplier",
        "kind",
        "name",
        "reference",
        "starts_on",
        "ends_on",
        "notice_by",
        "renews",
        "alert_days",
        "price_cents",
        "currency",
        "price_period",
        "service_contract",
        "note",
    ),
    fixed=("organisation",),
    filters=(
        Search(columns=("name", "reference")),
        Choice("kind"),
        Relation("organisation"),
        Relation("supplier"),
        Dates("ends_on"),
    ),
    ordering="name",
    own_verbs=Verbs.of(view=VIEW, manage=SUPPLIERS),
    services=Services(create=_create_contract, change=_change_contract),
    choices={"organisation": open_organisations, "service_contract": underpinning},
    examples={
        "name": "Maintenance des imprimantes", "kind": "maintenance",
        "starts_on": "2026-01-01", "ends_on": "2026-12-31", "notice_by": "2026-09-30",
        "price_cents": 240000, "price_period": "year",
    },
)  # fmt: skip

NEEDS_STUDIES = Resource(
    room="park",
    model=NeedsStudy,
    noun="needs_study",
    plural="needs_studies",
    icon="scale",
    columns=(Column("name", sort=True), Column("organisation")),
    form=("organisation", "name", "context", "purpose", "constraints_text", "decision"),
    fixed=("organisation",),
    filters=(Search(columns=("name",)), Relation("organisation")),
    ordering="name",
    own_verbs=Verbs.of(view=VIEW, manage=NEEDS),
    choices={"organisation": open_organisations},
    examples={"name": "Choix d'un outil d'inventaire"},
)
