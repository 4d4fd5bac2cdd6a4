"""What the park keeps of each client of the life of its assets, for the tests that walk routes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from compagnon.park.models import (
    Asset,
    Budget,
    Consumable,
    EnergyProfile,
    GridFactor,
    StockPlace,
)
from compagnon.park.services import consumables, custody, disposals, loans, stock_taking
from compagnon.park.shipped_types import ensure
from compagnon.park.tests import factories
from compagnon.people.tests.factories import system

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a sheet, a loan, a count with a difference, a consumable, a lot, figures."""
    one, organisation = system(), side.organisation
    asset: Asset = side.objects["asset"]
    place = factories.stock_place(organisation, f"Armoire {mark} {StockPlace.objects.count()}")
    sheet = custody.prepare(
        actor=one, asset_id=asset.pk, kind="return", person=side.manager, place=place,
        accessories=f"chargeur {mark}",
    )  # fmt: skip
    lent = factories.asset(
        organisation, f"prêt {mark}", is_loanable=True, state="stock", site=side.site,
        purchase_price=Decimal("900.00"), purchased_on=timezone.localdate(),
        depreciation_months=36,
    )  # fmt: skip
    today = timezone.localdate()
    loan = loans.reserve(
        actor=one, asset_id=lent.pk, borrower=side.manager, first_day=today,
        last_day=today + timedelta(days=2), note=mark,
    )  # fmt: skip
    factories.asset(organisation, f"manquant {mark}", state="stock", place=place)
    count = stock_taking.open_count(
        actor=one, organisation=organisation, name=f"Inventaire {mark}", place=place
    )
    stray = stock_taking.read_code(actor=one, count_id=count.pk, text=f"code {mark}")
    consumable = factories.consumable(
        organisation, f"Toner {mark} {Consumable.objects.count()}", minimum=5
    )
    consumables.move(actor=one, consumable_id=consumable.pk, change=3, reason=mark)
    lot = disposals.open_lot(
        actor=one, organisation=organisation, collector=f"Collecteur {mark}", collected_on=today
    )
    old = factories.asset(organisation, f"vieux {mark}", state="stock")
    item = disposals.add(
        actor=one, lot_id=lot.pk, asset_id=old.pk, category=6, weight_kg=Decimal("2.5"),
        wiping="clear", wiped_by=f"Effaceur {mark}", wiped_on=today, proof=mark.encode(),
        proof_name=f"{mark}.txt",
    )  # fmt: skip
    budget, _made = Budget.objects.update_or_create(
        organisation=organisation, year=today.year, defaults={"amount": 1000, "note": mark}
    )
    side.objects.update(
        stock_place=place,
        custody_sheet=sheet,
        loan=loan,
        count=count,
        count_line=count.lines.first(),
        stray=stray,
        consumable=consumable,
        lot=lot,
        lot_item=item,
        park_budget=budget,
        energy_profile=EnergyProfile.objects.get_or_create(
            type=ensure("monitor"), defaults={"kwh_per_year": 50, "source": "wattmètre"}
        )[0],
        grid_factor=GridFactor.objects.get_or_create(
            country="BE", defaults={"grams_per_kwh": 150, "source": "gestionnaire"}
        )[0],
    )


def kept(name: str) -> Callable[[Side], list[Any]]:
    """Name one of a side's objects."""
    return lambda side: [side.objects[name].pk]


def of(name: str) -> Callable[[Side], Any]:
    """Give one of a side's objects."""
    return lambda side: side.objects[name]


ROWS: dict[type[Any], Callable[[Side], Any]] = {
    StockPlace: of("stock_place"),
    Consumable: of("consumable"),
    Budget: of("park_budget"),
    EnergyProfile: of("energy_profile"),
    GridFactor: of("grid_factor"),
}
PARAMETERS: dict[str, Callable[[Side], list[Any]]] = {
    "park/sheets/<pk>": kept("custody_sheet"),
    "park/loans/<pk>": kept("loan"),
    "park/loans/<pk>/do/<name>": lambda _side: ["hand-out", "cancel", "extend"],
    "park/scan/<asset_id>": kept("asset"),
    "park/counts/<pk>": kept("count"),
    "park/counts/<pk>/lines/<line_id>": kept("count_line"),
    "park/counts/<pk>/codes/<stray_id>": kept("stray"),
    "park/disposals/<pk>": kept("lot"),
    "park/disposals/<pk>/items/<item_id>": kept("lot_item"),
    "api/v1/custody-sheets/<sheet_id>": kept("custody_sheet"),
    "api/v1/loans/<loan_id>": kept("loan"),
    "api/v1/stock-takings/<count_id>": kept("count"),
    "api/v1/stock-takings/<count_id>/lines/<line_id>": kept("count_line"),
    "api/v1/stock-takings/<count_id>/codes/<stray_id>": kept("stray"),
    "api/v1/consumables/<consumable_id>": kept("consumable"),
    "api/v1/disposals/<lot_id>": kept("lot"),
    "api/v1/disposals/<lot_id>/items/<item_id>": kept("lot_item"),
}
