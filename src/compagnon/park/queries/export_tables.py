"""What of the park has no list of its own, as tables for files: software, moves, loans, counts…"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park import models
from compagnon.park.models import WasteCategory
from compagnon.park.money import amount
from compagnon.park.queries import figures, licences

BATCH = 1_000
Text = str | Promise
Getter = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, its columns with how each is read of a row, and its rows."""

    title: Text
    columns: tuple[tuple[Text, Getter], ...]
    rows: Callable[[Actor], Iterable[Any]]


def _rows(model: Any, *related: str, order: tuple[str, ...] = ("pk",)) -> Any:
    def read(actor: Actor) -> Iterator[Any]:
        found = visible(model, actor).select_related(*related).order_by(*order)
        yield from found.iterator(chunk_size=BATCH)

    return read


def _choice(name: str) -> Getter:
    return lambda row: getattr(row, f"get_{name}_display")()


def _of(path: str) -> Getter:
    parts = path.split(".")

    def read(row: Any) -> Any:
        for part in parts:
            row = getattr(row, part, None)
        return row

    return read


_ASSET: tuple[tuple[Text, Getter], ...] = (
    (_("Asset"), _of("asset.name")),
    (_("Inventory number"), _of("asset.inventory_number")),
    (_("Serial number"), _of("asset.serial")),
)
SOFTWARE = Table(
    _("Software installed"),
    (
        *_ASSET,
        (_("Software"), _of("version.product.name")),
        (_("Publisher"), _of("version.product.publisher")),
        (_("Version"), _of("version.version")),
    ),
    _rows(models.Installation, "asset", "version__product", order=("asset_id", "pk")),
)
RELATIONS = Table(
    _("Relations"),
    (
        (_("First"), _of("source.name")),
        (_("Serial number"), _of("source.serial")),
        (_("Relation"), lambda row: row.kind.words),
        (_("Second"), _of("target.name")),
        (_("Serial number of the second"), _of("target.serial")),
        (_("Redundancy"), lambda row: row.group and f"{row.group.name} ({row.group.needs})"),
        (_("Note"), _of("note")),
    ),
    _rows(models.Relation, "source", "target", "kind", "group"),
)
MOVEMENTS = Table(
    _("Movements"),
    (
        *_ASSET,
        (_("From"), _of("at")),
        (_("State"), _choice("state")),
        (_("Site"), _of("site")),
        (_("Stock place"), _of("place")),
        (_("Person"), _of("person")),
        (_("Team"), _of("team")),
        (_("Why"), _of("reason")),
    ),
    _rows(
        models.Movement,
        "asset", "site", "place", "person", "team",
        order=("asset_id", "at", "pk"),
    ),
)  # fmt: skip
SHEETS = Table(
    _("Hand-overs and returns"),
    (
        *_ASSET,
        (_("What"), _choice("kind")),
        (_("Person"), _of("person")),
        (_("Team"), _of("team")),
        (_("Prepared on"), _of("prepared_at")),
        (_("Day of signature"), _of("signed_at")),
        (_("Signed by"), _of("signed_name")),
        (_("Accessories"), _of("accessories")),
        (_("Condition"), _of("condition")),
        (_("Seal (SHA-256)"), _of("digest")),
    ),
    _rows(models.CustodySheet, "asset", "person", "team"),
)
LOANS = Table(
    _("Loans"),
    (
        *_ASSET,
        (_("Borrower"), _of("borrower")),
        (_("From"), _of("first_day")),
        (_("Until"), _of("last_day")),
        (_("State"), _choice("state")),
        (_("Lent on"), _of("lent_at")),
        (_("Given back on"), _of("returned_at")),
        (_("Note"), _of("note")),
    ),
    _rows(models.Loan, "asset", "borrower"),
)
COUNTS = Table(
    _("Stock-takings"),
    (
        (_("Count"), _of("stock_taking.name")),
        (_("Opened on"), _of("stock_taking.opened_at")),
        (_("Closed on"), _of("stock_taking.closed_at")),
        *_ASSET,
        (_("State"), _choice("state")),
        (_("Seen on"), _of("seen_at")),
        (_("Decision"), _choice("resolution")),
    ),
    _rows(models.StockLine, "asset", "stock_taking"),
)
STOCK = Table(
    _("Movements of consumables"),
    (
        (_("Consumable"), _of("consumable.name")),
        (_("Reference"), _of("consumable.reference")),
        (_("Day"), _of("at")),
        (_("Change"), _of("change")),
        (_("In stock after"), _of("quantity_after")),
        (_("Why"), _of("reason")),
        (_("By"), _of("by")),
    ),
    _rows(models.ConsumableMovement, "consumable", "by"),
)
WASTE = Table(
    _("Equipment disposed of"),
    (
        (_("Collector"), _of("disposal.collector")),
        (_("Collected on"), _of("disposal.collected_on")),
        (_("Certificate"), _of("disposal.certificate_number")),
        *_ASSET,
        (_("Category"), lambda row: str(WasteCategory(row.category).label)),
        (_("Weight (kg)"), lambda row: float(row.weight_kg)),
        (_("Data wiping"), _choice("wiping")),
        (_("Wiped by"), _of("wiped_by")),
        (_("Wiped on"), _of("wiped_on")),
        (_("Proof (SHA-256)"), _of("proof.sha256")),
    ),
    _rows(models.DisposedAsset, "disposal", "asset", "proof"),
)
USE = Table(
    _("Use of licences"),
    (
        (_("Licence"), lambda pool: ", ".join(one.name for one in pool.licences)),
        (_("Product"), _of("first.product_pattern")),
        (_("One unit covers"), lambda pool: pool.first.get_metric_display()),
        (_("Organisation"), _of("first.organisation")),
        (_("Used"), _of("position.used")),
        (_("Bought"), _of("position.bought")),
        (_("Missing"), _of("position.over")),
        (_("What is missing costs"), lambda p: amount(p.position.over_price, p.first.currency)),
        (_("Unused"), _of("position.spare")),
        (_("What is unused cost"), lambda p: amount(p.position.spare_price, p.first.currency)),
    ),
    licences.pools,
)
GIVEN = Table(
    _("Licences given"),
    (
        (_("Licence"), _of("licence.name")),
        (_("Asset"), _of("asset.name")),
        (_("Person"), _of("person")),
        (_("Given on"), _of("given_at")),
        (_("Taken back on"), _of("released_at")),
    ),
    _rows(models.LicenceAllocation, "licence", "asset", "person"),
)
COVERED = Table(
    _("Assets covered by contracts"),
    (
        (_("Contract"), _of("contract.name")),
        (_("Supplier"), _of("contract.supplier")),
        (_("Until"), _of("contract.ends_on")),
        *_ASSET,
    ),
    _rows(models.CoveredAsset, "contract__supplier", "asset"),
)
MONEY = Table(
    _("Budget by year"),
    (
        (_("Year"), _of("year")),
        (_("Planned"), lambda one: float(one.planned)),
        (_("Bought"), lambda one: float(one.bought)),
        (_("Borne"), lambda one: float(one.borne)),
        (_("Ends: price of what was bought"), lambda one: float(one.ending)),
    ),
    figures.money,
)
ENERGY = Table(
    _("Energy by site"),
    (
        (_("Site"), _of("name")),
        (_("Machines"), _of("machines")),
        (_("Machines with a figure"), _of("known")),
        ("kWh", lambda one: round(float(one.kwh), 1)),
        ("kg CO₂", lambda one: round(float(one.kg), 1)),
    ),
    lambda actor: figures.park(actor, "FR").sites,
)
TABLES: Mapping[str, Table] = {
    "software": SOFTWARE,
    "relations": RELATIONS,
    "movements": MOVEMENTS,
    "custody": SHEETS,
    "loans": LOANS,
    "counts": COUNTS,
    "stock-movements": STOCK,
    "waste": WASTE,
    "licence-use": USE,
    "licences-given": GIVEN,
    "covered": COVERED,
    "budget": MONEY,
    "energy": ENERGY,
}
