"""Supplies by API: the wish, quotes, the approval, the hand-over; the same verbs as the pages."""

from __future__ import annotations

import base64
from datetime import date
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core import files
from compagnon.core.api import ApiRequest, Body, Id, ListQuery, Routes, expected_version
from compagnon.core.errors import Invalid, NotFound
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import queries, supply_reading
from compagnon.desk.models import (
    Channel,
    Quote,
    SuppliedAsset,
    SupplyCase,
    SupplyStep,
)
from compagnon.desk.resources_supply import RESOURCES
from compagnon.desk.services import (
    supply_approving,
    supply_handing,
    supply_quotes,
    supply_wishes,
)
from compagnon.people.models import Organisation, Person

router = Routes(tag="supplies")
for resource in RESOURCES:
    router.add_router("", resource.routes())

Key = Annotated[int, Field(ge=1, lt=2**63)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
CurrencyCode = Literal["EUR", "USD", "GBP", "CHF"]
KindOfLine = Literal["equipment", "consumable", "licence", "service"]


class SupplyCaseOut(Schema):
    """A supply."""

    id: int
    reference: str
    ticket_id: int
    organisation_id: int
    title: str
    reason: str
    beneficiary_id: int
    quantity: int
    wanted_by: date | None
    budget_code: str
    stage: str
    owner_id: int | None
    amount_cents: int | None = Field(description="With tax, of the retained quote.")
    currency: str
    expected_on: date | None
    version: int


class WishIn(Body):
    """What is wished for, on a ticket or with a new one."""

    title: Annotated[str, Field(min_length=1, max_length=200, examples=["Deux écrans"])]
    reason: Annotated[str, Field(min_length=1, max_length=4000, examples=["Deux arrivées"])]
    ticket_id: Annotated[Key | None, Field(description="Nothing: a ticket is opened.")] = None
    requester_id: Annotated[Key | None, Field(description="Nothing: oneself.")] = None
    beneficiary_id: Key | None = None
    quantity: Annotated[int, Field(ge=1, le=100_000)] = 1
    wanted_by: Day | None = None
    budget_code: Annotated[str, Field(max_length=40)] = ""
    currency: CurrencyCode = "EUR"


class WishOut(Schema):
    """Where a supply stands, as who wished for it sees it."""

    id: int
    ticket_id: int
    stage: str


def _person(request: ApiRequest, key: int | None) -> Person | None:
    if key is None:
        return None
    rows = Person.objects.select_related("organisation")
    return get_visible(Person, request.actor, rows, pk=key)


@router.create("/supply-wishes", WishOut, location=lambda row: f"/supplies/{row.pk}")
def wish_for_supply(request: ApiRequest, body: WishIn) -> SupplyCase:
    """Begin a supply: what is wished for, for whom and why."""
    values = body.model_dump()
    requester = _person(request, values.pop("requester_id"))
    beneficiary = _person(request, values.pop("beneficiary_id"))
    return supply_wishes.wish(
        actor=request.actor, requester=requester, beneficiary=beneficiary, channel=Channel.API,
        **values,
    )  # fmt: skip


class WishChangeIn(Body):
    """What changes of the wish; what is absent stays."""

    title: Annotated[str, Field(min_length=1, max_length=200)] = "Trois écrans"
    reason: Annotated[str, Field(min_length=1, max_length=4000)] = "Trois arrivées"
    beneficiary_id: Key | None = None
    quantity: Annotated[int, Field(ge=1, le=100_000)] = 1
    wanted_by: Day | None = None
    budget_code: Annotated[str, Field(max_length=40)] = ""
    currency: CurrencyCode = "EUR"


def _case(request: ApiRequest, supply_id: int) -> SupplyCase:
    return get_visible(SupplyCase, request.actor, pk=supply_id)


@router.change("/supply-wishes/{supply_id}", SupplyCaseOut)
def change_supply(request: ApiRequest, supply_id: Id, body: WishChangeIn) -> SupplyCase:
    """Change the wish, until somebody is asked to approve it."""
    case = _case(request, supply_id)
    values = body.model_dump(exclude_unset=True)
    if "beneficiary_id" in values:
        person = _person(request, values.pop("beneficiary_id"))
        values |= {"beneficiary": person} if person else {}
    return supply_wishes.change_wish(
        actor=request.actor, supply_id=case.pk, values=values,
        expected_version=expected_version(request, case),
    )  # fmt: skip


class SupplyReasonIn(Body):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=400, examples=["Plus besoin"])]


