"""Evaluations by API: plan, one's own grid, marks that a device made offline, settling."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import AwareDatetime, Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.people.models import Person
from compagnon.titles.models import Candidacy, Certificate, Evaluation
from compagnon.titles.queries import evaluations as queries
from compagnon.titles.services import evaluations as services
from compagnon.titles.services.evaluations import MARKS_AT_ONCE, Given

router = Routes(tag="evaluations")

KindName = Literal["in_course", "situation", "technical", "final"]
ValueName = Literal["acquired", "not_acquired", "not_seen"]
Comment = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]


class AssessorOut(Schema):
    """One who marks."""

    id: int
    person_id: int
    quality: str
    signed_at: datetime | None
    agreed_at: datetime | None


class EvaluationOut(Schema):
    """An evaluation."""

    id: int
    candidacy_id: int
    kind: KindName
    certificate_id: int | None
    subject: str
    starts_at: datetime
    minutes: int
    state: str
    overrides_id: int | None
    signed_at: datetime | None
    version: int
    assessors: list[AssessorOut]

    @staticmethod
    def resolve_assessors(obj: Evaluation) -> list[Any]:
        """Give every assessor."""
        return list(obj.assessors.all())


class EvaluationQuery(ListQuery):
    """Which evaluations, in which order."""

    candidacy: Annotated[Id | None, FilterLookup("candidacy_id")] = None
    kind: Annotated[KindName | None, FilterLookup("kind")] = None
    state: Annotated[
        Literal["planned", "marked", "signed", "cancelled"] | None, FilterLookup("state")
    ] = None
    ordering: Literal["-starts_at", "starts_at"] = "-starts_at"


class AssessorIn(Body):
    """Who marks, in which quality."""

    person_id: Id
    quality: Literal["trainer", "professional"] = "trainer"


class EvaluationPlanIn(Body):
    """An evaluation to plan."""

    candidacy_id: Id
    kind: KindName
    certificate_id: Id | None = None
    starts_at: Annotated[AwareDatetime, Field(examples=["2026-03-02T09:00:00+01:00"])]
    assessors: Annotated[list[AssessorIn], Field(min_length=1, max_length=10)]
    subject: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")] = ""
    minutes: Annotated[int, Field(ge=0, le=6000)] = 0
    overrides_id: Annotated[
        Id | None, Field(description="A signed evaluation that this one adds to.")
    ] = None


class TargetOut(Schema):
    """A criterion, or a whole competence."""

    competence_id: int
    criterion_id: int | None


class MarkOut(TargetOut):
    """A mark, under the key that its device drew."""

    key: UUID
    value: ValueName
    comment: str
    after: UUID | None
    resolves: list[UUID]
    marked_at: datetime


class GridOut(Schema):
    """One's own grid: every mark, and what it lacks to be signed."""

    evaluation_id: int
    state: str
    signed: bool
    marks: list[MarkOut]
    unmarked: list[TargetOut]
    uncommented: list[TargetOut]
    in_conflict: list[TargetOut]


class MarkIn(Body):
    """A mark as a device made it."""

    key: Annotated[UUID, Field(description="Drawn by the device: sending twice writes once.")]
    competence_id: Id
    criterion_id: Id | None = None
    value: ValueName
    comment: Comment = ""
    after: Annotated[UUID | None, Field(description="The mark that the device knew of.")] = None
    resolves: Annotated[
        list[UUID], Field(max_length=20, description="Others, seen beside it and set aside.")
    ] = []
    marked_at: AwareDatetime


class MarksIn(Body):
    """Marks in the order that they were made."""

    marks: Annotated[list[MarkIn], Field(max_length=MARKS_AT_ONCE)]


class DecidedIn(Body):
    """What holds where the assessors differ."""

    competence_id: Id
    criterion_id: Id | None = None
    value: ValueName
    comment: Comment = ""


class EvaluationSettleIn(Body):
    """One line for every difference."""

    decided: Annotated[list[DecidedIn], Field(min_length=1, max_length=1000)]


class PartOut(Schema):
    """A certificate of the booklet: the evaluation that counts, and each competence's result."""

    certificate_id: int
    evaluation_id: int | None
    results: list[dict[str, Any]]


class BookletOut(Schema):
    """The booklet of in-course evaluations of a candidacy."""

    items: list[PartOut]


def _fresh(request: ApiRequest, evaluation: Evaluation) -> Evaluation:
    return queries.evaluation(request.actor, evaluation.pk)


@router.index("/evaluations", EvaluationOut)
def list_evaluations(request: ApiRequest, query: Query[EvaluationQuery]) -> QuerySet[Evaluation]:
    """List the evaluations that you see."""
    return queries.evaluations(request.actor)


