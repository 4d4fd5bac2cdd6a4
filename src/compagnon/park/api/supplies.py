"""Licences, supplier contracts, imported lists and specifications of needs, by API."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Schema
from pydantic import Field

from compagnon.core import files
from compagnon.core.api import ApiRequest, Body, Id, ListQuery, Routes
from compagnon.core.errors import Invalid, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.park.models import (
    Asset,
    BroughtList,
    CoveredAsset,
    Licence,
    LicenceAllocation,
    Paper,
    SupplierContract,
)
from compagnon.park.policies import LICENCES, MANAGE, VIEW
from compagnon.park.queries import exporting
from compagnon.park.queries import licences as queries
from compagnon.park.services import bringing, licences, supplying
from compagnon.people.models import Organisation, Person

router = Routes(tag="park")
Exported = Literal[
    "assets", "licences", "supplier-contracts", "consumables", "stock-places", "park-budgets",
    "needs-studies", "asset-types", "relation-kinds", "energy-profiles", "grid-factors",
    "alert-rules", "software", "relations", "movements", "custody", "loans", "counts",
    "stock-movements", "waste", "licence-use", "licences-given", "covered", "budget", "energy",
]  # fmt: skip
Key = Annotated[int, Field(ge=1, lt=2**63, examples=[12])]
Encoded = Annotated[str, Field(max_length=14_000_000, description="The file in base 64.")]


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(fields={"content": ["base64"]}) from None


class UseOut(Schema):
    """Licences that are counted together; prices in cents."""

    licence_ids: list[int]
    organisation_id: int
    product_pattern: str
    metric: str
    currency: str
    used: int
    bought: int
    over: int
    over_price_cents: int
    spare: int
    spare_price_cents: int
    unknown_cores: int


class UsesOut(Schema):
    """Every pool that you may see."""

    items: list[UseOut]


@router.show("/licence-use", UsesOut)
def get_licence_use(request: ApiRequest) -> dict[str, Any]:
    """Count what is used of what was bought."""
    if not request.actor.scope.allows_somewhere(VIEW):
        raise Refused
    return {"items": [_use(one) for one in queries.pools(request.actor)]}


def _use(one: queries.Pool) -> dict[str, Any]:
    first, at = one.first, one.position
    return {
        "licence_ids": [each.pk for each in one.licences],
        "organisation_id": first.organisation_id,
        "product_pattern": first.product_pattern,
        "metric": first.metric,
        "currency": first.currency,
        "used": at.used,
        "bought": at.bought,
        "over": at.over,
        "over_price_cents": at.over_price,
        "spare": at.spare,
        "spare_price_cents": at.spare_price,
        "unknown_cores": at.unknown,
    }


class AllocationOut(Schema):
    """A unit that was given."""

    id: int
    licence_id: int
    asset_id: int | None
    person_id: int | None
    given_at: datetime
    released_at: datetime | None


class AllocationQuery(ListQuery):
    """In which order."""

    ordering: Literal["-given_at", "given_at"] = "-given_at"


class GiveIn(Body):
    """To whom a unit is given: a machine or a person."""

    asset_id: Key | None = None
    person_id: Key | None = None


@router.index("/licence-allocations", AllocationOut)
def list_licence_allocations(
    request: ApiRequest, query: Query[AllocationQuery]
) -> QuerySet[LicenceAllocation]:
    """List to whom licences are given."""
    return visible(LicenceAllocation, request.actor)


@router.act("/licences/{licence_id}/give", AllocationOut)
def give_licence(request: ApiRequest, licence_id: Id, body: GiveIn) -> LicenceAllocation:
    """Give a unit of a licence to a machine or to a person."""
    actor = request.actor
    row = get_visible(Licence, actor, Licence.objects.select_related("organisation"), pk=licence_id)
    return licences.allocate(
        actor=actor,
        licence=row,
        asset=get_visible(Asset, actor, pk=body.asset_id) if body.asset_id else None,
        person=get_visible(Person, actor, pk=body.person_id) if body.person_id else None,
    )


@router.act("/licence-allocations/{allocation_id}/release", AllocationOut)
def release_licence(request: ApiRequest, allocation_id: Id) -> LicenceAllocation:
    """Take a unit of a licence back."""
    return licences.release(actor=request.actor, allocation_id=allocation_id)


class PaperIn(Body):
    """A file that proves something."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["facture-2026-114.pdf"])]
    content: Encoded


