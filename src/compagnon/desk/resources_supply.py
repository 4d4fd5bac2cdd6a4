"""Supplies, orders and thresholds as lists: sorted, narrowed, taken away as CSV."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

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
from compagnon.core.errors import Invalid
from compagnon.desk.models import ApprovalThreshold, PurchaseOrder, SupplyCase
from compagnon.desk.policies_supply import CONFIGURE, VIEW
from compagnon.park.money import amount


def _amount(row: Any) -> str:
    return "" if row.amount_cents is None else amount(row.amount_cents, row.currency)


def _check(values: dict[str, Any], row: ApprovalThreshold | None = None) -> None:
    def said(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    low, high = said("representative_over_cents"), said("manager_over_cents")
    if low is not None and high is not None and high < low:
        raise Invalid(
            fields={"manager_over_cents": [_("It is under the representative’s threshold.")]}
        )


def _create(actor: Actor, values: dict[str, Any]) -> ApprovalThreshold:
    _check(values)
    made: ApprovalThreshold = bound(APPROVAL_THRESHOLDS).create(actor=actor, values=values)
    return made


def _change(
    actor: Actor, row: ApprovalThreshold, values: dict[str, Any], version: int | None
) -> ApprovalThreshold:
    _check(values, row)
    changed: ApprovalThreshold = bound(APPROVAL_THRESHOLDS).change(
        actor=actor, row=row, values=values, expected_version=version
    )
    return changed


SUPPLIES = Resource(
    room="desk",
    model=SupplyCase,
    noun="supply",
    plural="supplies",
    icon="truck",
    columns=(
        Column("reference", label=_("Number"), value=lambda row: row.reference),
        Column("title"),
        Column("stage", sort=True),
        Column("organisation", sort="organisation__name"),
        Column("beneficiary"),
        Column("quantity", shown=False),
        Column("wanted_by", sort=True, shown=False),
        Column("expected_on", sort=True),
        Column("amount", label=_("amount with tax"), sort="amount_cents", value=_amount),
        Column("budget_code", sort=True, shown=False),
        Column("owner", shown=False),
        Column("made_at", sort=True, shown=False),
        Column("moved_at", sort=True),
    ),
    form=("title", "reason", "quantity", "wanted_by", "budget_code", "currency"),
    detail=(
        "ticket", "organisation", "title", "reason", "beneficiary", "quantity", "wanted_by",
        "budget_code", "stage", "end_reason", "owner", "amount_cents", "currency", "expected_on",
        "made_at", "moved_at",
    ),
    filters=(
        Search(columns=("title", "budget_code")),
        Choice("stage"),
        Relation("organisation"),
        Dates("expected_on"),
        Dates("made_at"),
    ),
    ordering="-moved_at",
    own_verbs=Verbs.of(view=VIEW, manage=VIEW),
    can=frozenset(),
)  # fmt: skip

PURCHASE_ORDERS = Resource(
    room="desk",
    model=PurchaseOrder,
    noun="purchase_order",
    plural="purchase_orders",
    icon="shopping-cart",
    columns=(
        Column("reference", label=_("Number"), value=lambda row: row.reference),
        Column("supplier", sort="supplier__name"),
        Column("organisation", sort="organisation__name"),
        Column("state", sort=True),
        Column("ordered_on", sort=True),
        Column("expected_on", sort=True),
        Column("ordered_by", shown=False),
        Column("net", label=_("before tax"), shown=False,
               value=lambda row: amount(row.net_cents, row.currency)),
        Column("total", label=_("with tax"), sort="total_cents",
               value=lambda row: amount(row.total_cents, row.currency)),
        Column("supplier_reference", shown=False),
    ),
    form=("note",),
    detail=(
        "supply", "organisation", "supplier", "year", "number", "state", "ordered_on",
        "expected_on", "confirmed_on", "supplier_reference", "language", "deliver_to", "currency",
        "net_cents", "vat_cents", "total_cents", "cancelled_on", "cancel_reason",
    ),
    filters=(
        Choice("state"),
        Relation("organisation"),
        Relation("supplier"),
        Dates("ordered_on"),
        Dates("expected_on"),
    ),
    ordering="-ordered_on",
    own_verbs=Verbs.of(view=VIEW, manage=VIEW),
    can=frozenset(),
)  # fmt: skip

APPROVAL_THRESHOLDS = Resource(
    room="desk",
    model=ApprovalThreshold,
    noun="approval_threshold",
    plural="approval_thresholds",
    icon="scale",
    columns=(
        Column("organisation", sort="organisation__name"),
        Column("representative_over", label=_("representative over"),
               value=lambda row: _over(row.representative_over_cents)),
        Column("representative"),
        Column("manager_over", label=_("manager over"),
               value=lambda row: _over(row.manager_over_cents)),
        Column("manager"),
    ),
    form=(
        "organisation", "representative_over_cents", "representative", "manager_over_cents",
        "manager",
    ),
    fixed=("organisation",),
    filters=(Relation("organisation"),),
    ordering="organisation__name",
    own_verbs=Verbs.of(view=CONFIGURE, manage=CONFIGURE),
    services=Services(create=_create, change=_change),
    examples={"organisation": 3, "representative_over_cents": 50000, "manager_over_cents": 500000},
)  # fmt: skip


def _over(cents: int | None) -> str:
    return str(_("never")) if cents is None else amount(cents)


RESOURCES = (SUPPLIES, PURCHASE_ORDERS, APPROVAL_THRESHOLDS)
