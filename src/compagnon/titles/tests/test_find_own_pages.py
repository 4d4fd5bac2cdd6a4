"""Who holds no role finds their pages in the navigation: jurors, candidates, tutors, assessors."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from compagnon.people.models import Person
from compagnon.people.tests import factories as people
from compagnon.titles.models import Assessor, PeriodKind
from compagnon.titles.services import candidacies, jurors
from compagnon.titles.tests import factories
from compagnon.titles.tests.test_follow_candidacies import browser
from compagnon.titles.tests.test_mark_grids import planned

pytestmark = pytest.mark.django_db


def entries(person: Person) -> set[str]:
    """Give the pages of titles that the navigation offers somebody on their requests' page."""
    page = browser(person).get(reverse("desk:requests")).content.decode()
    names = ("my_title", "attesting", "evaluation_list", "my_jury", "session_list")
    return {name for name in names if f'href="{reverse(f"titles:{name}")}"' in page}


def test_each_finds_what_is_theirs_and_nothing_else() -> None:
    centre = factories.centre(trainees=2)
    secretary = people.actor(centre.secretary)
    outside = people.organisation("Entreprise")
    tutor, juror, expert = (people.person(outside, name, "Blanc") for name in "TJE")
    for person in (*centre.trainees, tutor, juror, expert):
        assert entries(person) == set()
    row = factories.candidacy(centre)
    assert entries(centre.trainees[0]) == {"my_title"}
    assert entries(centre.trainees[1]) == set()
    candidacies.plan_period(
        actor=secretary, candidacy_id=row.pk, kind=PeriodKind.COMPANY,
        starts_on=date(2026, 2, 2), ends_on=date(2026, 3, 2), hours=140, company=outside,
        tutor=tutor,
    )  # fmt: skip
    assert entries(tutor) == {"attesting"}
    jurors.register_juror(
        actor=secretary, centre=centre.organisation, person=juror,
        titles=[centre.version.title], authorised_from=date(2026, 1, 1),
    )  # fmt: skip
    assert entries(juror) == {"my_jury"}
    other = factories.centre()
    Assessor.objects.create(
        evaluation=planned(other, other.trainer), person=expert, quality="professional"
    )
    assert entries(expert) == {"evaluation_list"}
    for name in entries(juror) | entries(tutor):
        assert browser(juror).get(reverse(f"titles:{name}")).status_code == 200
