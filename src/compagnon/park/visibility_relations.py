"""Who sees relations, redundancy, tiers and baselines: whoever sees the assets concerned."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.park import models
from compagnon.park.policies import VIEW
from compagnon.park.visibility import asset_filter


@rule(models.RelationKind)
def kinds(scope: Scope, rows: QuerySet[models.RelationKind]) -> QuerySet[models.RelationKind]:
    """The kinds of the installation: whoever is known."""
    return rows if scope.person_id else rows.none()


@rule(models.Relation)
def relations(scope: Scope, rows: QuerySet[models.Relation]) -> QuerySet[models.Relation]:
    """Where both ends are seen."""
    source, target = asset_filter(scope, "source__"), asset_filter(scope, "target__")
    return rows if source is None or target is None else rows.filter(source, target)


@rule(models.RedundancyGroup, models.Placement)
def of_assets(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As the asset."""
    condition = asset_filter(scope, "asset__")
    return rows if condition is None else rows.filter(condition)


@rule(models.Baseline)
def baselines(scope: Scope, rows: QuerySet[models.Baseline]) -> QuerySet[models.Baseline]:
    """Those of organisations where a role shows the park."""
    reach = scope.organisations(VIEW)
    return rows if reach is None else rows.filter(organisation_id__in=sorted(reach))


@rule(models.BaselineMachine)
def baseline_machines(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Where both the baseline and the machine are seen."""
    reach, condition = scope.organisations(VIEW), asset_filter(scope, "asset__")
    if reach is None or condition is None:
        return rows
    return rows.filter(condition, baseline__organisation_id__in=sorted(reach))
