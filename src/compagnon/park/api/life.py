"""The life of assets by API: moves, custody, loans, counts, consumables, waste, figures."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import (
    ApiRequest,
    Body,
    FilterLookup,
    Id,
    ListQuery,
    Routes,
    expected_version,
)
from compagnon.core.visibility import get_visible, visible
from compagnon.park.models import (
    Asset,
    Consumable,
    ConsumableMovement,
    CustodySheet,
    Loan,
    Movement,
    StockPlace,
)
from compagnon.park.policies import VIEW
from compagnon.park.queries import figures, machines
from compagnon.park.services import consumables, custody, life, loans
from compagnon.park.views.acting import actor_of
from compagnon.park.views.life import picture
from compagnon.people.models import Person, Site, Team

router = Routes(tag="park")
Key = Annotated[int, Field(ge=1, lt=2**63)]
State = Literal["ordered", "stock", "use", "repair", "retired", "disposed"]


def row_or_none(request: ApiRequest, model: Any, key: int | None) -> Any:
    """Give the visible row of a key; nothing for none."""
    return None if key is None else get_visible(model, request.actor, pk=key)


class MovementOut(Schema):
    """Where an asset stood from a moment on."""

    id: int
    at: datetime
    state: State
    site_id: int | None
    place_id: int | None
    person_id: int | None
    team_id: int | None
    reason: str


class MovementQuery(ListQuery):
    """In which order."""

    ordering: Literal["-at", "at"] = "-at"


@router.index("/assets/{asset_id}/movements", MovementOut)
def list_asset_movements(
    request: ApiRequest, asset_id: Id, query: Query[MovementQuery]
) -> QuerySet[Movement]:
    """List where an asset stood."""
    row = machines.asset(request.actor, asset_id)
    return visible(Movement, request.actor).filter(asset=row).order_by()


class MoveIn(Body):
    """Where the asset goes; what is not given stays."""

    state: State | None = None
    site_id: Key | None = None
    place_id: Key | None = None
    reason: Annotated[str, Field(max_length=200)] = ""


class PlacedOut(Schema):
    """Where an asset stands."""

    id: int
    state: State
    site_id: int | None
    place_id: int | None
    person_id: int | None
    team_id: int | None
    version: int


@router.act("/assets/{asset_id}/move", PlacedOut)
def move_asset(request: ApiRequest, asset_id: Id, body: MoveIn) -> Asset:
    """Move an asset without anybody's signature."""
    row = machines.asset(request.actor, asset_id)
    values: dict[str, Any] = {}
    given = body.model_fields_set
    if "state" in given and body.state:
        values["state"] = body.state
    if "site_id" in given:
        values["site"] = row_or_none(request, Site, body.site_id)
    if "place_id" in given:
        values["place"] = row_or_none(request, StockPlace, body.place_id)
    return life.move(
        actor=request.actor,
        asset_id=row.pk,
        values=values,
        reason=body.reason,
        expected_version=expected_version(request, row),
    )


class CustodySheetOut(Schema):
    """A hand-over or a return."""

    id: int
    asset_id: int
    kind: Literal["hand_over", "return"]
    person_id: int | None
    team_id: int | None
    site_id: int | None
    place_id: int | None
    accessories: str
    condition: str
    prepared_at: datetime
    cancelled_at: datetime | None
    signed_at: datetime | None
    signed_name: str
    digest: str


class SheetQuery(ListQuery):
    """Which sheets."""

    asset_id: Annotated[int | None, FilterLookup("asset_id")] = None
    ordering: Literal["-prepared_at", "prepared_at"] = "-prepared_at"


@router.index("/custody-sheets", CustodySheetOut)
def list_custody_sheets(request: ApiRequest, query: Query[SheetQuery]) -> QuerySet[CustodySheet]:
    """List hand-overs and returns."""
    return visible(CustodySheet, request.actor)


@router.show("/custody-sheets/{sheet_id}", CustodySheetOut)
def get_custody_sheet(request: ApiRequest, sheet_id: Id) -> CustodySheet:
    """Read a hand-over or a return."""
    return get_visible(CustodySheet, request.actor, pk=sheet_id)


class AssetLifeSheetIn(Body):
    """A hand-over or a return to prepare."""

    kind: Literal["hand_over", "return"]
    person_id: Key | None = None
    team_id: Key | None = None
    site_id: Key | None = None
    place_id: Key | None = None
    accessories: Annotated[str, Field(max_length=1000, examples=["Chargeur, sacoche"])] = ""
    condition: Annotated[str, Field(max_length=1000)] = ""


