"""Orders, deliveries, invoices and figures by API: the same verbs as the pages."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http.response import HttpResponseBase
from ninja import Query, Schema
from pydantic import Field

from compagnon.core import files
from compagnon.core.api import ApiRequest, Body, Id, Routes, expected_version
from compagnon.core.errors import NotFound, Refused
from compagnon.core.visibility import get_visible
from compagnon.desk import supply_reading
from compagnon.desk.api.supply import (
    CurrencyCode,
    Day,
    Key,
    Paper,
    SupplyReasonIn,
    _case,
    paper_of,
)
from compagnon.desk.models import Delivery, DeliveryLine, PurchaseOrder, SupplierInvoice
from compagnon.desk.policies_supply import VIEW
from compagnon.desk.services import supply_invoices, supply_ordering, supply_receiving
from compagnon.desk.services.supply_receiving import Received
from compagnon.park.models import AssetType, Consumable, Licence, StockPlace
from compagnon.people.models import Site

router = Routes(tag="supplies")

Cents = Annotated[int, Field(ge=0, le=10**12)]


class OrderPlacedOut(Schema):
    """An order to a supplier."""

    id: int
    reference: str
    supply_id: int
    organisation_id: int
    supplier_id: int
    state: str
    ordered_on: date
    expected_on: date | None
    confirmed_on: date | None
    supplier_reference: str
    currency: str
    net_cents: int
    vat_cents: int
    total_cents: int
    version: int


class OrderIn(Body):
    """How the retained quote is ordered."""

    sent_to: Annotated[str, Field(max_length=254, description="Empty: nothing is sent.")] = ""
    language: Literal["fr", "en"] = "fr"
    deliver_to: Annotated[str, Field(max_length=400)] = ""
    note: Annotated[str, Field(max_length=2000)] = ""
    expected_on: Day | None = None
    hold: Annotated[bool, Field(description="Put the ticket on hold until it comes.")] = True


@router.create(
    "/supplies/{supply_id}/order", OrderPlacedOut, location=lambda row: f"/purchase-orders/{row.pk}"
)
def order_supply(request: ApiRequest, supply_id: Id, body: OrderIn) -> PurchaseOrder:
    """Order the retained quote, once it is approved."""
    case = _case(request, supply_id)
    return supply_ordering.order(
        actor=request.actor, supply_id=case.pk, expected_version=expected_version(request, case),
        **body.model_dump(),
    )  # fmt: skip


def _order(request: ApiRequest, order_id: int) -> PurchaseOrder:
    rows = PurchaseOrder.objects.select_related("supply")
    return get_visible(PurchaseOrder, request.actor, rows, pk=order_id)


class ConfirmIn(Body):
    """What the supplier confirmed."""

    confirmed_on: Day | None = None
    expected_on: Day | None = None
    supplier_reference: Annotated[str, Field(max_length=80)] = ""


@router.act("/purchase-orders/{order_id}/confirm", OrderPlacedOut)
def confirm_purchase_order(request: ApiRequest, order_id: Id, body: ConfirmIn) -> PurchaseOrder:
    """Note that the supplier confirmed, with the day on which it comes."""
    found = _order(request, order_id)
    return supply_ordering.confirm(
        actor=request.actor, order_id=found.pk, expected_version=expected_version(request, found),
        **body.model_dump(),
    )  # fmt: skip


class SendOrderIn(Body):
    """Where it is sent."""

    sent_to: Annotated[str, Field(max_length=254, examples=["commandes@fournisseur.example"])]


@router.act("/purchase-orders/{order_id}/send", OrderPlacedOut)
def send_purchase_order(request: ApiRequest, order_id: Id, body: SendOrderIn) -> PurchaseOrder:
    """Send the order's document again, or to another address."""
    found = _order(request, order_id)
    return supply_ordering.send_order(
        actor=request.actor, order_id=found.pk, sent_to=body.sent_to,
        expected_version=expected_version(request, found),
    )  # fmt: skip


@router.act("/purchase-orders/{order_id}/cancel", OrderPlacedOut)
def cancel_purchase_order(request: ApiRequest, order_id: Id, body: SupplyReasonIn) -> PurchaseOrder:
    """Cancel an order, or what has not come of it."""
    found = _order(request, order_id)
    return supply_ordering.cancel_order(
        actor=request.actor, order_id=found.pk, reason=body.reason,
        expected_version=expected_version(request, found),
    )  # fmt: skip


