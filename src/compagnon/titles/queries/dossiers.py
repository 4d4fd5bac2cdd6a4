"""Reads of practice dossiers: as pages show them, as documents and archives are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound
from compagnon.core.visibility import visible
from compagnon.titles.models import (
    ActivityType,
    Annex,
    Candidacy,
    Dossier,
    Evidence,
    EvidenceState,
    Example,
)
from compagnon.titles.queries.evidence import evidence_rows
from compagnon.titles.services.dossiers import seal_of


@dataclass(frozen=True, slots=True)
class Part:
    """An activity type and its examples of practice."""

    activity: ActivityType
    examples: Sequence[Example]


@dataclass(frozen=True, slots=True)
class Whole:
    """A dossier with all that it holds; ``dossier`` is ``None`` until something is written.

    ``is_intact``: what was declared on honour is what is there now; ``None`` before that.
    """

    dossier: Dossier | None
    parts: Sequence[Part]
    annexes: Sequence[Annex]
    is_intact: bool | None


def activities(row: Candidacy) -> QuerySet[ActivityType]:
    """Give the activity types of the certificates aimed at."""
    rows = ActivityType.objects.filter(certificate__candidacies=row)
    return rows.order_by("number").distinct()


def dossier(actor: Actor, row: Candidacy) -> Whole:
    """Give a candidacy's dossier, as far as the actor sees it."""
    found = visible(Dossier, actor).filter(candidacy_id=row.pk).first()
    if found is None:
        return Whole(None, [Part(one, ()) for one in activities(row)], (), None)
    chosen = evidence_rows(actor).order_by("happened_at", "pk")
    examples = list(
        found.examples.select_related("activity").prefetch_related(Prefetch("evidence", chosen))
    )
    known = {one.pk: one for one in activities(row)}
    for one in examples:
        known.setdefault(one.activity_id, one.activity)
    return Whole(
        dossier=found,
        parts=[
            Part(each, [one for one in examples if one.activity_id == each.pk])
            for each in sorted(known.values(), key=lambda each: each.number)
        ],
        annexes=list(found.annexes.select_related("file")),
        is_intact=None if found.declared_at is None else found.seal == seal_of(found),
    )


def example(actor: Actor, row: Candidacy, example_id: int) -> Example:
    """Give an example of a candidacy's dossier.

    Raises:
        NotFound: there is none, or the actor does not see the dossier.
    """
    found = visible(Example, actor).filter(
        pk=example_id, dossier__candidacy_id=row.pk
    ).select_related("activity").first()  # fmt: skip
    if found is None:
        raise NotFound
    return found


def choosable(actor: Actor, row: Candidacy) -> QuerySet[Evidence]:
    """Give the evidence that an example may rest on."""
    rows = visible(Evidence, actor).filter(candidacy_id=row.pk)
    return rows.filter(state__in=(EvidenceState.CHOSEN, EvidenceState.ATTESTED)).order_by(
        "-happened_at", "-pk"
    )