@router.act("/supplies/{supply_id}/cancel", SupplyCaseOut)
def cancel_supply(request: ApiRequest, supply_id: Id, body: SupplyReasonIn) -> SupplyCase:
    """Give a supply up before it is ordered."""
    case = _case(request, supply_id)
    return supply_wishes.cancel(
        actor=request.actor, supply_id=case.pk, reason=body.reason,
        expected_version=expected_version(request, case),
    )  # fmt: skip


@router.act("/supplies/{supply_id}/take", SupplyCaseOut)
def take_supply(request: ApiRequest, supply_id: Id) -> SupplyCase:
    """Follow a supply: what is late is told to you."""
    return supply_wishes.follow(actor=request.actor, supply_id=_case(request, supply_id).pk)


@router.act("/supplies/{supply_id}/withdraw-wish", WishOut)
def withdraw_supply_wish(request: ApiRequest, supply_id: Id) -> SupplyCase:
    """Take your own wish back, while nobody works on it."""
    return supply_wishes.withdraw_wish(actor=request.actor, supply_id=supply_id)


class SupplyStepShown(Schema):
    """One step as it is drawn."""

    name: str
    state: Literal["done", "now", "later", "stopped"]


class SupplyProgressOut(Schema):
    """Where a supply of a ticket stands; the amount is empty unless your role shows it."""

    key: int
    reference: str
    title: str
    quantity: int
    stage: str
    steps: list[SupplyStepShown]
    wanted_by: date | None
    expected_on: date | None
    amount: str
    is_late: bool


class TicketSuppliesOut(Schema):
    """The supplies of a ticket."""

    items: list[SupplyProgressOut]


@router.show("/tickets/{ticket_id}/supplies", TicketSuppliesOut)
def get_ticket_supplies(request: ApiRequest, ticket_id: Id) -> dict[str, Any]:
    """Read where the supplies of a ticket stand: yours, or one that you work on."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return {"items": supply_reading.progress(request.actor, ticket)}


# --- quotes -------------------------------------------------------------------------------------


class QuoteLineIn(Body):
    """A line; rates in hundredths of a percent (2000 is 20 %)."""

    kind: KindOfLine = "equipment"
    designation: Annotated[str, Field(min_length=1, max_length=200, examples=["Écran 27 pouces"])]
    reference: Annotated[str, Field(max_length=80)] = ""
    quantity: Annotated[int, Field(ge=1, le=100_000)] = 1
    unit_price_cents: Annotated[int, Field(ge=0, le=1_000_000_000, examples=[24990])]
    discount_bp: Annotated[int, Field(ge=0, le=10_000)] = 0
    vat_bp: Annotated[int, Field(ge=0, le=10_000)] = 2000
    warranty_months: Annotated[int | None, Field(ge=0, le=240)] = None


class Paper(Body):
    """A document that the supplier sent."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["devis.pdf"])]
    content_base64: Annotated[str, Field(max_length=40_000_000, examples=["JVBERi0xLjQK"])]


def paper_of(given: dict[str, Any] | None) -> dict[str, Any]:
    """Give a document as the verbs take it.

    Raises:
        Invalid: it is not in base64.
    """
    if given is None:
        return {}
    try:
        content = base64.b64decode(given["content_base64"], validate=True)
    except ValueError as error:
        text = _("This is not base64.")
        raise Invalid(text, fields={"content_base64": [text]}) from error
    return {"content": content, "file_name": given["name"]}


class QuoteIn(Body):
    """What a supplier asks."""

    supplier_id: Key
    lines: Annotated[list[QuoteLineIn], Field(min_length=1, max_length=100)]
    reference: Annotated[str, Field(max_length=80)] = ""
    received_on: Day | None = None
    valid_until: Day | None = None
    delivery_days: Annotated[int | None, Field(ge=0, le=730)] = None
    note: Annotated[str, Field(max_length=4000)] = ""
    document: Paper | None = None


