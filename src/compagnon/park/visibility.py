"""Who sees which rows of ``park``.

A person sees the assets of the organisations on which a role gives them ``asset.view``, and those
they hold themselves. What an inventory says beside the asset follows the asset.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.park import models
from compagnon.park.policies import INVENTORY, VIEW


def asset_filter(scope: Scope, prefix: str = "") -> Q | None:
    """Give the filter for assets that the scope sees; ``None`` when there is no limit.

    Args:
        prefix: the way to the asset, ``"asset__"``.
    """
    reach = scope.organisations(VIEW)
    if reach is None:
        return None
    own = Q(pk__in=[])
    if scope.person_id and scope.reaches_own(VIEW):
        own = Q(**{f"{prefix}person_id": scope.person_id})
    return own | Q(**{f"{prefix}organisation_id__in": sorted(reach)}) if reach else own


@rule(models.Asset)
def assets(scope: Scope, rows: QuerySet[models.Asset]) -> QuerySet[models.Asset]:
    """Those of organisations where a role shows the park, and one's own."""
    condition = asset_filter(scope)
    return rows if condition is None else rows.filter(condition)


@rule(
    models.Machine,
    models.Processor,
    models.MemoryModule,
    models.Storage,
    models.Volume,
    models.NetworkPort,
    models.NetworkAddress,
    models.Monitor,
    models.AttachedPrinter,
    models.Supply,
    models.Counter,
    models.VirtualMachine,
    models.DatabaseServer,
    models.Antivirus,
    models.Component,
    models.Installation,
)
def of_assets(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What hangs on a visible asset."""
    condition = asset_filter(scope, "asset__")
    return rows if condition is None else rows.filter(condition)


@rule(models.AssetType)
def types(scope: Scope, rows: QuerySet[models.AssetType]) -> QuerySet[models.AssetType]:
    """The types of the installation: whoever is known."""
    return rows if scope.person_id else rows.none()


@rule(models.SoftwareProduct)
def products(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Products installed on a machine of an organisation where a role shows the park."""
    return _installed(scope, rows, "versions__installations__asset__organisation_id__in")


@rule(models.SoftwareVersion)
def software_versions(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Versions installed there."""
    return _installed(scope, rows, "installations__asset__organisation_id__in")


@rule(models.OperatingSystem)
def systems(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Systems that run there."""
    return _installed(scope, rows, "machines__asset__organisation_id__in")


def _installed(scope: Scope, rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    reach = scope.organisations(VIEW)
    if reach is None:
        return rows
    found = rows.model._default_manager.filter(**{path: sorted(reach)}).values("pk")
    return rows.filter(pk__in=found)


def _followed(scope: Scope, rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    reach = scope.organisations(INVENTORY)
    return rows if reach is None else rows.filter(**{f"{field}__in": sorted(reach)})


@rule(models.InventoryReport, models.Agent, models.EnrolmentToken, models.Doubt)
def inventories(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What agents sent, and who may send: whoever follows inventories there."""
    return _followed(scope, rows, "organisation_id")


@rule(models.Match)
def matches(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their report."""
    return _followed(scope, rows, "report__organisation_id")


@rule(models.DoubtCandidate)
def candidates(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Where both the doubt and the machine are followed."""
    return _followed(
        scope, _followed(scope, rows, "doubt__organisation_id"), "asset__organisation_id"
    )


@rule(models.Identifier, models.MergeRecord, models.MachineDocument)
def internals(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What recognises machines: read by the program, and through the asset's page."""
    path = "kept__organisation_id" if rows.model is models.MergeRecord else "asset__organisation_id"
    return _followed(scope, rows, path)
