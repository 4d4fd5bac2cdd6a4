"""Who sees what agents are asked to look at over the network."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.park import models
from compagnon.park.policies import DISCOVER, INVENTORY


@rule(models.NetworkJob)
def jobs(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Whoever follows the inventories of its organisation."""
    return _on(scope, rows, INVENTORY, "organisation_id")


@rule(models.MetDevice)
def met(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their job."""
    return _on(scope, rows, INVENTORY, "job__organisation_id")


@rule(models.SnmpCredential)
def credentials(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Whoever may order discoveries there: their names, never their secrets."""
    return _on(scope, rows, DISCOVER, "organisation_id")


def _on(scope: Scope, rows: QuerySet[Any], verb: str, field: str) -> QuerySet[Any]:
    reach = scope.organisations(verb)
    return rows if reach is None else rows.filter(**{f"{field}__in": sorted(reach)})
