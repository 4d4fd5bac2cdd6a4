"""Who sees which candidacies, and what hangs on them.

A candidacy is seen by its candidate, by the tutor of one of its periods, by its trainer, and by
whoever holds ``candidacy.view``, ``candidacy.manage`` or ``candidacy.train`` on its centre.
Accommodations tell of a handicap, and notices and proofs of a life: not for tutors.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.titles.models import (
    Absence,
    Accommodation,
    AdmissibilityNotice,
    Candidacy,
    Evidence,
    EvidenceFile,
    EvidenceLink,
    EvidenceRule,
    EvidenceState,
    ExperienceProof,
    HeldCertificate,
    TrainingPeriod,
)

STAFF = ("candidacy.view", "candidacy.manage", "candidacy.train")


def staff_filter(scope: Scope, prefix: str = "") -> Q | None:
    """Give the filter for what belongs to the scope's centres; ``None`` when without limit."""
    found = Q(pk__in=())
    for verb in STAFF:
        reach = scope.organisations(verb)
        if reach is None:
            return None
        if reach:
            found |= Q(**{f"{prefix}organisation_id__in": sorted(reach)})
    return found


def candidacy_filter(scope: Scope, prefix: str = "", *, tutors: bool = True) -> Q | None:
    """Give the filter for candidacies that the scope sees; ``None`` when without limit.

    Args:
        prefix: the way from the filtered model to the candidacy («candidacy__»).
        tutors: whether the tutor of a period sees it too.
    """
    found = staff_filter(scope, prefix)
    if found is None or scope.person_id is None or not scope.reaches_own("candidacy.own"):
        return found
    found |= Q(**{f"{prefix}person_id": scope.person_id})
    if tutors:
        tutored = TrainingPeriod.objects.filter(tutor_id=scope.person_id)
        found |= Q(**{f"{prefix}pk__in": tutored.values("candidacy_id")})
    return found


def _filtered(rows: QuerySet[Any], found: Q | None) -> QuerySet[Any]:
    return rows if found is None else rows.filter(found)


@rule(Candidacy)
def candidacies(scope: Scope, rows: QuerySet[Candidacy]) -> QuerySet[Candidacy]:
    """One's own, those one is tutor of, those of one's centres."""
    return _filtered(rows, candidacy_filter(scope))


@rule(TrainingPeriod, Absence)
def with_candidacy(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their candidacy."""
    return _filtered(rows, candidacy_filter(scope, "candidacy__"))


@rule(Evidence)
def evidence(scope: Scope, rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """As its candidacy; what is only proposed, or set aside, is the candidate's own affair."""
    return _filtered(rows, candidacy_filter(scope, "candidacy__")).filter(_told(scope, ""))


@rule(EvidenceLink, EvidenceFile)
def with_evidence(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their evidence."""
    found = candidacy_filter(scope, "evidence__candidacy__")
    return _filtered(rows, found).filter(_told(scope, "evidence__"))


def _told(scope: Scope, prefix: str) -> Q:
    shown = Q(**{f"{prefix}state__in": (EvidenceState.CHOSEN, EvidenceState.ATTESTED)})
    if scope.person_id is None:
        return shown
    return shown | Q(**{f"{prefix}candidacy__person_id": scope.person_id})


@rule(EvidenceRule)
def evidence_rules(scope: Scope, rows: QuerySet[EvidenceRule]) -> QuerySet[EvidenceRule]:
    """Those of one's centres."""
    return _filtered(rows, staff_filter(scope))


@rule(Accommodation, AdmissibilityNotice, ExperienceProof)
def reserved(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their candidacy, tutors left out."""
    return _filtered(rows, candidacy_filter(scope, "candidacy__", tutors=False))


@rule(HeldCertificate)
def held(scope: Scope, rows: QuerySet[HeldCertificate]) -> QuerySet[HeldCertificate]:
    """One's own, and those that one's centres recorded."""
    found = staff_filter(scope)
    if found is None:
        return rows
    if scope.person_id is not None and scope.reaches_own("candidacy.own"):
        found |= Q(person_id=scope.person_id)
    return rows.filter(found)
