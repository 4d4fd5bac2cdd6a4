"""Who sees the life of assets: as the asset, and each person what they signed for or borrowed."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.park import models
from compagnon.park.policies import VIEW
from compagnon.park.visibility import asset_filter


@rule(models.Movement, models.LoanDay, models.StockLine, models.DisposedAsset)
def of_assets(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What hangs on a visible asset."""
    condition = asset_filter(scope, "asset__")
    return rows if condition is None else rows.filter(condition)


def _own(scope: Scope, rows: QuerySet[Any], person: str) -> QuerySet[Any]:
    condition = asset_filter(scope, "asset__")
    if condition is None:
        return rows
    if scope.person_id and scope.reaches_own(VIEW):
        condition |= Q(**{person: scope.person_id})
    return rows.filter(condition)


@rule(models.CustodySheet)
def sheets(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of visible assets, and those that the person signs."""
    return _own(scope, rows, "person_id")


@rule(models.Loan)
def loans(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of visible assets, and one's own."""
    return _own(scope, rows, "borrower_id")


@rule(
    models.StockPlace,
    models.StockTaking,
    models.Consumable,
    models.Disposal,
    models.Budget,
)
def of_organisations(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of organisations where a role shows the park."""
    return _within(scope, rows, "organisation_id")


@rule(models.StrayCode)
def strays(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As the count."""
    return _within(scope, rows, "stock_taking__organisation_id")


@rule(models.ConsumableMovement)
def consumable_movements(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As the consumable."""
    return _within(scope, rows, "consumable__organisation_id")


def _within(scope: Scope, rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    reach = scope.organisations(VIEW)
    return rows if reach is None else rows.filter(**{f"{path}__in": sorted(reach)})


@rule(models.EnergyProfile, models.GridFactor)
def figures(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The figures of the installation: whoever is known."""
    return rows if scope.person_id else rows.none()