# --- deliveries ---------------------------------------------------------------------------------


class ReceivedIn(Body):
    """What came of one line, and where it goes in the park."""

    line_id: Key
    accepted: Annotated[int, Field(ge=0, le=100_000)] = 0
    refused: Annotated[int, Field(ge=0, le=100_000)] = 0
    refusal: Literal["", "damaged", "wrong", "excess", "other"] = ""
    refusal_note: Annotated[str, Field(max_length=400)] = ""
    serials: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=128)]], Field(max_length=2000)
    ] = []
    asset_type_id: Key | None = None
    manufacturer: Annotated[str, Field(max_length=120)] = ""
    model: Annotated[str, Field(max_length=160)] = ""
    site_id: Key | None = None
    place_id: Key | None = None
    warranty_months: Annotated[int | None, Field(ge=0, le=240)] = None
    consumable_id: Key | None = None
    licence_id: Key | None = None


class DeliveryIn(Body):
    """A delivery, whole or in part."""

    lines: Annotated[list[ReceivedIn], Field(min_length=1, max_length=100)]
    received_on: Day | None = None
    note_number: Annotated[str, Field(max_length=80)] = ""
    note: Annotated[str, Field(max_length=2000)] = ""
    confirm_excess: bool = False


class DeliveryLineOut(Schema):
    """What came of one line."""

    id: int
    order_line_id: int
    accepted: int
    refused: int
    refusal: str
    return_state: str
    returned_on: date | None
    credit_number: str


class DeliveryOut(Schema):
    """A delivery."""

    id: int
    order_id: int
    received_on: date
    note_number: str
    lines: list[DeliveryLineOut]

    @staticmethod
    def resolve_lines(row: Delivery) -> list[Any]:
        """Give its lines."""
        return list(row.lines.all())


_ROWS: dict[str, Any] = {
    "asset_type": AssetType,
    "site": Site,
    "place": StockPlace,
    "consumable": Consumable,
    "licence": Licence,
}


def _received(request: ApiRequest, one: dict[str, Any]) -> Received:
    for name, model in _ROWS.items():
        key = one.pop(f"{name}_id")
        one[name] = None if key is None else get_visible(model, request.actor, pk=key)
    return Received(**one)


@router.create(
    "/purchase-orders/{order_id}/deliveries",
    DeliveryOut,
    location=lambda row: f"/purchase-orders/{row.order_id}",
)
def receive_delivery(request: ApiRequest, order_id: Id, body: DeliveryIn) -> Delivery:
    """Receive a delivery: what is taken goes into the park."""
    found = _order(request, order_id)
    values = body.model_dump()
    lines = [_received(request, one) for one in values.pop("lines")]
    return supply_receiving.receive(
        actor=request.actor, order_id=found.pk, lines=lines,
        expected_version=expected_version(request, found), **values,
    )  # fmt: skip


class SendBackIn(Body):
    """When it went back."""

    returned_on: Day | None = None


@router.act("/delivery-lines/{line_id}/send-back", DeliveryLineOut)
def send_delivery_line_back(request: ApiRequest, line_id: Id, body: SendBackIn) -> DeliveryLine:
    """Note that what was refused went back to the supplier."""
    return supply_receiving.send_back(
        actor=request.actor, line_id=line_id, returned_on=body.returned_on
    )


class CreditIn(Body):
    """The credit note of what was refused."""

    credit_number: Annotated[str, Field(min_length=1, max_length=80, examples=["AV-12"])]


@router.act("/delivery-lines/{line_id}/credit", DeliveryLineOut)
def credit_delivery_line(request: ApiRequest, line_id: Id, body: CreditIn) -> DeliveryLine:
    """Note that the supplier credits what was refused: it is awaited no more."""
    return supply_receiving.credit(
        actor=request.actor, line_id=line_id, credit_number=body.credit_number
    )


# --- invoices and figures -----------------------------------------------------------------------


class InvoiceIn(Body):
    """An invoice, or a credit note with its amounts without a sign."""

    number: Annotated[str, Field(min_length=1, max_length=80, examples=["F-2026-118"])]
    invoiced_on: Day
    net_cents: Cents
    vat_cents: Cents
    total_cents: Cents
    is_credit: bool = False
    note: Annotated[str, Field(max_length=400)] = ""
    document: Paper | None = None


class InvoiceOut(Schema):
    """An invoice or a credit note."""

    id: int
    order_id: int
    number: str
    is_credit: bool
    invoiced_on: date
    net_cents: int
    vat_cents: int
    total_cents: int
    note: str


