"""Candidacies: services and pages, from enrolment to erasure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Stale
from compagnon.core.models import Entry
from compagnon.people.models import Person
from compagnon.people.tests import factories as people
from compagnon.titles.models import (
    Candidacy,
    CandidacyState,
    Certificate,
    Evidence,
    ExperienceProof,
    HeldCertificate,
    Path,
)
from compagnon.titles.queries import candidacies as queries
from compagnon.titles.services import candidacies, dossiers, evidence, keeping, rights
from compagnon.titles.showing_candidacies import line
from compagnon.titles.tests import factories

pytestmark = pytest.mark.django_db


def browser(person: Person, language: str = "fr") -> Client:
    """Give the browser of somebody who has signed in, and reads that language."""
    if not hasattr(person, "account"):
        people.account(person)
    Person.objects.filter(pk=person.pk).update(language=language)
    client = Client()
    client.force_login(person.account)
    return client


# --- services ------------------------------------------------------------------------------------


def test_enrolling_aims_at_every_ccp_and_refuses_what_does_not_fit() -> None:
    centre = factories.centre(trainees=2, ccs=True)
    keeper = people.actor(centre.secretary)
    row = factories.candidacy(centre)
    assert row.reference == f"C-{row.pk:06d}"
    assert [one.number for one in row.aimed.order_by("number")] == [1, 2]
    with pytest.raises(Conflict):
        factories.candidacy(centre)
    factories.candidacy(centre, path=Path.VAE)
    given: dict[str, Any] = {
        "actor": keeper, "person": centre.trainees[1], "centre": centre.organisation,
        "version": centre.version, "starts_on": date(2026, 1, 5),
    }  # fmt: skip
    ccs = Certificate.objects.get(version=centre.version, kind="ccs")
    with pytest.raises(Invalid):  # a CCS has a path of its own
        candidacies.enrol(path=Path.CONTINUOUS, aimed=[ccs], **given)
    with pytest.raises(Invalid):
        candidacies.enrol(path=Path.CCS, **given)
    with pytest.raises(Invalid):
        candidacies.enrol(path=Path.CONTINUOUS, ends_on=date(2025, 1, 1), **given)
    empty = factories.title_version(activities=())
    with pytest.raises(Invalid):  # nothing to go for
        candidacies.enrol(path=Path.CONTINUOUS, **given | {"version": empty})
    other = factories.title_version().certificates.get(number=1)
    with pytest.raises(Invalid):
        candidacies.enrol(path=Path.DISCONTINUOUS, aimed=[other], **given)
    trainer = people.actor(centre.trainer)
    with pytest.raises(Refused):
        candidacies.enrol(path=Path.CONTINUOUS, **given | {"actor": trainer})
    assert candidacies.enrol(path=Path.CCS, aimed=[ccs], **given).aimed.get() == ccs


def test_a_state_follows_another_and_decided_is_not_said_by_hand() -> None:
    centre = factories.centre()
    keeper = people.actor(centre.secretary)
    row = factories.candidacy(centre)
    with pytest.raises(Conflict):
        candidacies.move(actor=keeper, candidacy_id=row.pk, state=CandidacyState.DECIDED)
    with pytest.raises(Stale):
        candidacies.move(
            actor=keeper, candidacy_id=row.pk, state=CandidacyState.TRAINING, expected_version=9
        )
    moved = candidacies.move(actor=keeper, candidacy_id=row.pk, state=CandidacyState.TRAINING)
    assert moved.state == CandidacyState.TRAINING
    candidacies.move(actor=keeper, candidacy_id=row.pk, state=CandidacyState.WITHDRAWN)
    with pytest.raises(Conflict):
        candidacies.plan_period(
            actor=keeper, candidacy_id=row.pk, kind="centre",
            starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 6),
        )  # fmt: skip


def test_the_plan_absences_and_identity() -> None:
    centre = factories.centre()
    keeper = people.actor(centre.secretary)
    row = factories.candidacy(centre)
    of: dict[str, Any] = {"actor": keeper, "candidacy_id": row.pk}
    dates = {"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 27)}
    with pytest.raises(Invalid):
        candidacies.plan_period(kind="company", **dates, **of)
    with pytest.raises(Invalid):
        candidacies.plan_period(kind="centre", hours=9000, **dates, **of)
    period = candidacies.plan_period(
        kind="company", company=centre.organisation, tutor=centre.trainer, hours=140, **dates, **of
    )
    absence = candidacies.record_absence(
        starts_at=datetime(2026, 2, 3, 8, tzinfo=UTC),
        ends_at=datetime(2026, 2, 3, 17, tzinfo=UTC),
        **of,
    )
    with pytest.raises(Invalid):  # already absent then
        candidacies.record_absence(
            starts_at=datetime(2026, 2, 3, 9, tzinfo=UTC),
            ends_at=datetime(2026, 2, 4, 9, tzinfo=UTC),
            **of,
        )
    candidacies.justify_absence(absence_id=absence.pk, is_justified=True, **of)
    file = queries.file_of(keeper, row)
    assert file.absences[0].is_justified
    drawn = line(row, file.periods, file.absences, date(2026, 2, 10))
    assert drawn is not None
    assert drawn.stretches[0].company
    assert drawn.today is not None
    candidacies.check_identity(document="passport", **of)
    assert "passport" in str(Entry.objects.get(verb="candidacy.check_identity").after)
    candidacies.drop_period(period_id=period.pk, **of)
    with pytest.raises(NotFound):
        candidacies.drop_period(period_id=period.pk, **of)
    with pytest.raises(NotFound):
        candidacies.justify_absence(absence_id=10**9, is_justified=True, **of)


def test_what_a_candidate_of_vae_comes_with() -> None:
    centre = factories.centre()
    keeper = people.actor(centre.secretary)
    continuous = factories.candidacy(centre)
    row = factories.candidacy(centre, path=Path.VAE)
    with pytest.raises(Conflict):
        rights.ask_notice(actor=keeper, candidacy_id=continuous.pk, asked_on=date(2026, 1, 6))
    of: dict[str, Any] = {"actor": keeper, "candidacy_id": row.pk}
    answer = {"state": "admissible", "notified_on": date(2026, 3, 1)}
    with pytest.raises(Conflict):
        rights.answer_notice(**answer, **of)
    rights.ask_notice(asked_on=date(2026, 1, 6), **of)
    with pytest.raises(Conflict):
        rights.ask_notice(asked_on=date(2026, 1, 6), **of)
    with pytest.raises(Invalid):
        rights.answer_notice(**answer | {"notified_on": date(2026, 1, 1)}, **of)
    assert rights.answer_notice(**answer, **of).state == "admissible"
    with pytest.raises(Invalid):
        rights.add_experience(employer=" ", role="x", starts_on=date(2020, 1, 1), **of)
    with pytest.raises(Invalid):
        rights.add_experience(
            employer="a", role="b", starts_on=date(2020, 1, 1), weekly_hours=Decimal(80), **of
        )
    rights.add_experience(employer="Verdelaine", role="Aide", starts_on=date(2020, 1, 1), **of)
    with pytest.raises(Invalid):
        rights.grant_accommodation(kind="extra_time", granted_on=date(2026, 1, 6), **of)
    given = rights.grant_accommodation(
        kind="extra_time", extra_percent=33, granted_on=date(2026, 1, 6), **of
    )
    # A tutor learns nothing of health, nor of the candidate's past.
    tutor = people.person(centre.organisation, "Ali", "Noir")
    candidacies.plan_period(
        kind="company", company=centre.organisation, tutor=tutor,
        starts_on=date(2026, 2, 2), ends_on=date(2026, 2, 27), **of,
    )  # fmt: skip
    seen = queries.file_of(people.actor(tutor), row)
    assert (seen.accommodations, seen.experiences, seen.notice) == ([], [], None)
    assert given in queries.file_of(keeper, row).accommodations


def test_the_booklet_counts_down_by_the_window_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    centre = factories.centre()
    keeper = people.actor(centre.secretary)
    row = factories.candidacy(centre)
    ccp = Certificate.objects.get(version=centre.version, number=1)
    given: dict[str, Any] = {
        "actor": keeper, "person": row.person, "centre": centre.organisation,
        "version": centre.version,
    }  # fmt: skip
    asked: list[dict[str, date]] = []

    def weighed(*, held: dict[str, date], today: date, **_of: Any) -> Any:
        asked.append(held)
        return SimpleNamespace(applied=SimpleNamespace(until=today + timedelta(days=90)))

    monkeypatch.setattr(queries, "windows", weighed)
    first = timezone.localdate() - timedelta(days=365)
    rights.record_held(certificate=ccp, gained_on=first, **given)
    with pytest.raises(Conflict):
        rights.record_held(certificate=ccp, gained_on=first, **given)
    other = factories.title_version().certificates.first()
    with pytest.raises(Invalid):
        rights.record_held(certificate=other, gained_on=first, **given)
    found = queries.window(row, rights.held_of(row))
    assert found is not None
    assert (asked, found[1]) == ([{"1": first}], 90)
    rights.record_held(certificate=None, gained_on=timezone.localdate(), **given)
    assert queries.window(row, rights.held_of(row)) is None


def test_erasing_leaves_what_proves() -> None:
    centre = factories.centre()
    keeper, mine = people.actor(centre.secretary), people.actor(centre.trainees[0])
    row = factories.candidacy(centre, plan="Six mois à Lyon")
    made = evidence.add_outside(
        actor=mine, candidacy_id=row.pk, happened_at=datetime(2026, 2, 2, tzinfo=UTC),
        texts={"title": "Chez Mme Blanc", "did": "Câblage chez Mme Blanc"}, shown=[],
    )  # fmt: skip
    evidence.attach(actor=mine, evidence_id=made.pk, name="vu.txt", content=b"vu")
    evidence.attest(actor=people.actor(centre.trainer), evidence_id=made.pk, comment="Vu.")
    for activity in centre.version.activities.all():
        dossiers.write_example(
            actor=mine, candidacy_id=row.pk, activity=activity,
            texts={"title": "Exemple", "did": "Mme Blanc"}, evidence=[made],
        )  # fmt: skip
    dossiers.declare(actor=mine, candidacy_id=row.pk, place="Lyon")
    certificate = row.aimed.first()
    rights.record_held(
        actor=keeper, person=row.person, centre=centre.organisation, version=centre.version,
        certificate=certificate, gained_on=date(2026, 6, 1), decision_reference="PV-1",
    )  # fmt: skip
    with pytest.raises(Conflict):
        keeping.forget(actor=keeper, candidacy_id=row.pk)
    with pytest.raises(Invalid):
        keeping.keep_until(actor=keeper, candidacy_id=row.pk, day=date(2020, 1, 1))
    keeping.keep_until(actor=keeper, candidacy_id=row.pk, day=date(2026, 7, 1))
    candidacies.move(actor=keeper, candidacy_id=row.pk, state="withdrawn")
    with pytest.raises(Refused):
        keeping.forget(actor=people.actor(centre.trainer), candidacy_id=row.pk)
    assert row in keeping.due(date(2026, 7, 2))
    seal = row.dossier.seal
    journal = Entry.objects.count()
    keeping.forget(actor=keeper, candidacy_id=row.pk)

    kept = Evidence.objects.get(pk=made.pk)
    assert (kept.did, kept.attestation, kept.files.count()) == ("", "", 0)
    assert kept.sealed
    row.dossier.refresh_from_db()
    assert row.dossier.seal == seal
    assert not row.dossier.examples.filter(did__contains="Blanc").exists()
    assert HeldCertificate.objects.get().decision_reference == "PV-1"
    assert Entry.objects.count() == journal + 1
    assert not Entry.objects.filter(after__icontains="Blanc").exists()
    assert row not in keeping.due(date(2026, 7, 2))
    with pytest.raises(Conflict):
        keeping.forget(actor=keeper, candidacy_id=row.pk)


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_secretary_enrols_and_keeps_a_file(language: str) -> None:
    centre = factories.centre()
    client = browser(centre.secretary, language)
    person = centre.trainees[0]
    add = reverse("titles:candidacy_add")
    assert client.get(add).status_code == 200
    sent: dict[str, Any] = {
        "person": person.pk, "centre": centre.organisation.pk, "version": centre.version.pk,
        "path": "vae", "starts_on": "2026-01-05", "plan": "Six mois",
    }  # fmt: skip
    assert client.post(add, sent | {"person": 10**9}).status_code == 422
    assert client.post(add, sent).status_code == 302
    row = Candidacy.objects.get()
    assert client.post(add, sent).status_code == 409

    def do(name: str, **values: Any) -> int:
        return client.post(reverse("titles:candidacy_do", args=[row.pk, name]), values).status_code

    assert do("move", state="training") == 302
    assert do("move", state="decided") == 422
    assert do("identity", document="passport") == 302
    period = {"kind": "company", "starts_on": "2026-02-02", "ends_on": "2026-02-27", "hours": 140}
    assert do("period", **period) == 422
    assert do("period", **period, company=centre.organisation.pk, tutor=centre.trainer.pk) == 302
    assert do("absence", starts_at="2026-02-03T08:00", ends_at="2026-02-03T17:00") == 302
    assert do("justify", key=row.absences.get().pk, is_justified="on") == 302
    assert do("accommodation", kind="room", granted_on="2026-01-06", extra_percent=0) == 302
    assert do("ask-notice", asked_on="2026-01-06") == 302
    scan = SimpleUploadedFile("avis.txt", b"recevable")
    assert do(
        "answer-notice", state="admissible", notified_on="2026-02-01", file=scan
    ) == 302  # fmt: skip
    proof = SimpleUploadedFile("contrat.txt", b"contrat")
    assert do(
        "experience", employer="Verdelaine", role="Aide", starts_on="2020-01-01",
        weekly_hours="35", file=proof,
    ) == 302  # fmt: skip
    held = {"version": centre.version.pk, "certificate": row.aimed.earliest("pk").pk}
    assert do("held", **held, gained_on="2025-06-01") == 302
    assert do("look-back") == 302
    assert do("keep", day="2031-01-01") == 302
    assert do("nothing") == 404
    assert do("forget", sure="on") == 409
    page = client.get(reverse("titles:candidacy_detail", args=[row.pk])).content.decode()
    room = "salle adaptée" if language == "fr" else "adapted room"
    for word in ("Verdelaine", "<rect", "Théo", "2026", room):
        assert word.lower() in page.lower(), word
    for kind, key in (("notice", row.notice.pk), ("experience", ExperienceProof.objects.get().pk)):
        answer = client.get(reverse("titles:candidacy_document", args=[row.pk, kind, key]))
        assert answer.status_code == 200
    nowhere = reverse("titles:candidacy_document", args=[row.pk, "held", 10**9])
    assert client.get(nowhere).status_code == 404
    assert do("drop-period", key=row.periods.get().pk) == 302
    listed = client.get(reverse("titles:candidacy_list"), {"state": "training"})
    assert row.reference in listed.content.decode()
    exported = b"".join(client.get(reverse("titles:candidacy_export")).streaming_content)
    assert row.reference.encode() in exported
    for name in ("move", "identity", "period", "absence", "accommodation", "held", "experience"):
        url = reverse("titles:candidacy_do", args=[row.pk, name])
        assert client.get(url).status_code == 200, name


def test_who_may_open_which_page() -> None:
    centre = factories.centre(trainees=2)
    row = factories.candidacy(centre)
    mine, other = (browser(person) for person in centre.trainees)
    page = reverse("titles:candidacy_detail", args=[row.pk])
    move = reverse("titles:candidacy_do", args=[row.pk, "move"])
    assert mine.get(page).status_code == 200
    assert other.get(page).status_code == 404
    assert mine.get(move).status_code == 403
    assert browser(centre.trainer).post(move, {"state": "training"}).status_code == 403
    assert mine.get(reverse("titles:candidacy_add")).status_code == 403


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_pages_of_candidacies_are_sound(inspect: Callable[..., Any]) -> None:
    centre = factories.centre()
    row = factories.candidacy(centre, path=Path.VAE)
    account = people.account(centre.secretary)
    candidacies.plan_period(
        actor=people.actor(centre.secretary), candidacy_id=row.pk, kind="centre",
        starts_on=date(2026, 2, 2), ends_on=date(2026, 2, 27), hours=140,
    )  # fmt: skip
    for path in (
        reverse("titles:candidacy_detail", args=[row.pk]),
        reverse("titles:candidacy_add"),
    ):
        inspect(path, account)
