"""Referentials as pages, the API and other areas of the room read them.

Everything is gathered in a number of queries that the size of a title does not set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from compagnon.core.actor import Actor
from compagnon.core.visibility import get_visible, visible
from compagnon.titles.models import (
    Certificate,
    CertificateMember,
    Competence,
    Correspondence,
    CorrespondenceStatus,
    Criterion,
    ImportedDocument,
    KnowledgeItem,
    Title,
    TitleVersion,
    TransversalCompetence,
)


def titles(actor: Actor) -> QuerySet[Title]:
    """Give the titles, each with its versions, the latest first, and what they count."""
    versions = versions_counted(actor).order_by("-valid_from", "-label")
    return visible(Title, actor).prefetch_related(Prefetch("versions", versions))


def versions_counted(actor: Actor) -> QuerySet[TitleVersion]:
    """Give the versions with their numbers of certificates, competences and criteria."""
    return visible(TitleVersion, actor).annotate(
        certificate_count=Count("certificates", distinct=True),
        competence_count=Count("competences", distinct=True),
        criterion_count=Count("competences__criteria", distinct=True),
    )


def version(actor: Actor, pk: int) -> TitleVersion:
    """Give one version with its title.

    Raises:
        NotFound: there is none.
    """
    return get_visible(TitleVersion, actor, TitleVersion.objects.select_related("title"), pk=pk)


def structure(row: TitleVersion) -> dict[str, Any]:
    """Give a version as a document of the same form as what an importer recognises.

    The caller has shown that the version is visible.
    """
    competences = _competences(row)
    certificates = list(
        row.certificates.order_by("kind", "number")
        .select_related("activity")
        .prefetch_related("hosts")
    )
    members: dict[int, list[CertificateMember]] = {}
    for member in CertificateMember.objects.filter(certificate__version=row).order_by("position"):
        members.setdefault(member.certificate_id, []).append(member)
    numbers = {one["id"]: one for one in competences.values()}
    activities = []
    for one in certificates:
        inside = [
            {**numbers[member.competence_id], "mark": member.mark or None}
            for member in members.get(one.pk, [])
        ]
        activity = one.activity
        activities.append(
            {
                "number": activity.number if activity else one.number,
                "name": activity.name if activity else one.name,
                "extension": bool(activity and activity.is_extension),
                "description": (activity.description if activity else "") or None,
                "regulation": (activity.regulation if activity else "") or None,
                "competences": inside,
                "certificate": {
                    "id": one.pk,
                    "kind": one.kind,
                    "number": one.number,
                    "name": one.name,
                    "block": one.rncp_block or None,
                    "requirement": one.requirement,
                    "hosts": [{"id": host.pk, "code": host.code} for host in one.hosts.all()],
                },
            }
        )
    return {"activities": activities, "transversal": _transversal(row)}


def _competences(row: TitleVersion) -> dict[int, dict[str, Any]]:
    rows: QuerySet[Competence] = row.competences.order_by("number").prefetch_related(
        Prefetch("criteria", Criterion.objects.order_by("number")),
        Prefetch("knowledge", KnowledgeItem.objects.order_by("number")),
    )
    return {
        one.number: {
            "id": one.pk,
            "number": one.number,
            "name": one.name,
            "description": one.description or None,
            "context": one.context or None,
            "criteria": [_criterion(each) for each in one.criteria.all()],
            "knowledge": [
                {"text": each.text, "kind": each.kind or None} for each in one.knowledge.all()
            ],
        }
        for one in rows
    }


def _transversal(row: TitleVersion) -> list[dict[str, Any]]:
    rows: QuerySet[TransversalCompetence] = row.transversal_competences.order_by("number")
    return [
        {
            "id": one.pk,
            "name": one.name,
            "description": one.description or None,
            "criteria": [_criterion(each) for each in one.criteria.all()],
        }
        for one in rows.prefetch_related(Prefetch("criteria", Criterion.objects.order_by("number")))
    ]


def _criterion(one: Criterion) -> dict[str, Any]:
    return {"id": one.pk, "text": one.text, "kind": one.kind}


def correspondences(actor: Actor) -> QuerySet[Correspondence]:
    """Give the lines of every table, those that wait for an answer first."""
    rows = Correspondence.objects.select_related(
        "from_version__title", "to_version", "answered_by"
    ).prefetch_related(
        Prefetch("sources", Certificate.objects.order_by("number")),
        Prefetch("targets", Certificate.objects.order_by("number")),
    )
    return visible(Correspondence, actor, rows).order_by(
        "from_version__title__name", F("from_version__valid_from").asc(nulls_first=True),
        "to_version", "position",
    )  # fmt: skip


def of_version(actor: Actor, row: TitleVersion) -> QuerySet[Correspondence]:
    """Give the lines that lead to a version or from it."""
    return correspondences(actor).filter(Q(from_version=row) | Q(to_version=row))


def unclear_count(actor: Actor) -> int:
    """Count the lines that wait for an answer."""
    return visible(Correspondence, actor).filter(status=CorrespondenceStatus.UNCLEAR).count()


def documents(actor: Actor, row: TitleVersion) -> QuerySet[ImportedDocument]:
    """Give the documents that a version was made from."""
    return visible(ImportedDocument, actor, row.documents.select_related("file", "imported_by"))


def relations(row: Title) -> list[Mapping[str, Any]]:
    """Give a title's settled correspondences as numbers, for the engine that replays them.

    Each is ``{"from": label, "to": label, "source": text, "relations": [{"from": ["1"], "to":
    ["2"], "when": "all"}]}``; what waits for an answer has no ``when``.
    """
    found: dict[tuple[int, int], dict[str, Any]] = {}
    lines = (
        Correspondence.objects.filter(from_version__title=row)
        .select_related("from_version", "to_version")
        .prefetch_related("sources", "targets")
        .order_by("from_version__valid_from", "to_version__valid_from", "position")
    )
    for line in lines:
        table = found.setdefault(
            (line.from_version_id, line.to_version_id),
            {
                "from": line.from_version.label, "to": line.to_version.label,
                "source": line.citation, "relations": [],
            },
        )  # fmt: skip
        settled = line.status == CorrespondenceStatus.SETTLED
        several = len(line.sources.all()) > 1
        table["relations"].append(
            {
                "from": sorted(str(one.number) for one in line.sources.all()),
                "to": sorted(str(one.number) for one in line.targets.all()),
                **({"when": line.needs} if settled and several else {}),
            }
        )
    return list(found.values())
