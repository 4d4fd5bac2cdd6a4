"""The supplies of each client, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils import timezone

from compagnon.core import files
from compagnon.desk.models import (
    ApprovalThreshold,
    Delivery,
    DeliveryLine,
    OrderLine,
    PurchaseOrder,
    Quote,
    QuoteLine,
    SuppliedAsset,
    SupplierInvoice,
    SupplyCase,
    SupplyStep,
)
from compagnon.desk.services.supply_ordering import next_number

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side

LINE = {"position": 0, "quantity": 3, "unit_price_cents": 1000, "net_cents": 3000,
        "vat_cents": 600}  # fmt: skip
SUMS = {"net_cents": 3000, "vat_cents": 600, "total_cents": 3600}


def furnish(side: Side, mark: str) -> None:
    """Add to a client a supply that is ordered and came in part, with all its papers."""
    now, today = timezone.now(), timezone.localdate()
    ticket, paper = side.objects["ticket"], files.store(mark.encode())
    case = SupplyCase.objects.create(
        ticket=ticket, organisation=side.organisation, title=f"Écran {mark}",
        reason=f"Pour {mark}", beneficiary=side.person, stage="partial", made_at=now,
        moved_at=now, amount_cents=3600, budget_code=mark[:40], expected_on=today,
    )  # fmt: skip
    quote = Quote.objects.create(
        supply=case, supplier=side.organisation, reference=f"D {mark}", received_on=today,
        is_retained=True, note=mark, file=paper, file_name=f"{mark}.txt", **SUMS,
    )  # fmt: skip
    QuoteLine.objects.create(quote=quote, designation=f"Écran {mark}", **LINE)
    number = next_number(side.organisation, today.year)
    order = PurchaseOrder.objects.create(
        supply=case, organisation=side.organisation, quote=quote, supplier=side.organisation,
        year=today.year, number=number, state="partial", ordered_on=today, expected_on=today,
        language="fr", deliver_to=mark, currency="EUR", made_at=now, document=paper, **SUMS,
    )  # fmt: skip
    line = OrderLine.objects.create(
        order=order, designation=f"Écran {mark}", quantity_delivered=1, **LINE
    )
    delivery = Delivery.objects.create(order=order, received_on=today, note=mark, made_at=now)
    came = DeliveryLine.objects.create(
        delivery=delivery, order_line=line, accepted=1, refused=1, refusal="damaged",
        refusal_note=mark, return_state="to_return",
    )  # fmt: skip
    machine = side.objects["asset"]
    supplied, _new = SuppliedAsset.objects.get_or_create(asset=machine, defaults={"line": came})
    invoice = SupplierInvoice.objects.create(
        order=order, organisation=side.organisation, supplier=side.organisation,
        number=f"F {mark} {order.pk}", invoiced_on=today, made_at=now, file=paper,
        file_name=f"{mark}.txt", **SUMS,
    )  # fmt: skip
    SupplyStep.objects.create(
        supply=case, quote=quote, round=1, position=0, role="manager", amount_cents=3600,
        state="approved", decided_by=side.manager, reason=mark,
    )  # fmt: skip
    threshold, _new = ApprovalThreshold.objects.get_or_create(
        organisation=side.organisation, defaults={"representative_over_cents": 5}
    )
    side.objects.update(
        supply=case, quote=quote, purchase_order=order, order_line=line, delivery_line=came,
        supplied=supplied, invoice=invoice, threshold=threshold,
    )  # fmt: skip


def kept(name: str) -> Callable[[Any], list[Any]]:
    """Name one of a side's objects."""
    return lambda side: [side.objects[name].pk]


def words(*values: str) -> Callable[[Any], list[Any]]:
    """Give values that name no object."""
    return lambda _side: list(values)


