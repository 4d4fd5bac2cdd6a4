"""Personal data: kept as long as said, erased after, what proves stays; the register tells it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, NotFound, Refused
from compagnon.people.models import Person
from compagnon.people.tests import factories as people
from compagnon.titles import processing, tasks
from compagnon.titles.models import Candidacy, CandidacyState, Juror, Minutes, SessionMail
from compagnon.titles.services import candidacies, keeping, minutes, results
from compagnon.titles.tests import factories
from compagnon.titles.tests import test_hold_session as hold
from compagnon.titles.tests.test_bring_out_minutes import decided
from compagnon.titles.tests.test_follow_candidacies import browser

pytestmark = pytest.mark.django_db


def test_every_table_that_names_a_person_is_in_the_register() -> None:
    named = {
        model._meta.model_name
        for model in apps.get_app_config("titles").get_models()
        if any(field.related_model in (Person, Candidacy, Juror) for field in model._meta.fields)
    }
    listed = set().union(*(one.models for one in processing.register()))
    assert named <= listed, named - listed
    for one in processing.register():
        for words in one.words.values():
            assert words.fr
            assert words.en


def test_a_candidacy_that_is_over_has_a_day_and_goes_on_it() -> None:
    centre = factories.centre()
    row = factories.candidacy(centre, plan="Alternance")
    secretary = people.actor(centre.secretary)
    assert row.keep_until is None
    candidacies.move(actor=secretary, candidacy_id=row.pk, state=CandidacyState.WITHDRAWN)
    row.refresh_from_db()
    assert row.keep_until == processing.kept_until("candidacy", timezone.localdate())
    system = Actor.system("tests")
    assert keeping.forget_due(actor=system) == 0
    assert keeping.forget_due(actor=system, today=row.keep_until) == 0
    assert keeping.forget_due(actor=system, today=row.keep_until + timedelta(days=1)) == 1
    assert keeping.forget_due(actor=system, today=row.keep_until + timedelta(days=2)) == 0
    row.refresh_from_db()
    assert row.plan == keeping.ERASED
    # Taken up again, its time begins anew at its next end.
    candidacies.move(actor=secretary, candidacy_id=row.pk, state=CandidacyState.ENROLLED)
    row.refresh_from_db()
    assert (row.keep_until, row.plan) == (None, "")


def test_the_day_that_a_centre_sets_holds() -> None:
    centre = factories.centre()
    row = factories.candidacy(centre)
    secretary, day = people.actor(centre.secretary), date(2026, 12, 31)
    keeping.keep_until(actor=secretary, candidacy_id=row.pk, day=day)
    candidacies.move(actor=secretary, candidacy_id=row.pk, state=CandidacyState.WITHDRAWN)
    row.refresh_from_db()
    assert row.keep_until == day
    Candidacy.objects.update(keep_until=timezone.localdate() - timedelta(days=1))
    tasks.forget_what_is_past_its_time()
    row.refresh_from_db()
    assert row.plan == keeping.ERASED


def test_erasing_takes_addresses_and_leaves_the_proofs() -> None:
    day, made = decided()
    results.close_session(actor=day.secretary, session_id=day.session.pk)
    row = day.candidacies[0]
    told = {"session": day.session, "person": row.person, "created_at": timezone.now()}
    SessionMail.objects.all().delete()
    mail = SessionMail.objects.create(
        kind="summons", address="eleve@exemple.fr", state="failed", error="<eleve@exemple.fr>: 550",
        **told,
    )  # fmt: skip
    waiting = SessionMail.objects.create(
        kind="results", address="eleve@exemple.fr", state="waiting", sequence=1, **told
    )
    juror = day.session.jury.all()[0].juror
    other = SessionMail.objects.create(
        session=day.session, person=juror.person, kind="summons", as_juror=True,
        address="jure@exemple.fr", created_at=timezone.now(),
    )  # fmt: skip
    keeping.forget(actor=day.secretary, candidacy_id=row.pk)
    for one in (mail, waiting, other):
        one.refresh_from_db()
    assert (mail.address, mail.error, mail.state) == ("", "", "failed")
    assert (waiting.address, waiting.state) == ("", "failed")
    assert other.address == "jure@exemple.fr"
    assert minutes.broken(day.centre.organisation) == []
    assert Minutes.objects.get(pk=made.pk).digest == made.digest


def test_what_is_kept_of_a_juror_goes_too() -> None:
    day = hold.prepared(jury=3)
    juror = day.session.jury.all()[0].juror
    with pytest.raises(Conflict):  # still invited
        keeping.forget_juror(actor=day.secretary, juror_id=juror.pk)
    Juror.objects.filter(pk=juror.pk).update(
        is_active=False, occupation="Technicien", employer="Verdelaine", sex="f"
    )
    with pytest.raises(Conflict):  # the session is not closed
        keeping.forget_juror(actor=day.secretary, juror_id=juror.pk)
    day.session.state = "cancelled"
    day.session.save(update_fields=["state"])
    with pytest.raises(Refused):
        keeping.forget_juror(actor=people.actor(juror.person), juror_id=juror.pk)
    with pytest.raises(NotFound):
        keeping.forget_juror(
            actor=people.actor(people.person(people.organisation("Ailleurs"))), juror_id=juror.pk
        )
    last = timezone.localdate(day.session.ends_at)
    assert keeping.due_jurors(processing.kept_until("juror", last)) == []
    assert keeping.due_jurors(processing.kept_until("juror", last) + timedelta(days=1)) == [juror]
    keeping.forget_juror(actor=day.secretary, juror_id=juror.pk)
    juror.refresh_from_db()
    assert (juror.occupation, juror.employer, juror.sex) == (keeping.ERASED, "", "")
    assert not juror.ties.exists()
    assert juror.is_active is False
    with pytest.raises(Conflict):
        keeping.forget_juror(actor=day.secretary, juror_id=juror.pk)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_tells_everybody_and_the_secretary_what_ends(language: str) -> None:
    centre = factories.centre()
    row = factories.candidacy(centre)
    Candidacy.objects.update(keep_until=timezone.localdate() + timedelta(days=10))
    url = reverse("titles:personal_data")
    for person, sees in ((centre.secretary, True), (centre.trainees[0], False)):
        client = browser(person, language)
        page = client.get(url).content.decode()
        assert (row.reference in page) is sees
        for one in processing.register():
            assert one.words["name"].text("en" if language == "en" else "fr") in page.replace(
                "&#x27;", "'"
            )
    items = browser(centre.secretary).get("/api/v1/title-processings").json()["items"]
    assert {one["id"] for one in items} == {one.id for one in processing.register()}
