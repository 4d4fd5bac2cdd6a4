"""Rows of ``titles``, one aggregate a module."""

from compagnon.titles.models.correspondences import (
    Correspondence,
    CorrespondenceStatus,
    SourcesNeeded,
)
from compagnon.titles.models.documents import DocumentKind, ImportedDocument
from compagnon.titles.models.referentials import (
    ActivityType,
    Certificate,
    CertificateKind,
    CertificateMember,
    Classification,
    Competence,
    Criterion,
    CriterionKind,
    KnowledgeItem,
    KnowledgeKind,
    LegalText,
    Scheme,
    Title,
    TitleVersion,
    TransversalCompetence,
)

__all__ = [
    "ActivityType",
    "Certificate",
    "CertificateKind",
    "CertificateMember",
    "Classification",
    "Competence",
    "Correspondence",
    "CorrespondenceStatus",
    "Criterion",
    "CriterionKind",
    "DocumentKind",
    "ImportedDocument",
    "KnowledgeItem",
    "KnowledgeKind",
    "LegalText",
    "Scheme",
    "SourcesNeeded",
    "Title",
    "TitleVersion",
    "TransversalCompetence",
]
