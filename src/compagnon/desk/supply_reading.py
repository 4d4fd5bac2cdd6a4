"""Reads of supplies: how they stand, what users see of them, what was spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.models import (
    DeliveryLine,
    OrderLine,
    PurchaseOrder,
    Quote,
    SuppliedAsset,
    SupplierInvoice,
    SupplyCase,
    SupplyStep,
    Ticket,
)
from compagnon.desk.policies import is_support, may_as_party
from compagnon.desk.policies_supply import VIEW, may
from compagnon.desk.supplying import amounts, matching, stages
from compagnon.park.money import amount

LINE_FIELDS = (
    "kind", "designation", "reference", "quantity", "unit_price_cents", "discount_bp", "vat_bp",
    "warranty_months",
)  # fmt: skip
STEP_WORDS = {
    "wish": _("Wish"),
    "quote": _("Quotes"),
    "approval": _("Approval"),
    "ordered": pgettext_lazy("purchase", "Order"),
    "delivered": pgettext_lazy("purchase", "Delivery"),
    "handed": _("Hand-over"),
}


@dataclass(frozen=True, slots=True)
class DrawnStep:
    """One step in words; ``state`` is done, now, later or stopped."""

    name: str
    label: object
    state: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A supply as who wished for it sees it: neither supplier nor price, unless a role shows them.

    ``key`` is the supply's.
    """

    key: int
    reference: str
    title: str
    quantity: int
    beneficiary: str
    stage: str
    stage_label: str
    steps: list[DrawnStep]
    wanted_by: date | None
    expected_on: date | None
    amount: str
    is_late: bool
    may_withdraw: bool
    may_open: bool


def drawn(supply: SupplyCase) -> list[DrawnStep]:
    """Give the steps of a supply in words."""
    return [
        DrawnStep(one.name, STEP_WORDS[one.name], one.state)
        for one in stages.steps(supply.stage, reached=supply.stopped_at_stage)
    ]


def progress(actor: Actor, ticket: Ticket) -> list[Progress]:
    """Give where the supplies of a ticket stand, to who asked and to who works on it.

    The caller has shown that the ticket is visible.
    """
    if not (may_as_party(actor, ticket) or is_support(actor, ticket)
            or may(actor, VIEW, ticket.organisation_id)):  # fmt: skip
        return []
    rows = SupplyCase.objects.filter(ticket=ticket).select_related("beneficiary").order_by("pk")
    return [progress_of(actor, ticket, row) for row in rows]


def progress_of(actor: Actor, ticket: Ticket, row: SupplyCase) -> Progress:
    """Give where one supply stands."""
    sees = may(actor, VIEW, row.organisation_id)
    awaited = row.stage in stages.ON_ORDER
    return Progress(
        key=row.pk,
        reference=row.reference,
        title=row.title,
        quantity=row.quantity,
        beneficiary=str(row.beneficiary),
        stage=row.stage,
        stage_label=str(row.get_stage_display()),
        steps=drawn(row),
        wanted_by=row.wanted_by,
        expected_on=row.expected_on if awaited else None,
        amount=amount(row.amount_cents, row.currency) if sees and row.amount_cents else "",
        is_late=bool(awaited and row.expected_on and row.expected_on < timezone.localdate()),
        may_withdraw=row.stage == stages.WISH and may_as_party(actor, ticket),
        may_open=sees,
    )


def matched(order: PurchaseOrder) -> matching.Match:
    """Hold an order against its deliveries and its invoices, in cents with tax."""
    lines = list(OrderLine.objects.filter(order=order))
    sums = dict(
        SupplierInvoice.objects.filter(order=order)
        .values_list("is_credit")
        .annotate(sum=Sum("total_cents"))
        .order_by()
    )
    return match_of(order, lines, sums.get(False) or 0, sums.get(True) or 0)


def match_of(
    order: PurchaseOrder, lines: list[OrderLine], invoiced: int, credited: int
) -> matching.Match:
    """The same, of rows that are read already."""
    came = sum(
        amounts.part(line.net_cents, line.quantity_delivered, line.quantity)
        + amounts.part(line.vat_cents, line.quantity_delivered, line.quantity)
        for line in lines
    )
    return matching.Match(ordered=order.total_cents, delivered=came, invoiced=invoiced - credited)