@router.create(
    "/assets/{asset_id}/custody-sheets",
    CustodySheetOut,
    location=lambda sheet: f"/custody-sheets/{sheet.pk}",
)
def prepare_custody_sheet(
    request: ApiRequest, asset_id: Id, body: AssetLifeSheetIn
) -> CustodySheet:
    """Prepare the sheet that a person signs."""
    row = machines.asset(request.actor, asset_id)
    return custody.prepare(
        actor=request.actor,
        asset_id=row.pk,
        kind=body.kind,
        person=row_or_none(request, Person, body.person_id),
        team=row_or_none(request, Team, body.team_id),
        site=row_or_none(request, Site, body.site_id),
        place=row_or_none(request, StockPlace, body.place_id),
        accessories=body.accessories,
        condition=body.condition,
    )


class SignatureIn(Body):
    """A signature."""

    name: Annotated[str, Field(min_length=1, max_length=120, examples=["Claire Moreau"])]
    signature_base64: Annotated[
        str, Field(max_length=270_000, description="A PNG; empty: the name is the signature.")
    ] = ""


@router.act("/custody-sheets/{sheet_id}/sign", CustodySheetOut)
def sign_custody_sheet(request: ApiRequest, sheet_id: Id, body: SignatureIn) -> CustodySheet:
    """Sign a hand-over or a return: it is sealed, and the asset moves."""
    drawn = picture(f"base64,{body.signature_base64}") if body.signature_base64 else b""
    return custody.sign(actor=request.actor, sheet_id=sheet_id, name=body.name, signature=drawn)


@router.act("/custody-sheets/{sheet_id}/cancel", CustodySheetOut)
def cancel_custody_sheet(request: ApiRequest, sheet_id: Id) -> CustodySheet:
    """Cancel a sheet that nobody signed."""
    return custody.cancel(actor=request.actor, sheet_id=sheet_id)


class LoanOut(Schema):
    """A loan, by whole days, both included."""

    id: int
    asset_id: int
    borrower_id: int
    first_day: date
    last_day: date
    state: Literal["reserved", "out", "returned", "cancelled"]
    note: str
    lent_at: datetime | None
    returned_at: datetime | None


class LoanQuery(ListQuery):
    """Which loans."""

    asset_id: Annotated[int | None, FilterLookup("asset_id")] = None
    borrower_id: Annotated[int | None, FilterLookup("borrower_id")] = None
    state: Annotated[
        Literal["reserved", "out", "returned", "cancelled"] | None, FilterLookup("state")
    ] = None
    due_before: Annotated[date | None, FilterLookup("last_day__lt")] = None
    ordering: Literal["-first_day", "first_day"] = "-first_day"


@router.index("/loans", LoanOut)
def list_loans(request: ApiRequest, query: Query[LoanQuery]) -> QuerySet[Loan]:
    """List loans; ``state=out&due_before=`` today: those that are late."""
    return visible(Loan, request.actor)


class LoanIn(Body):
    """A reservation."""

    asset_id: Key
    borrower_id: Key
    first_day: date
    last_day: date
    note: Annotated[str, Field(max_length=300)] = ""


@router.create("/loans", LoanOut, location=lambda loan: f"/loans/{loan.pk}")
def reserve_loan(request: ApiRequest, body: LoanIn) -> Loan:
    """Reserve an asset for a person."""
    return loans.reserve(
        actor=request.actor,
        asset_id=body.asset_id,
        borrower=get_visible(Person, request.actor, pk=body.borrower_id),
        first_day=body.first_day,
        last_day=body.last_day,
        note=body.note,
    )


@router.show("/loans/{loan_id}", LoanOut)
def get_loan(request: ApiRequest, loan_id: Id) -> Loan:
    """Read a loan."""
    return get_visible(Loan, request.actor, pk=loan_id)


@router.act("/loans/{loan_id}/hand-out", LoanOut)
def hand_out_loan(request: ApiRequest, loan_id: Id) -> Loan:
    """Give the asset to whoever reserved it."""
    return loans.hand_out(actor=request.actor, loan_id=loan_id)


@router.act("/loans/{loan_id}/take-back", LoanOut)
def take_back_loan(request: ApiRequest, loan_id: Id) -> Loan:
    """Take the asset back."""
    return loans.take_back(actor=request.actor, loan_id=loan_id)