class QuoteLineOut(Schema):
    """A line, reckoned."""

    kind: str
    designation: str
    reference: str
    quantity: int
    unit_price_cents: int
    discount_bp: int
    vat_bp: int
    warranty_months: int | None
    net_cents: int
    vat_cents: int


class QuoteOut(Schema):
    """A quote, reckoned: VAT by rate on the sum of its lines, which add up to it."""

    id: int
    supply_id: int
    supplier_id: int
    reference: str
    received_on: date
    valid_until: date | None
    delivery_days: int | None
    net_cents: int
    vat_cents: int
    total_cents: int
    is_retained: bool
    retained_reason: str
    lines: list[QuoteLineOut]

    @staticmethod
    def resolve_lines(row: Quote) -> list[Any]:
        """Give the lines in their order."""
        return list(row.lines.all())


def _supplier(request: ApiRequest, key: int) -> Organisation:
    found = supply_quotes.suppliers(request.actor).filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


class SupplyQuotesQuery(ListQuery):
    """Of one supply."""

    ordering: Literal["total_cents", "-total_cents"] = "total_cents"


@router.index("/supplies/{supply_id}/quotes", QuoteOut)
def list_supply_quotes(
    request: ApiRequest, supply_id: Id, query: Query[SupplyQuotesQuery]
) -> QuerySet[Quote]:
    """List the quotes of a supply, the cheapest first."""
    rows = visible(Quote, request.actor).filter(supply=_case(request, supply_id))
    return rows.prefetch_related("lines")


@router.create(
    "/supplies/{supply_id}/quotes", QuoteOut, location=lambda row: f"/supply-quotes/{row.pk}"
)
def add_supply_quote(request: ApiRequest, supply_id: Id, body: QuoteIn) -> Quote:
    """Write a supplier's quote down."""
    case = _case(request, supply_id)
    return _keep(request, case, body, None)


def _keep(request: ApiRequest, case: SupplyCase, body: QuoteIn, quote_id: int | None) -> Quote:
    values = body.model_dump()
    supplier = _supplier(request, values.pop("supplier_id"))
    values |= paper_of(values.pop("document"))
    return supply_quotes.keep_quote(
        actor=request.actor, supply_id=case.pk, supplier=supplier, quote_id=quote_id,
        expected_version=expected_version(request, case), **values,
    )  # fmt: skip


def _quote(request: ApiRequest, quote_id: int) -> Quote:
    rows = Quote.objects.select_related("supply").prefetch_related("lines")
    return get_visible(Quote, request.actor, rows, pk=quote_id)


@router.show("/supply-quotes/{quote_id}", QuoteOut)
def get_supply_quote(request: ApiRequest, quote_id: Id) -> Quote:
    """Read a quote."""
    return _quote(request, quote_id)


@router.act("/supply-quotes/{quote_id}/rewrite", QuoteOut)
def rewrite_supply_quote(request: ApiRequest, quote_id: Id, body: QuoteIn) -> Quote:
    """Write a quote anew, until it is submitted."""
    found = _quote(request, quote_id)
    return _keep(request, found.supply, body, quote_id)


class RetainIn(Body):
    """Why this one, where another is cheaper."""

    reason: Annotated[str, Field(max_length=400)] = ""


@router.act("/supply-quotes/{quote_id}/retain", QuoteOut)
def retain_supply_quote(request: ApiRequest, quote_id: Id, body: RetainIn) -> Quote:
    """Retain a quote; one that is not the cheapest takes a reason."""
    found = _quote(request, quote_id)
    return supply_quotes.retain(
        actor=request.actor, quote_id=found.pk, reason=body.reason,
        expected_version=expected_version(request, found.supply),
    )  # fmt: skip


@router.download("/supply-quotes/{quote_id}/document")
def get_supply_quote_document(request: ApiRequest, quote_id: Id) -> HttpResponseBase:
    """Download the supplier's document of a quote."""
    found = _quote(request, quote_id)
    if found.file is None:
        raise NotFound
    return files.serve(found.file, name=found.file_name)


