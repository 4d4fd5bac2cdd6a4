"""Counts and lots of electrical waste by API."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.park.api.life import Key, row_or_none
from compagnon.park.models import (
    AssetType,
    Disposal,
    DisposedAsset,
    StockLine,
    StockPlace,
    StockTaking,
    StrayCode,
)
from compagnon.park.services import disposals, stock_taking
from compagnon.people.models import Organisation, Site

router = Routes(tag="park")
LineStateName = Literal["waiting", "found", "elsewhere", "missing"]
PROOF = 28_000_000


class StockCountOut(Schema):
    """A count."""

    id: int
    organisation_id: int
    name: str
    site_id: int | None
    place_id: int | None
    opened_at: datetime
    closed_at: datetime | None


class CountQuery(ListQuery):
    """In which order."""

    ordering: Literal["-opened_at", "opened_at"] = "-opened_at"


@router.index("/stock-takings", StockCountOut)
def list_stock_takings(request: ApiRequest, query: Query[CountQuery]) -> QuerySet[StockTaking]:
    """List counts."""
    return visible(StockTaking, request.actor)


class CountIn(Body):
    """A count to open."""

    organisation_id: Key
    name: Annotated[str, Field(min_length=1, max_length=120, examples=["Lyon, mars 2027"])]
    site_id: Key | None = None
    place_id: Key | None = None


@router.create("/stock-takings", StockCountOut, location=lambda row: f"/stock-takings/{row.pk}")
def open_stock_taking(request: ApiRequest, body: CountIn) -> StockTaking:
    """Open a count; what should be there is written down now."""
    return stock_taking.open_count(
        actor=request.actor,
        organisation=get_visible(Organisation, request.actor, pk=body.organisation_id),
        name=body.name,
        site=row_or_none(request, Site, body.site_id),
        place=row_or_none(request, StockPlace, body.place_id),
    )


@router.show("/stock-takings/{count_id}", StockCountOut)
def get_stock_taking(request: ApiRequest, count_id: Id) -> StockTaking:
    """Read a count."""
    return get_visible(StockTaking, request.actor, pk=count_id)


class StockLineOut(Schema):
    """An asset in a count."""

    id: int
    asset_id: int
    state: LineStateName
    seen_at: datetime | None
    resolution: str


class LineQuery(ListQuery):
    """Which lines."""

    state: Annotated[LineStateName | None, FilterLookup("state")] = None
    ordering: Literal["id"] = "id"


@router.index("/stock-takings/{count_id}/lines", StockLineOut)
def list_stock_taking_lines(
    request: ApiRequest, count_id: Id, query: Query[LineQuery]
) -> QuerySet[StockLine]:
    """List the assets of a count."""
    count = get_visible(StockTaking, request.actor, pk=count_id)
    return visible(StockLine, request.actor).filter(stock_taking=count).order_by()


class StrayOut(Schema):
    """A code that names no asset."""

    id: int
    code: str
    seen_at: datetime
    resolution: str
    asset_id: int | None


class StrayQuery(ListQuery):
    """In which order."""

    ordering: Literal["id"] = "id"


@router.index("/stock-takings/{count_id}/codes", StrayOut)
def list_stray_codes(
    request: ApiRequest, count_id: Id, query: Query[StrayQuery]
) -> QuerySet[StrayCode]:
    """List the codes that name no asset."""
    count = get_visible(StockTaking, request.actor, pk=count_id)
    return visible(StrayCode, request.actor).filter(stock_taking=count).order_by()


class StockReadIn(Body):
    """What a label said, or a number typed."""

    code: Annotated[str, Field(min_length=1, max_length=500, examples=["INV-00042"])]


class CodeReadOut(Schema):
    """What came of a code: an asset, or nothing that is known."""

    code: str
    asset_id: int | None
    state: LineStateName | None


@router.act("/stock-takings/{count_id}/read", CodeReadOut)
def read_stock_code(request: ApiRequest, count_id: Id, body: StockReadIn) -> dict[str, Any]:
    """Keep that a code was read in a count."""
    found = stock_taking.read_code(actor=request.actor, count_id=count_id, text=body.code)
    if isinstance(found, StrayCode):
        return {"code": found.code, "asset_id": None, "state": None}
    return {"code": body.code, "asset_id": found.asset_id, "state": found.state}


@router.act("/stock-takings/{count_id}/close", StockCountOut)
def close_stock_taking(request: ApiRequest, count_id: Id) -> StockTaking:
    """Close a count: what was not seen is missing."""
    return stock_taking.close(actor=request.actor, count_id=count_id)


class SettleLineIn(Body):
    """How a difference is settled."""

    resolution: Literal["moved", "lost", "kept"]


@router.act("/stock-takings/{count_id}/lines/{line_id}/settle", StockLineOut)
def settle_stock_line(
    request: ApiRequest, count_id: Id, line_id: Id, body: SettleLineIn
) -> StockLine:
    """Settle a difference."""
    return stock_taking.settle_line(
        actor=request.actor, count_id=count_id, line_id=line_id, resolution=body.resolution
    )


class SettleCodeIn(Body):
    """The asset to create; without a type the code is ignored."""

    type_id: Key | None = None
    name: Annotated[str, Field(max_length=200)] = ""


@router.act("/stock-takings/{count_id}/codes/{stray_id}/settle", StrayOut)
def settle_stray_code(
    request: ApiRequest, count_id: Id, stray_id: Id, body: SettleCodeIn
) -> StrayCode:
    """Create the asset of an unknown code, or ignore it."""
    return stock_taking.settle_code(
        actor=request.actor,
        count_id=count_id,
        stray_id=stray_id,
        name=body.name,
        type=row_or_none(request, AssetType, body.type_id),
    )


class LotOut(Schema):
    """A lot of electrical waste."""

    id: int
    organisation_id: int
    collector: str
    collected_on: date
    certificate_number: str
    closed_at: datetime | None


class LotQuery(ListQuery):
    """In which order."""

    ordering: Literal["-collected_on", "collected_on"] = "-collected_on"


@router.index("/disposals", LotOut)
def list_disposals(request: ApiRequest, query: Query[LotQuery]) -> QuerySet[Disposal]:
    """List lots of electrical waste."""
    return visible(Disposal, request.actor)


class LotIn(Body):
    """A lot to open."""

    organisation_id: Key
    collector: Annotated[str, Field(min_length=1, max_length=160, examples=["Recyclage SA"])]
    collected_on: date


@router.create("/disposals", LotOut, location=lambda lot: f"/disposals/{lot.pk}")
def open_disposal(request: ApiRequest, body: LotIn) -> Disposal:
    """Open a lot for a collector."""
    return disposals.open_lot(
        actor=request.actor,
        organisation=get_visible(Organisation, request.actor, pk=body.organisation_id),
        collector=body.collector,
        collected_on=body.collected_on,
    )


@router.show("/disposals/{lot_id}", LotOut)
def get_disposal(request: ApiRequest, lot_id: Id) -> Disposal:
    """Read a lot."""
    return get_visible(Disposal, request.actor, pk=lot_id)


class ItemOut(Schema):
    """An asset of a lot."""

    id: int
    asset_id: int
    category: int
    weight_kg: Decimal
    wiping: Literal["none", "clear", "purge", "destroy"]
    wiped_by: str
    wiped_on: date | None
    proof_name: str


class ItemQuery(ListQuery):
    """In which order."""

    ordering: Literal["id"] = "id"


@router.index("/disposals/{lot_id}/items", ItemOut)
def list_disposal_items(
    request: ApiRequest, lot_id: Id, query: Query[ItemQuery]
) -> QuerySet[DisposedAsset]:
    """List what is in a lot."""
    lot = get_visible(Disposal, request.actor, pk=lot_id)
    return visible(DisposedAsset, request.actor).filter(disposal=lot).order_by()


class ItemIn(Body):
    """An asset to put in a lot."""

    asset_id: Key
    category: Annotated[int, Field(ge=1, le=6, description="Directive 2012/19/EU, annex III.")]
    weight_kg: Annotated[Decimal, Field(gt=0, max_digits=7, decimal_places=2)]
    wiping: Literal["none", "clear", "purge", "destroy"]
    wiped_by: Annotated[str, Field(max_length=120)] = ""
    wiped_on: date | None = None
    proof_base64: Annotated[str, Field(max_length=PROOF)] = ""
    proof_name: Annotated[str, Field(max_length=150)] = ""


@router.create("/disposals/{lot_id}/items", ItemOut, location=lambda item: "/disposals")
def add_disposal_item(request: ApiRequest, lot_id: Id, body: ItemIn) -> DisposedAsset:
    """Put an asset in a lot."""
    said = body.model_dump()
    return disposals.add(
        actor=request.actor,
        lot_id=lot_id,
        proof=_decoded(said.pop("proof_base64"), "proof_base64"),
        **said,
    )


def _decoded(text: str, field: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(fields={field: ["base64"]}) from error


@router.remove("/disposals/{lot_id}/items/{item_id}")
def remove_disposal_item(request: ApiRequest, lot_id: Id, item_id: Id) -> None:
    """Take an asset out of a lot."""
    disposals.remove(actor=request.actor, lot_id=lot_id, item_id=item_id)


class CertificateIn(Body):
    """The collector's certificate."""

    number: Annotated[str, Field(min_length=1, max_length=80)]
    certificate_base64: Annotated[str, Field(min_length=4, max_length=PROOF)]
    certificate_name: Annotated[str, Field(max_length=150)] = "certificate.pdf"


@router.act("/disposals/{lot_id}/close", LotOut)
def close_disposal(request: ApiRequest, lot_id: Id, body: CertificateIn) -> Disposal:
    """Close a lot with its certificate."""
    return disposals.close(
        actor=request.actor,
        lot_id=lot_id,
        certificate=_decoded(body.certificate_base64, "certificate_base64"),
        certificate_name=body.certificate_name,
        number=body.number,
    )
