"""Specifications of needs, by API: criteria, products, scores, who wins and how firmly."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Schema
from pydantic import Field

from compagnon.core import files
from compagnon.core.api import ApiRequest, Body, Id, Routes
from compagnon.core.errors import NotFound
from compagnon.core.visibility import get_visible
from compagnon.park.api.supplies import Encoded, Key, _bytes
from compagnon.park.documents import needs as document
from compagnon.park.models import Candidate, Criterion, NeedsStudy, Score
from compagnon.park.queries.needs import comparison
from compagnon.park.services import needs

router = Routes(tag="park")


class CriterionIn(Body):
    """A criterion."""

    name: Annotated[str, Field(min_length=1, max_length=160, examples=["Agents sous Linux"])]
    need: Literal["must", "should", "could"] = "should"
    weight: Annotated[int, Field(ge=0, le=100)] = 10
    criterion_id: Key | None = None


class CriterionOut(Schema):
    """A criterion."""

    id: int
    name: str
    need: str
    weight: int


class CandidateIn(Body):
    """A product to compare."""

    name: Annotated[str, Field(min_length=1, max_length=120, examples=["GLPI"])]
    publisher: Annotated[str, Field(max_length=120)] = ""
    candidate_id: Key | None = None


class WeighedProductOut(Schema):
    """A product that is compared."""

    id: int
    name: str
    publisher: str


class ScoreIn(Body):
    """A score and what proves it."""

    criterion_id: Key
    candidate_id: Key
    value: Annotated[int, Field(ge=0, le=10)]
    proof: Annotated[str, Field(max_length=2000)] = ""
    link: Annotated[str, Field(max_length=400)] = ""
    file_name: Annotated[str, Field(max_length=200)] = ""
    content: Encoded | None = None


class ScoreOut(Schema):
    """A score and what proves it."""

    id: int
    criterion_id: int
    candidate_id: int
    value: int
    proof: str
    link: str
    file_name: str


class RankOut(Schema):
    """A product's place."""

    candidate_id: int
    name: str
    total: int
    share: float
    missing: int


class TurnOut(Schema):
    """How far a weight must move for another product to win."""

    criterion_id: int
    weight: int
    lower: int | None
    lower_winner: int | None
    upper: int | None
    upper_winner: int | None


class ComparisonOut(Schema):
    """Everything of a specification's comparison."""

    criteria: list[CriterionOut]
    candidates: list[WeighedProductOut]
    scores: list[ScoreOut]
    ranked: list[RankOut]
    turns: list[TurnOut]


class RemoveIn(Body):
    """What is taken out."""

    what: Literal["criterion", "candidate"]
    id: Key


@router.show("/needs-studies/{study_id}/comparison", ComparisonOut)
def get_needs_comparison(request: ApiRequest, study_id: Id) -> dict[str, Any]:
    """Weigh the products of a specification, and tell how firm the result is."""
    found = comparison(get_visible(NeedsStudy, request.actor, pk=study_id))
    return {
        "criteria": found.criteria,
        "candidates": found.candidates,
        "scores": [score for _one, cells in found.rows for _each, score in cells if score],
        "ranked": [
            {"candidate_id": one.candidate.pk, "name": one.candidate.name,
             "total": one.weighed.total, "share": one.weighed.share,
             "missing": one.weighed.missing}
            for one in found.ranked
        ],
        "turns": [
            {"criterion_id": one.criterion.pk, "weight": one.turn.weight,
             "lower": one.turn.lower, "lower_winner": one.turn.lower_winner,
             "upper": one.turn.upper, "upper_winner": one.turn.upper_winner}
            for one in found.turned
        ],
    }  # fmt: skip


@router.act("/needs-studies/{study_id}/criteria", CriterionOut)
def set_needs_criterion(request: ApiRequest, study_id: Id, body: CriterionIn) -> Criterion:
    """Add a criterion, or change one."""
    return needs.set_criterion(actor=request.actor, study_id=study_id, **body.model_dump())


@router.act("/needs-studies/{study_id}/products", WeighedProductOut)
def set_needs_product(request: ApiRequest, study_id: Id, body: CandidateIn) -> Candidate:
    """Add a product to compare, or change one."""
    return needs.set_candidate(actor=request.actor, study_id=study_id, **body.model_dump())


@router.act("/needs-studies/{study_id}/scores", ScoreOut)
def set_needs_score(request: ApiRequest, study_id: Id, body: ScoreIn) -> Score:
    """Say how well a product answers a criterion, and what proves it."""
    said = body.model_dump()
    said["content"] = None if body.content is None else _bytes(body.content)
    return needs.set_score(actor=request.actor, study_id=study_id, **said)


class RemovedOut(Schema):
    """The specification that lost something."""

    id: int


@router.act("/needs-studies/{study_id}/remove", RemovedOut)
def remove_of_needs(request: ApiRequest, study_id: Id, body: RemoveIn) -> NeedsStudy:
    """Take a criterion or a product out, with its scores."""
    return needs.remove(actor=request.actor, study_id=study_id, **{f"{body.what}_id": body.id})


@router.download("/needs-studies/{study_id}/document")
def get_needs_document(request: ApiRequest, study_id: Id) -> HttpResponseBase:
    """Download a specification of needs as a PDF."""
    rows = NeedsStudy.objects.select_related("organisation")
    study = get_visible(NeedsStudy, request.actor, rows, pk=study_id)
    return HttpResponse(document.render(study), content_type="application/pdf")


@router.download("/needs-scores/{score_id}/proof")
def get_needs_proof(request: ApiRequest, score_id: Id) -> HttpResponseBase:
    """Download the file that proves a score."""
    row = get_visible(Score, request.actor, Score.objects.select_related("file"), pk=score_id)
    if row.file is None:
        raise NotFound
    return files.serve(row.file, name=row.file_name)