@router.create(
    "/purchase-orders/{order_id}/invoices",
    InvoiceOut,
    location=lambda row: f"/purchase-orders/{row.order_id}",
)
def keep_supplier_invoice(request: ApiRequest, order_id: Id, body: InvoiceIn) -> SupplierInvoice:
    """Keep a supplier's invoice or credit note."""
    found = _order(request, order_id)
    values = body.model_dump()
    values |= paper_of(values.pop("document"))
    return supply_invoices.keep_invoice(actor=request.actor, order_id=found.pk, **values)


@router.download("/supplier-invoices/{invoice_id}/document")
def get_supplier_invoice_document(request: ApiRequest, invoice_id: Id) -> HttpResponseBase:
    """Download the supplier's document of an invoice."""
    rows = SupplierInvoice.objects.select_related("file")
    found = get_visible(SupplierInvoice, request.actor, rows, pk=invoice_id)
    if found.file is None:
        raise NotFound
    return files.serve(found.file, name=found.file_name)


@router.download("/purchase-orders/{order_id}/document")
def get_purchase_order_document(request: ApiRequest, order_id: Id) -> HttpResponseBase:
    """Download the PDF of an order, as it was made when it was ordered."""
    found = _order(request, order_id)
    if found.document is None:
        raise NotFound
    return files.serve(found.document, name=f"{found.reference}.pdf")


class PlacedLineOut(Schema):
    """A line of an order, and what became of it."""

    id: int
    kind: str
    designation: str
    reference: str
    quantity: int
    quantity_delivered: int
    quantity_dropped: int
    outstanding: int
    unit_price_cents: int
    discount_bp: int
    vat_bp: int
    net_cents: int


class MatchOut(Schema):
    """Order, delivery and invoice held against each other, in cents with tax."""

    ordered_cents: int
    delivered_cents: int
    invoiced_cents: int
    over_delivered_cents: int
    over_ordered_cents: int
    verdict: Literal["none", "agrees", "partly", "over_delivered", "over_ordered"]


class PlacedWholeOut(Schema):
    """An order with its lines, what came, its invoices, and whether they agree."""

    order: OrderPlacedOut
    lines: list[PlacedLineOut]
    came: list[DeliveryLineOut]
    invoices: list[InvoiceOut]
    match: MatchOut


@router.show("/purchase-orders/{order_id}/whole", PlacedWholeOut)
def get_purchase_order_whole(request: ApiRequest, order_id: Id) -> dict[str, Any]:
    """Read an order with its lines, its deliveries and its invoices."""
    found = supply_reading.order_whole(request.actor, _order(request, order_id))
    match = found["match"]
    return {
        "order": found["order"],
        "lines": [
            {name: getattr(one.line, name) for name in PlacedLineOut.model_fields
             if name != "outstanding"} | {"outstanding": one.outstanding}
            for one in found["lines"]
        ],
        "came": found["came"],
        "invoices": found["invoices"],
        "match": {
            "ordered_cents": match.ordered,
            "delivered_cents": match.delivered,
            "invoiced_cents": match.invoiced,
            "over_delivered_cents": match.over_delivered,
            "over_ordered_cents": match.over_ordered,
            "verdict": match.verdict,
        },
    }  # fmt: skip


class FiguresQuery(Schema):
    """Which year, in which currency, of which organisation."""

    year: Annotated[int, Field(ge=2000, le=2099, examples=[2026])]
    currency: CurrencyCode = "EUR"
    organisation_id: Key | None = None


class SpentOut(Schema):
    """What was ordered under one heading, in cents with tax."""

    label: str
    cents: int
    orders: int


class SupplyFiguresOut(Schema):
    """What was ordered in a year, and what is awaited now."""

    year: int
    currency: str
    total: int
    months: list[SpentOut]
    organisations: list[SpentOut]
    suppliers: list[SpentOut]
    outstanding_cents: int


@router.show("/supply-figures", SupplyFiguresOut)
def get_supply_figures(request: ApiRequest, query: Query[FiguresQuery]) -> supply_reading.Figures:
    """Reckon what was ordered in a year: by month, by organisation, by supplier."""
    if not request.actor.scope.allows_somewhere(VIEW):
        raise Refused
    return supply_reading.figures(
        request.actor, year=query.year, currency=query.currency,
        organisation_id=query.organisation_id,
    )  # fmt: skip