# --- one supply ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """A quote beside the others; ``share`` is its total in hundredths of the dearest."""

    quote: Quote
    lines: list[Any]
    share: int
    over_cheapest: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One thing, with the unit price after discount that each quote asks; ``None``: not in it."""

    designation: str
    prices: list[int | None]
    lowest: int | None


def compared(case: SupplyCase, actor: Actor) -> tuple[list[Compared], list[ComparedLine]]:
    """Hold the quotes of a supply side by side, the cheapest first."""
    rows = visible(Quote, actor).filter(supply=case).select_related("supplier", "file")
    quotes = list(rows.prefetch_related("lines").order_by("total_cents", "pk"))
    if not quotes:
        return [], []
    least, most = quotes[0].total_cents, max(one.total_cents for one in quotes)
    today = timezone.localdate()
    found = [
        Compared(
            quote=one,
            lines=list(one.lines.all()),
            share=round(100 * one.total_cents / most) if most else 0,
            over_cheapest=one.total_cents - least,
            is_over=bool(one.valid_until and one.valid_until < today),
        )
        for one in quotes
    ]
    return found, _by_line(found)


def _by_line(found: Sequence[Compared]) -> list[ComparedLine]:
    names: dict[str, str] = {}
    priced: list[dict[str, int]] = []
    for one in found:
        prices: dict[str, int] = {}
        for line in one.lines:
            key = (line.reference or line.designation).casefold()
            names.setdefault(key, line.designation)
            prices[key] = amounts.half_up(line.net_cents, line.quantity)
        priced.append(prices)
    made = []
    for key, name in names.items():
        row = [prices.get(key) for prices in priced]
        known = [one for one in row if one is not None]
        made.append(ComparedLine(name, row, min(known) if len(known) > 1 else None))
    return made


def steps_of(case: SupplyCase, actor: Actor) -> list[SupplyStep]:
    """Give the steps of the approval that was asked last."""
    rows = list(
        visible(SupplyStep, actor)
        .filter(supply=case)
        .select_related("decided_by")
        .order_by("round", "position")
    )
    last = max((one.round for one in rows), default=0)
    return [one for one in rows if one.round == last]


def whole(actor: Actor, case: SupplyCase) -> dict[str, Any]:
    """Give everything that the page of a supply shows, in a fixed number of queries."""
    quotes, by_line = compared(case, actor)
    supplied = (
        visible(SuppliedAsset, actor)
        .filter(line__delivery__order__supply=case)
        .select_related("asset", "sheet")
        .order_by("pk")
    )
    return {
        "case": case,
        "steps": drawn(case),
        "quotes": quotes,
        "by_line": by_line if len(quotes) > 1 else [],
        "retained": next((one.quote for one in quotes if one.quote.is_retained), None),
        "approvals": steps_of(case, actor),
        "orders": list(
            visible(PurchaseOrder, actor)
            .filter(supply=case)
            .select_related("supplier")
            .order_by("-pk")
        ),
        "supplied": list(supplied[:500]),
        "writable": case.stage in stages.WRITABLE,
        "over": case.stage in stages.OVER,
        "on_order": case.stage in stages.ON_ORDER,
    }


# --- one order ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineState:
    """A line of an order, and what still has to come of it."""

    line: OrderLine
    outstanding: int
    is_over: bool


def order_whole(actor: Actor, order: PurchaseOrder) -> dict[str, Any]:
    """Give everything that the page of an order shows, in a fixed number of queries."""
    lines = list(visible(OrderLine, actor).filter(order=order).order_by("position", "pk"))
    invoices = list(visible(SupplierInvoice, actor).filter(order=order).select_related("file"))
    came = (
        visible(DeliveryLine, actor)
        .filter(delivery__order=order)
        .select_related("delivery__received_by", "order_line")
        .order_by("delivery__received_on", "delivery_id", "pk")
    )
    credited = sum(one.total_cents for one in invoices if one.is_credit)
    invoiced = sum(one.total_cents for one in invoices if not one.is_credit)
    return {
        "order": order,
        "case": order.supply,
        "totals": amounts.totals(lines),
        "lines": [
            LineState(one, stages.outstanding(one), one.quantity_delivered > one.quantity)
            for one in lines
        ],
        "came": list(came),
        "invoices": invoices,
        "match": match_of(order, lines, invoiced, credited),
        "is_awaited": order.state in AWAITED,
        "is_late": bool(
            order.state in AWAITED
            and order.expected_on
            and order.expected_on < timezone.localdate()
        ),
    }


AWAITED = frozenset({"placed", "confirmed", "partial"})


# --- figures ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spent:
    """What was ordered under one heading, in cents with tax; ``share``: hundredths of the most."""

    label: str
    cents: int
    orders: int
    share: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What was ordered in a year, in one currency."""

    year: int
    currency: str
    months: list[Spent]
    organisations: list[Spent]
    suppliers: list[Spent]
    total: int
    outstanding: list[PurchaseOrder]
    outstanding_cents: int


def _spent(rows: Sequence[tuple[str, int]]) -> list[Spent]:
    sums: dict[str, list[int]] = {}
    for label, cents in rows:
        sums.setdefault(label, []).append(cents)
    most = max((sum(one) for one in sums.values()), default=0)
    return [
        Spent(label, sum(one), len(one), round(100 * sum(one) / most) if most else 0)
        for label, one in sums.items()
    ]


MOST_DRAWN, MOST_ORDERS = 20, 50_000


def figures(actor: Actor, *, year: int, currency: str, organisation_id: int | None) -> Figures:
    """Reckon what was ordered in a year: by month, organisation and supplier; what is awaited."""
    rows = visible(PurchaseOrder, actor).filter(currency=currency).exclude(state="cancelled")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    told = list(
        rows.filter(Q(ordered_on__year=year))
        .order_by("ordered_on")
        .values_list("ordered_on", "organisation__name", "supplier__name", "total_cents")[
            :MOST_ORDERS
        ]
    )
    months = {f"{year}-{month:02}": 0 for month in range(1, 13)}
    by_month = {
        one.label: one
        for one in _spent([(day.strftime("%Y-%m"), cents) for day, *_, cents in told])
    }
    awaited = rows.filter(state__in=AWAITED).select_related("supplier", "organisation", "supply")
    waiting = list(awaited.order_by("expected_on", "pk")[:200])
    return Figures(
        year=year,
        currency=currency,
        months=[by_month.get(label, Spent(label, 0, 0, 0)) for label in months],
        organisations=_most([(name, cents) for _day, name, _supplier, cents in told]),
        suppliers=_most([(name, cents) for _day, _organisation, name, cents in told]),
        total=sum(cents for *_, cents in told),
        outstanding=waiting,
        outstanding_cents=rows.filter(state__in=AWAITED).aggregate(sum=Sum("total_cents"))["sum"]
        or 0,
    )


def _most(rows: Sequence[tuple[str, int]]) -> list[Spent]:
    return sorted(_spent(rows), key=lambda one: (-one.cents, one.label))[:MOST_DRAWN]
