"""Marks, apart then together: offline tablets, differences, signatures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.visibility import visible
from compagnon.people.models import Person
from compagnon.people.tests import factories as people
from compagnon.titles.models import (
    Certificate,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    Mark,
    Quality,
    Value,
)
from compagnon.titles.services import evaluations
from compagnon.titles.services.evaluations import Given
from compagnon.titles.tests import factories

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def planned(centre: factories.Centre, *assessors: Person) -> Evaluation:
    """Plan a situation on the first certificate."""
    candidacy = factories.candidacy(centre)
    return evaluations.plan(
        actor=people.actor(centre.trainer),
        candidacy_id=candidacy.pk,
        kind=EvaluationKind.SITUATION,
        certificate=Certificate.objects.get(version=centre.version, number=1),
        starts_at=THEN,
        assessors=[(person, Quality.TRAINER) for person in assessors],
    )


def given(competence: int, value: str = Value.ACQUIRED, comment: str = "", **more: object) -> Given:
    """Give a mark on a whole competence as a tablet sends it."""
    values = {"key": uuid4(), "criterion_id": None, "marked_at": timezone.now()} | more
    return Given(competence_id=competence, value=value, comment=comment, **values)  # type: ignore[arg-type]


def all_of(evaluation: Evaluation, value: str = Value.ACQUIRED, comment: str = "") -> list[Given]:
    """Mark every required competence alike."""
    return [given(key, value, comment) for key, _none in evaluations.required(evaluation)]


def test_two_mark_apart_then_agree() -> None:
    centre = factories.centre()
    second = people.person(centre.organisation, "Paul", "Roux")
    evaluation = planned(centre, centre.trainer, second)
    one, two = people.actor(centre.trainer), people.actor(second)

    evaluations.mark(actor=one, evaluation_id=evaluation.pk, given=all_of(evaluation))
    assert not visible(Mark, two).exists()
    evaluations.mark(
        actor=two,
        evaluation_id=evaluation.pk,
        given=all_of(evaluation, Value.NOT_ACQUIRED, "N’a pas sauvegardé."),
    )
    assert visible(Mark, two).count() == 2
    evaluations.sign(actor=one, evaluation_id=evaluation.pk)
    marked = evaluations.sign(actor=two, evaluation_id=evaluation.pk)
    assert marked.state == EvaluationState.MARKED
    assert visible(Mark, two).count() == 4

    targets = evaluations.required(evaluation)
    with pytest.raises(Invalid):
        evaluations.settle(
            actor=one, evaluation_id=evaluation.pk, decided={targets[0]: (Value.ACQUIRED, "")}
        )
    settled = evaluations.settle(
        actor=one,
        evaluation_id=evaluation.pk,
        decided=dict.fromkeys(targets, (Value.ACQUIRED, "Rattrapé à l’oral.")),
    )
    assert settled.state == EvaluationState.MARKED
    done = evaluations.agree(actor=two, evaluation_id=evaluation.pk)
    assert (done.state, done.signed_at is not None) == (EvaluationState.SIGNED, True)


def test_a_grid_filled_offline_loses_nothing_and_shows_what_conflicts() -> None:
    centre = factories.centre()
    evaluation = planned(centre, centre.trainer)
    actor = people.actor(centre.trainer)
    first = given(evaluations.required(evaluation)[0][0])
    evaluations.mark(actor=actor, evaluation_id=evaluation.pk, given=[first])
    hour_ago = timezone.now() - timedelta(hours=1)
    tablet = given(
        first.competence_id, Value.NOT_ACQUIRED, "Vu hors ligne.", after=first.key,
        marked_at=hour_ago,
    )  # fmt: skip
    desk = given(first.competence_id, Value.NOT_SEEN, after=first.key)
    evaluations.mark(actor=actor, evaluation_id=evaluation.pk, given=[desk])
    for _again in range(2):  # the answer was lost, the tablet sends again
        evaluations.mark(actor=actor, evaluation_id=evaluation.pk, given=[tablet])

    assert Mark.objects.count() == 3
    grid = evaluations.grid_of(evaluation.assessors.get())
    assert set(grid.conflicts) == {(first.competence_id, None)}
    rest = [one for one in all_of(evaluation) if one.competence_id != first.competence_id]
    evaluations.mark(actor=actor, evaluation_id=evaluation.pk, given=rest)
    with pytest.raises(Conflict):
        evaluations.sign(actor=actor, evaluation_id=evaluation.pk)

    choice = given(first.competence_id, after=tablet.key, resolves=(desk.key,))
    evaluations.mark(actor=actor, evaluation_id=evaluation.pk, given=[choice])
    assert evaluations.sign(actor=actor, evaluation_id=evaluation.pk).state == "signed"
    with pytest.raises(Conflict):
        evaluations.mark(actor=actor, evaluation_id=evaluation.pk, given=all_of(evaluation))


def test_what_is_refused() -> None:
    centre = factories.centre()
    evaluation = planned(centre, centre.trainer)
    with pytest.raises(Invalid):
        evaluations.plan(
            actor=people.actor(centre.trainer),
            candidacy_id=evaluation.candidacy_id,
            kind=EvaluationKind.FINAL,
            certificate=None,
            starts_at=THEN,
            assessors=[(centre.trainees[0], Quality.TRAINER)],
        )
    actor = people.actor(centre.trainer)
    other = factories.title_version().competences.first()
    assert other is not None
    for wrong in (
        given(other.pk),
        given(evaluations.required(evaluation)[0][0], "excellent"),
        given(evaluations.required(evaluation)[0][0], marked_at=timezone.now() + timedelta(days=1)),
    ):
        with pytest.raises(Invalid):
            evaluations.mark(actor=actor, evaluation_id=evaluation.pk, given=[wrong])
    silent = all_of(evaluation, Value.NOT_ACQUIRED)
    evaluations.mark(actor=actor, evaluation_id=evaluation.pk, given=silent)
    with pytest.raises(Conflict):  # «not acquired» says why
        evaluations.sign(actor=actor, evaluation_id=evaluation.pk)
    with pytest.raises(Refused):
        evaluations.mark(
            actor=people.actor(centre.secretary),
            evaluation_id=evaluation.pk,
            given=all_of(evaluation),
        )
    with pytest.raises(NotFound):  # a candidate sees what is signed
        evaluations.mark(
            actor=people.actor(centre.trainees[0]), evaluation_id=evaluation.pk, given=[]
        )