ROWS: dict[type[Model], Callable[[Any], Model]] = {
    SupplyCase: lambda side: side.objects["supply"],
    PurchaseOrder: lambda side: side.objects["purchase_order"],
    ApprovalThreshold: lambda side: side.objects["threshold"],
}
PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "desk/supplies/<pk>": kept("supply"),
    "desk/supplies/<pk>/do/<name>": words("take", "submit", "withdraw", "sheets", "hand-over"),
    "desk/orders/<pk>": kept("purchase_order"),
    "desk/quotes/<pk>": kept("quote"),
    "desk/invoices/<pk>": kept("invoice"),
    "desk/refused/<pk>": kept("delivery_line"),
    "desk/supplied/<pk>": kept("supplied"),
    "portal/wishes/<pk>": kept("supply"),
    "api/v1/supplies/<supply_id>": kept("supply"),
    "api/v1/supply-wishes/<supply_id>": kept("supply"),
    "api/v1/supply-quotes/<quote_id>": kept("quote"),
    "api/v1/supplied-machines/<supplied_id>": kept("supplied"),
    "api/v1/purchase-orders/<order_id>": kept("purchase_order"),
    "api/v1/delivery-lines/<line_id>": kept("delivery_line"),
    "api/v1/supplier-invoices/<invoice_id>": kept("invoice"),
}
# Each page, and the operations that do what it does.
TWINS: Mapping[str, str] = {
    "desk/supplies/<pk>/":
        "GET /supplies/{row_id}, GET /supplies/{supply_id}/quotes, "
        "GET /supplies/{supply_id}/approval, GET /supplies/{supply_id}/machines",
    "desk/supplies/suppliers/": "GET /pick/suppliers",
    "desk/supplies/new/": "POST /supply-wishes",
    "desk/supplies/figures/": "GET /supply-figures",
    "desk/supplies/<pk>/change/": "PATCH /supply-wishes/{supply_id}",
    "desk/supplies/<pk>/cancel/": "POST /supplies/{supply_id}/cancel",
    "desk/supplies/<pk>/do/<name>/":
        "POST /supplies/{supply_id}/take, POST /supplies/{supply_id}/submit, "
        "POST /supplies/{supply_id}/withdraw, POST /supplies/{supply_id}/sheets, "
        "POST /supplies/{supply_id}/hand-over",
    "desk/supplies/<pk>/quotes/": "POST /supplies/{supply_id}/quotes",
    "desk/supplies/<pk>/order/": "POST /supplies/{supply_id}/order",
    "desk/quotes/<pk>/change/":
        "GET /supply-quotes/{quote_id}, POST /supply-quotes/{quote_id}/rewrite",
    "desk/quotes/<pk>/retain/": "POST /supply-quotes/{quote_id}/retain",
    "desk/quotes/<pk>/remove/": "DELETE /supply-quotes/{quote_id}",
    "desk/quotes/<pk>/document/": "GET /supply-quotes/{quote_id}/document",
    "desk/orders/<pk>/":
        "GET /purchase-orders/{row_id}, GET /purchase-orders/{order_id}/whole",
    "desk/orders/<pk>/document/": "GET /purchase-orders/{order_id}/document",
    "desk/orders/<pk>/send/": "POST /purchase-orders/{order_id}/send",
    "desk/orders/<pk>/confirm/": "POST /purchase-orders/{order_id}/confirm",
    "desk/orders/<pk>/cancel/": "POST /purchase-orders/{order_id}/cancel",
    "desk/orders/<pk>/receive/": "POST /purchase-orders/{order_id}/deliveries",
    "desk/orders/<pk>/invoice/": "POST /purchase-orders/{order_id}/invoices",
    "desk/invoices/<pk>/document/": "GET /supplier-invoices/{invoice_id}/document",
    "desk/refused/<pk>/back/": "POST /delivery-lines/{line_id}/send-back",
    "desk/refused/<pk>/credit/": "POST /delivery-lines/{line_id}/credit",
    "desk/supplied/<pk>/stays/": "POST /supplied-machines/{supplied_id}/stays",
}  # fmt: skip
