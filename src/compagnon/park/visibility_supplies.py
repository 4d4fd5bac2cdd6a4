"""Who sees licences, supplier contracts, imported lists and specifications of needs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.park import models
from compagnon.park.policies import MANAGE, VIEW
from compagnon.park.visibility import asset_filter


def _on(scope: Scope, rows: QuerySet[Any], verb: str, field: str) -> QuerySet[Any]:
    reach = scope.organisations(verb)
    return rows if reach is None else rows.filter(**{f"{field}__in": sorted(reach)})


@rule(models.Licence, models.SupplierContract)
def bought(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of organisations where a role shows the park."""
    return _on(scope, rows, VIEW, "organisation_id")


@rule(models.LicenceAllocation)
def allocations(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their licence."""
    return _on(scope, rows, VIEW, "licence__organisation_id")


@rule(models.CoveredAsset)
def covered(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Where both the contract and the asset are seen."""
    condition = asset_filter(scope, "asset__")
    rows = _on(scope, rows, VIEW, "contract__organisation_id")
    return rows if condition is None else rows.filter(condition)


@rule(models.Paper)
def papers(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As what they prove."""
    reach = scope.organisations(VIEW)
    if reach is None:
        return rows
    keys = sorted(reach)
    return rows.filter(licence__organisation_id__in=keys) | rows.filter(
        contract__organisation_id__in=keys
    )


@rule(models.ImportMapping, models.BroughtList)
def brought(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Whoever may add assets there: a list holds names that are not in the park yet."""
    return _on(scope, rows, MANAGE, "organisation_id")


@rule(models.NeedsStudy)
def studies(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of organisations where a role shows the park."""
    return _on(scope, rows, VIEW, "organisation_id")


@rule(models.Criterion, models.Candidate)
def of_studies(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their study."""
    return _on(scope, rows, VIEW, "study__organisation_id")


@rule(models.Score)
def scores(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their study."""
    return _on(scope, rows, VIEW, "criterion__study__organisation_id")
