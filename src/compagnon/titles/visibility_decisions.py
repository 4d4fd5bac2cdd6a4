"""Who sees which decisions."""

from __future__ import annotations

from django.db.models import QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.titles.models import Decision


@rule(Decision)
def decisions(scope: Scope, rows: QuerySet[Decision]) -> QuerySet[Decision]:
    """Those of centres whose decisions a role lets the person see or record."""
    found: set[int] = set()
    for verb in ("decision.view", "decision.record"):
        reach = scope.organisations(verb)
        if reach is None:
            return rows
        found |= reach
    return rows.filter(organisation_id__in=sorted(found)) if found else rows.none()
