"""Who sees which evaluations and dossiers.

Assessors mark apart: until everybody has signed, each sees only their own marks, and so does the
centre. The candidate sees what is signed.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.titles.models import (
    Annex,
    Assessor,
    Dossier,
    Evaluation,
    EvaluationState,
    Example,
    Mark,
    Settlement,
)
from compagnon.titles.visibility_candidacies import candidacy_filter, staff_filter

APART = EvaluationState.PLANNED


def _evaluations(scope: Scope, prefix: str) -> Q | None:
    found = staff_filter(scope, f"{prefix}candidacy__")
    if found is None or scope.person_id is None or not scope.reaches_own("candidacy.own"):
        return found
    found |= Q(**{f"{prefix}pk__in": Assessor.objects.filter(person_id=scope.person_id)
                  .values("evaluation_id")})  # fmt: skip
    found |= Q(
        **{
            f"{prefix}candidacy__person_id": scope.person_id,
            f"{prefix}state": EvaluationState.SIGNED,
        }
    )
    return found


def _filtered(rows: QuerySet[Any], found: Q | None) -> QuerySet[Any]:
    return rows if found is None else rows.filter(found)


@rule(Evaluation)
def evaluations(scope: Scope, rows: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """Those of one's centres, those one marks, and one's own once signed."""
    return _filtered(rows, _evaluations(scope, ""))


@rule(Assessor, Settlement)
def with_evaluation(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their evaluation."""
    return _filtered(rows, _evaluations(scope, "evaluation__"))


@rule(Mark)
def marks(scope: Scope, rows: QuerySet[Mark]) -> QuerySet[Mark]:
    """One's own; everybody's once all have signed."""
    rows = _filtered(rows, _evaluations(scope, "assessor__evaluation__"))
    together = ~Q(assessor__evaluation__state=APART)
    if scope.person_id is None:
        return rows.filter(together)
    return rows.filter(together | Q(assessor__person_id=scope.person_id))


@rule(Dossier)
def dossiers(scope: Scope, rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """As their candidacy."""
    return _filtered(rows, candidacy_filter(scope, "candidacy__"))


@rule(Example, Annex)
def with_dossier(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their dossier."""
    return _filtered(rows, candidacy_filter(scope, "dossier__candidacy__"))
