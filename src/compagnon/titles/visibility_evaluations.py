"""Who sees which evaluations and dossiers.

Assessors mark apart: until everybody has signed, each sees only their own marks, and so does the
centre. The candidate sees what is signed, and so does the jury of a session they are summoned to.
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
    SessionState,
    Settlement,
    Sitting,
)
from compagnon.titles.visibility_candidacies import candidacy_filter, staff_filter
from compagnon.titles.visibility_sessions import judged

APART = EvaluationState.PLANNED
# From the summons on a jury reads its candidates' cases.
READ_BY_JURY = (
    SessionState.SUMMONED, SessionState.HELD, SessionState.DELIBERATING, SessionState.CLOSED,
)  # fmt: skip


def _judged_candidacies(scope: Scope) -> QuerySet[Any]:
    rows = Sitting.objects.filter(
        session__state__in=READ_BY_JURY, session_id__in=judged(scope).values("session_id")
    )
    return rows.values("candidacy_id")


def _evaluations(scope: Scope, prefix: str) -> Q | None:
    found = staff_filter(scope, f"{prefix}candidacy__")
    if found is None or scope.person_id is None:
        return found
    if scope.reaches_own("jury.own"):
        found |= Q(
            **{
                f"{prefix}candidacy_id__in": _judged_candidacies(scope),
                f"{prefix}state": EvaluationState.SIGNED,
            }
        )
    if not scope.reaches_own("candidacy.own"):
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


def _dossiers(scope: Scope, prefix: str) -> Q | None:
    found = candidacy_filter(scope, f"{prefix}candidacy__")
    if found is None or scope.person_id is None or not scope.reaches_own("jury.own"):
        return found
    return found | Q(
        **{
            f"{prefix}candidacy_id__in": _judged_candidacies(scope),
            f"{prefix}declared_at__isnull": False,
        }
    )


@rule(Dossier)
def dossiers(scope: Scope, rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """As their candidacy; its jury once declared on honour."""
    return _filtered(rows, _dossiers(scope, ""))


@rule(Example, Annex)
def with_dossier(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their dossier."""
    return _filtered(rows, _dossiers(scope, "dossier__"))