class PaperOut(Schema):
    """A file that proves something."""

    id: int
    licence_id: int | None
    contract_id: int | None
    name: str
    added_at: datetime


@router.act("/licences/{licence_id}/papers", PaperOut)
def add_licence_paper(request: ApiRequest, licence_id: Id, body: PaperIn) -> Paper:
    """Keep a file as proof of a licence."""
    row = get_visible(Licence, request.actor, pk=licence_id)
    return licences.add_paper(
        actor=request.actor, name=body.name, content=_bytes(body.content), licence=row
    )


@router.act("/supplier-contracts/{contract_id}/papers", PaperOut)
def add_contract_paper(request: ApiRequest, contract_id: Id, body: PaperIn) -> Paper:
    """Keep a file as proof of a supplier contract."""
    row = get_visible(SupplierContract, request.actor, pk=contract_id)
    return licences.add_paper(
        actor=request.actor, name=body.name, content=_bytes(body.content), contract=row
    )


@router.download("/papers/{paper_id}/content")
def get_paper_content(request: ApiRequest, paper_id: Id) -> HttpResponseBase:
    """Download a file that proves a licence or a supplier contract."""
    row = get_visible(Paper, request.actor, Paper.objects.select_related("file"), pk=paper_id)
    return files.serve(row.file, name=row.name)


class CoverIn(Body):
    """What a contract covers."""

    asset_id: Key


class SupplierCoverOut(Schema):
    """An asset that a contract covers."""

    id: int
    contract_id: int
    asset_id: int


@router.act("/supplier-contracts/{contract_id}/cover", SupplierCoverOut)
def cover_asset(request: ApiRequest, contract_id: Id, body: CoverIn) -> CoveredAsset:
    """Say that a supplier contract covers an asset."""
    actor = request.actor
    rows = SupplierContract.objects.select_related("organisation")
    return supplying.cover(
        actor=actor,
        contract=get_visible(SupplierContract, actor, rows, pk=contract_id),
        asset=get_visible(Asset, actor, pk=body.asset_id),
    )


@router.remove("/covered-assets/{covered_id}")
def uncover_asset(request: ApiRequest, covered_id: Id) -> None:
    """Say that a supplier contract no longer covers an asset."""
    supplying.uncover(actor=request.actor, covered_id=covered_id)


class DeadlineOut(Schema):
    """Something that ends soon."""

    kind: Literal["licence", "notice", "contract"]
    id: int
    name: str
    day: date
    days_left: int


class DeadlinesOut(Schema):
    """The nearest first."""

    items: list[DeadlineOut]


@router.show("/park-deadlines", DeadlinesOut)
def get_park_deadlines(request: ApiRequest) -> dict[str, Any]:
    """List licences and supplier contracts whose end or notice comes near."""
    if not request.actor.scope.allows_somewhere(VIEW):
        raise Refused
    return {
        "items": [
            {"kind": one.kind, "id": one.row.pk, "name": one.row.name, "day": one.day,
             "days_left": one.days_left}
            for one in queries.deadlines(request.actor)
        ]
    }  # fmt: skip


class ListOut(Schema):
    """A list that was brought."""

    id: int
    organisation_id: int
    kind: str
    state: str
    file_name: str
    columns: dict[str, str]
    summary: dict[str, Any]
    brought_at: datetime


