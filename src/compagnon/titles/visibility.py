"""Who sees which rows of ``titles``."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.titles.models import (
    ActivityType,
    Certificate,
    CertificateMember,
    Classification,
    Competence,
    Correspondence,
    Criterion,
    ImportedDocument,
    KnowledgeItem,
    LegalText,
    Title,
    TitleVersion,
    TransversalCompetence,
)


@rule(
    Title,
    TitleVersion,
    Classification,
    LegalText,
    ActivityType,
    Certificate,
    CertificateMember,
    Competence,
    TransversalCompetence,
    Criterion,
    KnowledgeItem,
    Correspondence,
)
def referentials(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Referentials belong to no organisation: everybody who is known."""
    return rows if scope.person_id is not None else rows.none()


@rule(ImportedDocument)
def documents(scope: Scope, rows: QuerySet[ImportedDocument]) -> QuerySet[ImportedDocument]:
    """Who imports: the documents' text is reserved, and the rows say who brought them."""
    return rows if scope.allows("referential.manage", None) else rows.none()
