"""Reads of evaluations: lists, a grid with its criteria, the booklet of a candidacy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound
from compagnon.core.visibility import get_visible, visible
from compagnon.titles.evaluating.grids import (
    Grid,
    Marked,
    Target,
    differences,
    grid,
    missing,
    results,
)
from compagnon.titles.models import (
    Assessor,
    Candidacy,
    Certificate,
    CertificateKind,
    Competence,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    Mark,
    Settlement,
    Value,
)
from compagnon.titles.services.evaluations import required


def evaluations(actor: Actor) -> QuerySet[Evaluation]:
    """Give the evaluations that the actor sees, with what a list shows."""
    return (
        visible(Evaluation, actor)
        .select_related("candidacy__version_of_title__title", "certificate")
        .prefetch_related("candidacy__person", "assessors__person")
    )


def of_candidacy(actor: Actor, candidacy_id: int) -> list[Evaluation]:
    """Give those of a candidacy, oldest first."""
    return list(evaluations(actor).filter(candidacy=candidacy_id).order_by("starts_at", "pk"))


def evaluation(actor: Actor, evaluation_id: int) -> Evaluation:
    """Give one.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    rows = evaluations(actor).select_related(
        "overrides", "overridden_by", "candidacy__organisation"
    )
    return get_visible(Evaluation, actor, rows, pk=evaluation_id)


def own_assessor(actor: Actor, row: Evaluation) -> Assessor | None:
    """Give the actor's place among its assessors."""
    if actor.id is None:
        return None
    return next((one for one in row.assessors.all() if one.person_id == actor.id), None)


def marks_of(actor: Actor, assessor: Assessor) -> list[Mark]:
    """Give an assessor's marks that the actor sees, in the order we received them."""
    rows = visible(Mark, actor).filter(assessor=assessor).select_related("after")
    return list(rows.prefetch_related("resolves").order_by("pk"))


def told(marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """Give marks as devices exchange them."""
    return [
        {
            "key": str(one.key),
            "competence_id": one.competence_id,
            "criterion_id": one.criterion_id,
            "value": one.value,
            "comment": one.comment,
            "after": str(one.after.key) if one.after else None,
            "resolves": [str(other.key) for other in one.resolves.all()],
            "marked_at": one.marked_at.isoformat(),
        }
        for one in marks
    ]


def grid_from(marks: Sequence[Mark]) -> Grid:
    """Give how a grid stands, from its marks."""
    return grid(
        Marked(
            key=one.pk,
            target=(one.competence_id, one.criterion_id),
            value=one.value,
            comment=one.comment,
            after=one.after_id,
            resolves=frozenset(other.pk for other in one.resolves.all()),
        )
        for one in marks
    )


def own_grid(actor: Actor, evaluation_id: int) -> dict[str, Any]:
    """Give one's own grid as a device takes it: every mark, and what it lacks to be signed.

    Raises:
        NotFound: the actor does not see the evaluation, or marks none of it.
    """
    row = evaluation(actor, evaluation_id)
    assessor = own_assessor(actor, row)
    if assessor is None:
        raise NotFound
    marks = marks_of(actor, assessor)
    lacks = missing(grid_from(marks), required(row))
    return {
        "evaluation_id": row.pk,
        "state": row.state,
        "signed": assessor.signed_at is not None,
        "marks": told(marks),
        "unmarked": [{"competence_id": c, "criterion_id": k} for c, k in lacks.unmarked],
        "uncommented": [{"competence_id": c, "criterion_id": k} for c, k in lacks.uncommented],
        "in_conflict": [{"competence_id": c, "criterion_id": k} for c, k in lacks.in_conflict],
    }


def competences(row: Evaluation) -> list[Competence]:
    """Give what is marked, each with its criteria."""
    keys = [key for key, _none in required(row)]
    found = Competence.objects.filter(pk__in=keys).prefetch_related("criteria")
    by_key = {one.pk: one for one in found}
    return [by_key[key] for key in keys]


@dataclass(frozen=True, slots=True)
class Line:
    """A competence or a criterion as all marked it, and what was settled."""

    target: Target
    text: str
    number: str
    said: Sequence[Any]
    settled: Settlement | None
    differs: bool


def table(actor: Actor, row: Evaluation) -> list[Line]:
    """Give what every assessor said, as far as the actor sees it, line by line."""
    assessors = list(row.assessors.all())
    grids = {one.pk: grid_from(marks_of(actor, one)) for one in assessors}
    open_ones = differences(grids)
    settled = {
        (one.competence_id, one.criterion_id): one
        for one in visible(Settlement, actor).filter(evaluation=row)
    }
    lines = []
    for competence in competences(row):
        whole: Target = (competence.pk, None)
        wanted = [(whole, competence.name, str(competence.number))]
        wanted += [
            ((competence.pk, one.pk), one.text, f"{competence.number}.{one.number}")
            for one in competence.criteria.all()
        ]
        for target, text, number in wanted:
            said = [(one, grids[one.pk].marks.get(target)) for one in assessors]
            if target[1] is None or any(mark for _one, mark in said):
                lines.append(
                    Line(target, text, number, said, settled.get(target), target in open_ones)
                )
    return lines


@dataclass(frozen=True, slots=True)
class Part:
    """A certificate in the booklet: the evaluation that counts, those that do not, and results."""

    certificate: Certificate
    counts: Evaluation | None
    others: Sequence[Evaluation]
    results: Sequence[tuple[Competence, str]]


def booklet(actor: Actor, candidacy: Candidacy) -> list[Part]:
    """Give the booklet of in-course evaluations: by CCP, what counts.

    Only a signed evaluation counts; a signed addition overrides what it adds to.
    """
    rows = [
        one
        for one in of_candidacy(actor, candidacy.pk)
        if one.kind == EvaluationKind.IN_COURSE and one.state != EvaluationState.CANCELLED
    ]
    overridden = {
        one.overrides_id for one in rows if one.overrides_id and one.state == EvaluationState.SIGNED
    }
    certificates = Certificate.objects.filter(
        version=candidacy.version_of_title_id, kind=CertificateKind.CCP
    )
    parts = []
    for certificate in certificates.order_by("number"):
        mine = [one for one in rows if one.certificate_id == certificate.pk]
        signed = [
            one for one in mine if one.state == EvaluationState.SIGNED and one.pk not in overridden
        ]
        counts = signed[-1] if signed else None
        parts.append(
            Part(
                certificate,
                counts,
                [one for one in mine if one != counts],
                _results(actor, counts) if counts else (),
            )
        )
    return parts


def _results(actor: Actor, row: Evaluation) -> list[tuple[Competence, str]]:
    every = competences(row)
    grids = {one.pk: grid_from(marks_of(actor, one)) for one in row.assessors.all()}
    settled = {
        (one.competence_id, one.criterion_id): one.value
        for one in visible(Settlement, actor).filter(evaluation=row)
    }
    found: Mapping[int, str] = results(grids, settled, [one.pk for one in every])
    labels = dict(Value.choices)
    return [(one, str(labels[Value(found[one.pk])])) for one in every]