@router.remove("/supply-quotes/{quote_id}")
def remove_supply_quote(request: ApiRequest, quote_id: Id) -> None:
    """Take a quote away, until it was submitted."""
    supply_quotes.remove_quote(actor=request.actor, quote_id=_quote(request, quote_id).pk)


# --- approval and hand-over ---------------------------------------------------------------------


@router.act("/supplies/{supply_id}/submit", SupplyCaseOut)
def submit_supply(request: ApiRequest, supply_id: Id) -> SupplyCase:
    """Submit the retained quote to those who must approve its amount."""
    case = _case(request, supply_id)
    return supply_approving.submit(
        actor=request.actor, supply_id=case.pk, expected_version=expected_version(request, case)
    )


@router.act("/supplies/{supply_id}/withdraw", SupplyCaseOut)
def withdraw_supply(request: ApiRequest, supply_id: Id) -> SupplyCase:
    """Take back what was submitted, before it is decided."""
    case = _case(request, supply_id)
    return supply_approving.withdraw(
        actor=request.actor, supply_id=case.pk, expected_version=expected_version(request, case)
    )


class SupplyStepOut(Schema):
    """One step of an approval."""

    role: Literal["representative", "manager"]
    amount_cents: int
    state: str
    decided_by_id: int | None
    reason: str


class SupplyStepsOut(Schema):
    """The steps of the approval that was asked last."""

    items: list[SupplyStepOut]


@router.show("/supplies/{supply_id}/approval", SupplyStepsOut)
def get_supply_approval(request: ApiRequest, supply_id: Id) -> dict[str, list[SupplyStep]]:
    """Read who was asked to approve a supply, and what each decided."""
    return {"items": supply_reading.steps_of(_case(request, supply_id), request.actor)}


class SuppliedOut(Schema):
    """A machine that a delivery brought; ``sheet_id``: the custody sheet, if one is prepared."""

    id: int
    asset_id: int
    sheet_id: int | None
    stays_in_stock: bool


class SuppliedListOut(Schema):
    """The machines of a supply."""

    items: list[SuppliedOut]


def _machines(request: ApiRequest, case: SupplyCase) -> dict[str, Any]:
    rows = visible(SuppliedAsset, request.actor).filter(line__delivery__order__supply=case)
    return {"items": list(rows.order_by("pk"))}


@router.show("/supplies/{supply_id}/machines", SuppliedListOut)
def get_supply_machines(request: ApiRequest, supply_id: Id) -> dict[str, Any]:
    """Read the machines that the deliveries of a supply brought."""
    return _machines(request, _case(request, supply_id))


class SheetsIn(Body):
    """What goes with each machine."""

    accessories: Annotated[str, Field(max_length=1000)] = ""
    condition: Annotated[str, Field(max_length=1000)] = ""


@router.act("/supplies/{supply_id}/sheets", SuppliedListOut)
def prepare_supply_sheets(request: ApiRequest, supply_id: Id, body: SheetsIn) -> dict[str, Any]:
    """Prepare the custody sheet of each machine that waits; it is signed in the park."""
    case = _case(request, supply_id)
    supply_handing.prepare_sheets(actor=request.actor, supply_id=case.pk, **body.model_dump())
    return _machines(request, case)


class StaysIn(Body):
    """Whether it stays in stock."""

    stays: bool = True


@router.act("/supplied-machines/{supplied_id}/stays", SuppliedOut)
def keep_supplied_machine(request: ApiRequest, supplied_id: Id, body: StaysIn) -> SuppliedAsset:
    """Say that a machine stays in stock, or that somebody receives it after all."""
    return supply_handing.keep_in_stock(
        actor=request.actor, supplied_id=supplied_id, stays=body.stays
    )


@router.act("/supplies/{supply_id}/hand-over", SupplyCaseOut)
def hand_supply_over(request: ApiRequest, supply_id: Id) -> SupplyCase:
    """End a supply: everything is delivered and signed for; its ticket may be solved."""
    case = _case(request, supply_id)
    return supply_handing.hand_over(
        actor=request.actor, supply_id=case.pk, expected_version=expected_version(request, case)
    )
