"""Pages and API of evaluations: plan, a grid, marks sent late, settling, the booklet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from compagnon.people.tests import factories as people
from compagnon.titles.models import Certificate, Evaluation, EvaluationKind, Quality
from compagnon.titles.services import evaluations
from compagnon.titles.tests import factories
from compagnon.titles.tests.test_mark_grids import all_of, planned
from compagnon.titles.tests.test_session_pages import browser, call, post

pytestmark = pytest.mark.django_db


def mark(competence: int, value: str, **more: object) -> dict[str, object]:
    """Give a mark as a tablet sends it."""
    return {
        "key": str(uuid4()), "competence_id": competence, "value": value,
        "marked_at": timezone.now().isoformat(),
    } | more  # fmt: skip


def test_planned_and_seen_from_the_candidacy() -> None:
    centre = factories.centre()
    candidacy = factories.candidacy(centre)
    trainer = browser(centre.trainer)
    certificate = Certificate.objects.get(version=centre.version, number=1)
    post(
        trainer, "evaluation_plan", candidacy.pk, kind="in_course", certificate=certificate.pk,
        starts_at="2026-06-01T09:00", minutes=90, assessor_1=centre.trainer.pk,
        quality_1="trainer", quality_2="trainer", quality_3="trainer",
    )  # fmt: skip
    row = Evaluation.objects.get()
    part = trainer.get(
        reverse("titles:evaluations_of", args=[candidacy.pk]), headers={"HX-Request": "true"}
    )
    assert reverse("titles:evaluation", args=[row.pk]) in part.content.decode()
    assert b"<html" not in part.content
    grid = trainer.get(reverse("titles:evaluation", args=[row.pk])).content.decode()
    assert 'data-controller="grid"' in grid
    assert trainer.get(reverse("titles:evaluation_list")).status_code == 200
    assert trainer.get(reverse("titles:evaluation_worker"))["Content-Type"].startswith(
        "text/javascript"
    )
    stranger = browser(people.person(people.organisation("Ailleurs")))
    assert stranger.get(reverse("titles:evaluation", args=[row.pk])).status_code == 404
    assert stranger.get(reverse("titles:evaluation_plan", args=[candidacy.pk])).status_code == 404


def test_a_device_sends_late_twice_and_beside_another() -> None:
    centre = factories.centre()
    row = planned(centre, centre.trainer)
    client = browser(centre.trainer)
    way = f"/evaluations/{row.pk}"
    first_key, second_key = (key for key, _none in evaluations.required(row))
    first = mark(first_key, "acquired")
    assert call(client, f"{way}/marks", {"marks": [first]}).status_code == 200
    hour_ago = (timezone.now() - timedelta(hours=1)).isoformat()
    tablet = mark(
        first_key, "not_acquired", comment="Hors ligne.", after=first["key"], marked_at=hour_ago
    )
    desk = mark(first_key, "not_seen", after=first["key"])
    call(client, f"{way}/marks", {"marks": [desk]})
    for _again in range(2):
        told = call(client, f"{way}/marks", {"marks": [tablet]}).json()
    assert len(told["marks"]) == 3
    assert told["in_conflict"] == [{"competence_id": first_key, "criterion_id": None}]
    choice = mark(first_key, "acquired", after=tablet["key"], resolves=[desk["key"]])
    told = call(client, f"{way}/marks", {"marks": [choice, mark(second_key, "acquired")]}).json()
    assert (told["in_conflict"], told["unmarked"]) == ([], [])
    bad = call(client, f"{way}/marks", {"marks": [mark(first_key, "great")]})
    assert bad.status_code == 422
    post(client, "evaluation_do", row.pk, "sign")
    closed = call(client, f"{way}/marks", {"marks": [mark(first_key, "not_seen")]})
    assert closed.status_code == 409
    assert call(client, f"{way}/grid").json()["signed"] is True
    other = browser(centre.secretary)
    assert call(other, f"{way}/grid").status_code == 404


def test_two_assessors_settle_by_pages() -> None:
    centre = factories.centre()
    second = people.person(centre.organisation, "Paul", "Roux")
    row = planned(centre, centre.trainer, second)
    one, two = browser(centre.trainer), browser(second)
    evaluations.mark(actor=people.actor(centre.trainer), evaluation_id=row.pk, given=all_of(row))
    evaluations.mark(
        actor=people.actor(second), evaluation_id=row.pk,
        given=all_of(row, "not_acquired", "Rien de sauvegardé."),
    )  # fmt: skip
    assert (
        "Rien de sauvegardé"
        not in one.get(reverse("titles:evaluation", args=[row.pk])).content.decode()
    )
    post(one, "evaluation_do", row.pk, "sign")
    post(two, "evaluation_do", row.pk, "sign")
    page = one.get(reverse("titles:evaluation", args=[row.pk])).content.decode()
    assert "Rien de sauvegardé" in page
    assert one.post(reverse("titles:evaluation_do", args=[row.pk, "settle"])).status_code == 422
    decided = {f"value-{key}-x": "acquired" for key, _none in evaluations.required(row)}
    post(one, "evaluation_do", row.pk, "settle", **decided)
    post(two, "evaluation_do", row.pk, "agree")
    row.refresh_from_db()
    assert row.state == "signed"


def test_only_what_is_signed_counts_in_the_booklet_and_an_addition_overrides() -> None:
    centre = factories.centre()
    candidacy = factories.candidacy(centre)
    actor = people.actor(centre.trainer)
    certificate = Certificate.objects.get(version=centre.version, number=2)

    def evaluation(value: str, overrides: Evaluation | None = None) -> Evaluation:
        made = evaluations.plan(
            actor=actor, candidacy_id=candidacy.pk, kind=EvaluationKind.IN_COURSE,
            certificate=certificate, starts_at=datetime(2026, 6, 1, tzinfo=UTC),
            assessors=[(centre.trainer, Quality.TRAINER)], overrides=overrides,
        )  # fmt: skip
        evaluations.mark(
            actor=actor, evaluation_id=made.pk, given=all_of(made, value, "Parce que.")
        )
        return made

    client = browser(centre.trainer)
    way = f"/candidacies/{candidacy.pk}/in-course-booklet"

    def counts() -> int | None:
        return call(client, way).json()["items"][1]["evaluation_id"]

    first = evaluation("not_acquired")
    assert counts() is None
    evaluations.sign(actor=actor, evaluation_id=first.pk)
    assert counts() == first.pk
    first.refresh_from_db()
    addition = evaluation("acquired", first)
    assert counts() == first.pk
    evaluations.sign(actor=actor, evaluation_id=addition.pk)
    assert counts() == addition.pk
    page = client.get(reverse("titles:evaluation_booklet", args=[candidacy.pk]))
    assert page.status_code == 200