@router.create("/evaluations", EvaluationOut, location=lambda row: f"/evaluations/{row.pk}")
def plan_evaluation(request: ApiRequest, body: EvaluationPlanIn) -> Evaluation:
    """Plan an evaluation with who marks."""
    actor = request.actor
    persons = visible(Person, actor).in_bulk([one.person_id for one in body.assessors])
    lacking = [one.person_id for one in body.assessors if one.person_id not in persons]
    if lacking:
        raise Invalid(fields={"assessors": [_("There is none that you see.")]})
    certificate = None
    if body.certificate_id is not None:
        certificate = Certificate.objects.filter(pk=body.certificate_id).first()
        if certificate is None:
            raise Invalid(fields={"certificate_id": [_("There is none that you see.")]})
    overrides = None
    if body.overrides_id is not None:
        overrides = get_visible(Evaluation, actor, pk=body.overrides_id)
    made = services.plan(
        actor=actor,
        candidacy_id=body.candidacy_id,
        kind=body.kind,
        certificate=certificate,
        starts_at=body.starts_at,
        assessors=[(persons[one.person_id], one.quality) for one in body.assessors],
        subject=body.subject,
        minutes=body.minutes,
        overrides=overrides,
    )
    return _fresh(request, made)


@router.show("/evaluations/{evaluation_id}", EvaluationOut)
def get_evaluation(request: ApiRequest, evaluation_id: Id) -> Evaluation:
    """Read an evaluation."""
    return queries.evaluation(request.actor, evaluation_id)


@router.show("/evaluations/{evaluation_id}/grid", GridOut)
def get_grid(request: ApiRequest, evaluation_id: Id) -> dict[str, Any]:
    """Read your own grid."""
    return queries.own_grid(request.actor, evaluation_id)


@router.act("/evaluations/{evaluation_id}/marks", GridOut)
def mark_evaluation(request: ApiRequest, evaluation_id: Id, body: MarksIn) -> dict[str, Any]:
    """Send marks that a device made, offline or not: each is written once, none is changed.

    Two marks that do not follow each other are both kept, and told `in_conflict`, until one that
    `resolves` the others follows.
    """
    services.mark(
        actor=request.actor,
        evaluation_id=evaluation_id,
        given=[
            Given(
                key=one.key,
                competence_id=one.competence_id,
                criterion_id=one.criterion_id,
                value=one.value,
                comment=one.comment,
                marked_at=one.marked_at,
                after=one.after,
                resolves=tuple(one.resolves),
            )
            for one in body.marks
        ],
    )
    return queries.own_grid(request.actor, evaluation_id)


@router.act("/evaluations/{evaluation_id}/sign", EvaluationOut)
def sign_evaluation(request: ApiRequest, evaluation_id: Id) -> Evaluation:
    """Sign your own grid: it is closed."""
    return _fresh(request, services.sign(actor=request.actor, evaluation_id=evaluation_id))


@router.act("/evaluations/{evaluation_id}/settle", EvaluationOut)
def settle_evaluation(
    request: ApiRequest, evaluation_id: Id, body: EvaluationSettleIn
) -> Evaluation:
    """Propose what holds where the assessors differ."""
    decided = {
        (one.competence_id, one.criterion_id): (one.value, one.comment) for one in body.decided
    }
    row = services.settle(actor=request.actor, evaluation_id=evaluation_id, decided=decided)
    return _fresh(request, row)


@router.act("/evaluations/{evaluation_id}/agree", EvaluationOut)
def agree_evaluation(request: ApiRequest, evaluation_id: Id) -> Evaluation:
    """Agree to what was settled."""
    return _fresh(request, services.agree(actor=request.actor, evaluation_id=evaluation_id))


@router.act("/evaluations/{evaluation_id}/cancel", EvaluationOut)
def cancel_evaluation(request: ApiRequest, evaluation_id: Id) -> Evaluation:
    """Cancel an evaluation that nobody has signed."""
    return _fresh(request, services.cancel(actor=request.actor, evaluation_id=evaluation_id))


@router.show("/candidacies/{candidacy_id}/in-course-booklet", BookletOut)
def get_in_course_booklet(request: ApiRequest, candidacy_id: Id) -> dict[str, Any]:
    """Read the booklet of in-course evaluations: what counts, by certificate."""
    row = get_visible(Candidacy, request.actor, pk=candidacy_id)
    return {
        "items": [
            {
                "certificate_id": part.certificate.pk,
                "evaluation_id": part.counts.pk if part.counts else None,
                "results": [
                    {"competence_id": one.pk, "number": one.number, "result": result}
                    for one, result in part.results
                ],
            }
            for part in queries.booklet(request.actor, row)
        ]
    }