class ListIn(Body):
    """A list to bring: CSV, XLSX or JSON."""

    organisation_id: Key
    kind: Literal["assets", "custody", "licences"]
    file_name: Annotated[str, Field(min_length=1, max_length=200, examples=["parc.csv"])]
    content: Encoded
    columns: Annotated[dict[str, str], Field(max_length=200)] = {}


class SupplyLineOut(Schema):
    """What one line would do."""

    line: int
    name: str
    action: Literal["create", "update", "unchanged", "refused"]
    id: int | None
    fields: list[str]
    problems: list[str]
    left_out: list[str]


class PreviewOut(Schema):
    """What a list would do; the first 1,000 lines."""

    counts: dict[str, int]
    columns: dict[str, str]
    items: list[SupplyLineOut]


class ColumnsIn(Body):
    """Our field by column."""

    columns: Annotated[dict[str, str], Field(max_length=200)]
    save_as: Annotated[str, Field(max_length=80)] = ""


class ListsQuery(ListQuery):
    """In which order."""

    ordering: Literal["-brought_at", "brought_at"] = "-brought_at"


def _bringer(request: ApiRequest) -> None:
    if not any(request.actor.scope.allows_somewhere(verb) for verb in (MANAGE, LICENCES)):
        raise Refused


@router.index("/brought-lists", ListOut)
def list_brought_lists(request: ApiRequest, query: Query[ListsQuery]) -> QuerySet[BroughtList]:
    """List what was brought."""
    _bringer(request)
    return visible(BroughtList, request.actor)


@router.create("/brought-lists", ListOut, location=lambda row: f"/brought-lists/{row.pk}/preview")
def bring_list(request: ApiRequest, body: ListIn) -> BroughtList:
    """Bring a list; nothing is written before it is confirmed."""
    _bringer(request)
    return bringing.bring(
        actor=request.actor,
        kind=body.kind,
        organisation=get_visible(Organisation, request.actor, pk=body.organisation_id),
        content=_bytes(body.content),
        file_name=body.file_name,
        mapping=body.columns,
    )


@router.show("/brought-lists/{list_id}/preview", PreviewOut)
def preview_brought_list(request: ApiRequest, list_id: Id) -> dict[str, Any]:
    """Say what each line of a list would do now."""
    rows = BroughtList.objects.select_related("organisation", "file")
    row = get_visible(BroughtList, request.actor, rows, pk=list_id)
    looked = bringing.seen_again(request.actor, row)
    if looked is None:
        return {"counts": {}, "columns": row.columns, "items": []}
    lines = [one.told for one in looked.plan.lines[:1000]]
    return {"counts": looked.plan.counts, "columns": looked.mapping, "items": lines}


@router.act("/brought-lists/{list_id}/columns", ListOut)
def map_brought_list(request: ApiRequest, list_id: Id, body: ColumnsIn) -> BroughtList:
    """Say which column is which field, and keep the mapping under a name."""
    return bringing.set_mapping(
        actor=request.actor, row_id=list_id, mapping=body.columns, save_as=body.save_as
    )


@router.act("/brought-lists/{list_id}/write", ListOut)
def write_brought_list(request: ApiRequest, list_id: Id) -> BroughtList:
    """Write what a list says."""
    return bringing.write(actor=request.actor, row_id=list_id)


@router.act("/brought-lists/{list_id}/leave", ListOut)
def leave_brought_list(request: ApiRequest, list_id: Id) -> BroughtList:
    """Leave a list aside: nothing of it is written."""
    return bringing.leave(actor=request.actor, row_id=list_id)


@router.download("/park-export/{name}/{form}")
def export_park_list(
    request: ApiRequest,
    name: Exported,
    form: Literal["csv", "xlsx", "pdf"],
) -> HttpResponseBase:
    """Download a list of the park as CSV, as a workbook or as a PDF."""
    made = exporting.make(request.actor, name, form)
    return HttpResponse(made.content, content_type=made.media_type)
