"""Who sees alerts, and what was told to whom."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.park import models
from compagnon.park.policies import VIEW


@rule(models.Alert, models.AlertRule)
def alerts(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of organisations where a role shows the park."""
    reach = scope.organisations(VIEW)
    return rows if reach is None else rows.filter(organisation_id__in=sorted(reach))


@rule(models.AlertTold, models.AlertLetter)
def letters(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What one was told oneself."""
    if scope.person_id is None or not scope.reaches_own(VIEW):
        return rows.none()
    return rows.filter(person_id=scope.person_id)
