"""Who sees supplies: prices and suppliers are for those whose role says so, there.

Who wished for something follows it on the portal, from their own request: see
``supply_reading.progress``, which tells neither.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from compagnon.core import visibility
from compagnon.core.actor import Scope
from compagnon.desk.models import (
    ApprovalThreshold,
    Delivery,
    DeliveryLine,
    OrderLine,
    OrderSeries,
    PurchaseOrder,
    Quote,
    QuoteLine,
    SuppliedAsset,
    SupplierInvoice,
    SupplyCase,
    SupplyStep,
)
from compagnon.desk.policies_supply import APPROVE, CONFIGURE, VIEW


def _on(scope: Scope, rows: QuerySet[Any], field: str, *verbs: str) -> QuerySet[Any]:
    reached: frozenset[int] = frozenset()
    for verb in verbs:
        reach = scope.organisations(verb)
        if reach is None:
            return rows
        reached |= reach
    return rows.filter(**{f"{field}__in": sorted(reached)})


@visibility.rule(SupplyCase, PurchaseOrder)
def supplies(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of organisations where a role shows supplies, or has them approved."""
    return _on(scope, rows, "organisation_id", VIEW, APPROVE)


@visibility.rule(Quote, SupplyStep)
def of_supplies(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their supply."""
    return _on(scope, rows, "supply__organisation_id", VIEW, APPROVE)


@visibility.rule(QuoteLine)
def quote_lines(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their quote."""
    return _on(scope, rows, "quote__supply__organisation_id", VIEW, APPROVE)


@visibility.rule(OrderLine, Delivery, SupplierInvoice)
def of_orders(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their order."""
    return _on(scope, rows, "order__organisation_id", VIEW, APPROVE)


@visibility.rule(DeliveryLine)
def delivery_lines(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their delivery."""
    return _on(scope, rows, "delivery__order__organisation_id", VIEW, APPROVE)


@visibility.rule(SuppliedAsset)
def supplied(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their delivery."""
    return _on(scope, rows, "line__delivery__order__organisation_id", VIEW, APPROVE)


@visibility.rule(ApprovalThreshold, OrderSeries)
def thresholds(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Thresholds and series: those who set them, or see the supplies there."""
    return _on(scope, rows, "organisation_id", VIEW, CONFIGURE)