class ExtendIn(Body):
    """The new last day."""

    last_day: date


@router.act("/loans/{loan_id}/extend", LoanOut)
def extend_loan(request: ApiRequest, loan_id: Id, body: ExtendIn) -> Loan:
    """Let a loan end on another day."""
    return loans.extend(actor=request.actor, loan_id=loan_id, last_day=body.last_day)


@router.act("/loans/{loan_id}/cancel", LoanOut)
def cancel_loan(request: ApiRequest, loan_id: Id) -> Loan:
    """Cancel a reservation."""
    return loans.cancel(actor=request.actor, loan_id=loan_id)


class ConsumableMovementOut(Schema):
    """Some that came or went."""

    id: int
    consumable_id: int
    at: datetime
    change: int
    quantity_after: int
    asset_id: int | None
    reason: str


class ConsumableMoveIn(Body):
    """How many came (over zero) or went (under zero)."""

    change: Annotated[int, Field(ge=-1_000_000, le=1_000_000, examples=[-1])]
    reason: Annotated[str, Field(max_length=200)] = ""
    asset_id: Key | None = None


@router.index("/consumables/{consumable_id}/movements", ConsumableMovementOut)
def list_consumable_movements(
    request: ApiRequest, consumable_id: Id, query: Query[MovementQuery]
) -> QuerySet[ConsumableMovement]:
    """List what came and went of a consumable."""
    row = get_visible(Consumable, request.actor, pk=consumable_id)
    return visible(ConsumableMovement, request.actor).filter(consumable=row).order_by()


@router.act("/consumables/{consumable_id}/move", ConsumableMovementOut)
def move_consumable(
    request: ApiRequest, consumable_id: Id, body: ConsumableMoveIn
) -> ConsumableMovement:
    """Put some in, or take some out."""
    return consumables.move(
        actor=request.actor,
        consumable_id=consumable_id,
        change=body.change,
        reason=body.reason,
        asset=row_or_none(request, Asset, body.asset_id),
    )


class BudgetYearOut(Schema):
    """What a calendar year bears; euros."""

    year: int
    amount: Decimal
    left: Decimal


class WorthOut(Schema):
    """What an asset costs: its depreciation, and its energy where a figure is known."""

    asset_id: int
    depreciation: list[BudgetYearOut]
    kwh_per_year: Decimal | None
    making_kg: Decimal | None
    energy_source: str


@router.show("/assets/{asset_id}/worth", WorthOut)
def get_asset_worth(request: ApiRequest, asset_id: Id) -> dict[str, Any]:
    """Read the depreciation and the energy of an asset."""
    row = machines.asset(request.actor, asset_id)
    energy = figures.of_asset(row)
    return {
        "asset_id": row.pk,
        "depreciation": figures.spread_of(row),
        "kwh_per_year": energy.kwh_per_year if energy else None,
        "making_kg": energy.making_kg if energy else None,
        "energy_source": energy.source if energy else "",
    }


class SiteEnergyOut(Schema):
    """The energy of a site in a year."""

    name: str
    machines: int
    known: int
    kwh: Decimal
    kg: Decimal
    making_kg: Decimal


class SavingOut(Schema):
    """What would save some in a year."""

    code: Literal["night", "replace", "longer"]
    machines: int
    kwh: Decimal
    kg: Decimal


class ParkEnergyOut(Schema):
    """The energy of the park under a country's grid."""

    country: str
    grams: Decimal
    source: str
    sites: list[SiteEnergyOut]
    savings: list[SavingOut]
    sources: list[str]


class EnergyQuery(Schema):
    """Whose electricity."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "FR"


@router.show("/park-energy", ParkEnergyOut)
def get_park_energy(request: ApiRequest, query: Query[EnergyQuery]) -> figures.Park:
    """Estimate what running machines use in a year, by site."""
    actor = actor_of(request, VIEW)
    known = figures.countries()
    return figures.park(actor, query.country if query.country in known else "FR")


class ParkYearOut(Schema):
    """A year of the park; euros before tax."""

    year: int
    planned: Decimal
    bought: Decimal
    borne: Decimal
    ending: Decimal


class MoneyOut(Schema):
    """The years from five ago to five ahead."""

    years: list[ParkYearOut]


@router.show("/park-money", MoneyOut)
def get_park_money(request: ApiRequest) -> dict[str, Any]:
    """Read what was planned, bought and borne, by year."""
    return {"years": figures.money(actor_of(request, VIEW))}
