"""Pages and API of sessions, juries and minutes: a whole session by its pages, and refusals."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compagnon.people.models import Person
from compagnon.people.tests import factories as people
from compagnon.titles.models import (
    Appeal,
    CentreApproval,
    Decision,
    Forecast,
    HeldCertificate,
    Juror,
    JurorTie,
    JuryMember,
    Minutes,
    Session,
    SessionState,
)
from compagnon.titles.services import deliberating, minutes
from compagnon.titles.tests import factories
from compagnon.titles.tests.test_hold_session import (
    Day,
    held,
    opinions,
    prepared,
    voted,
    written,
)

pytestmark = pytest.mark.django_db


def browser(person: Person) -> Client:
    """Sign somebody in."""
    client = Client()
    client.force_login(getattr(person, "account", None) or people.account(person))
    return client


def post(client: Client, route: str, *keys: object, **values: object) -> Any:
    """Send a page's form, and go where it leads."""
    return client.post(reverse(f"titles:{route}", args=keys), values, follow=True)


def jurors_of(day: Day) -> list[Person]:
    """Give the jury's persons."""
    return [
        one.juror.person for one in day.session.jury.select_related("juror__person").order_by("pk")
    ]


def test_a_session_is_prepared_by_pages() -> None:
    centre = factories.centre()
    secretary = browser(centre.secretary)
    approval = post(
        secretary, "approval_list", centre=centre.organisation.pk, version=centre.version.pk,
        number="AGR-7", approved_on="2026-01-01",
    )  # fmt: skip
    assert "AGR-7" in approval.content.decode()
    assert CentreApproval.objects.get().number == "AGR-7"
    post(
        secretary, "forecast", centre=centre.organisation.pk, version=centre.version.pk,
        kind="title", month="2026-09-14", places=8, submitted_on="2026-01-20",
    )  # fmt: skip
    assert Forecast.objects.get().month == date(2026, 9, 1)
    file = secretary.get(reverse("titles:forecast_file"), {"year": "2026"}).content.decode()
    assert "2026-09" in file
    made = post(
        secretary, "session_plan", centre=centre.organisation.pk, version=centre.version.pk,
        kind="title", starts_at="2026-09-14T08:00", ends_at="2026-09-14T18:00", place="Salle 2",
    )  # fmt: skip
    session = Session.objects.get()
    assert session.reference in made.content.decode()
    refused = secretary.post(reverse("titles:session_plan"), {"kind": "title"})
    assert refused.status_code == 422
    post(secretary, "session_do", session.pk, "station", name="Poste 1")
    assert session.stations.get().name == "Poste 1"
    person = people.person(people.organisation("Entreprise"), "Ana", "Blanc")
    factories.candidacy(centre)
    post(
        secretary, "juror_register", centre=centre.organisation.pk, person=person.pk,
        titles=[centre.version.title_id], quality="professional", sex="f",
        experience_months=60, authorised_from="2026-01-01", is_active="on",
    )  # fmt: skip
    # The secretary does not see a stranger: nobody is registered that one does not see.
    assert not Juror.objects.exists()
    trainer = people.person(centre.organisation, "Ana", "Blanc")
    post(
        secretary, "juror_register", centre=centre.organisation.pk, person=trainer.pk,
        titles=[centre.version.title_id], quality="professional", sex="f",
        experience_months=60, authorised_from="2026-01-01", is_active="on",
    )  # fmt: skip
    juror = Juror.objects.get()
    post(secretary, "juror_do", juror.pk, "tie", candidate=centre.trainees[0].pk, kind="kin")
    tie = JurorTie.objects.get()
    post(secretary, "juror_do", juror.pk, "drop-tie", key=tie.pk)
    assert not JurorTie.objects.exists()
    assert (
        juror.person.last_name
        in secretary.get(reverse("titles:session", args=[session.pk])).content.decode()
    )  # suggested
    post(secretary, "session_do", session.pk, "invite", juror=juror.pk, is_chair="on")
    own = browser(trainer)
    assert "Salle 2" in own.get(reverse("titles:my_jury")).content.decode()
    member = JuryMember.objects.get()
    post(own, "jury_answer", member.pk, answer="accepted")
    member.refresh_from_db()
    assert member.answer == "accepted"
    late = secretary.post(reverse("titles:session_do", args=[session.pk, "summon"]), {})
    assert late.status_code == 409
    post(secretary, "session_do", session.pk, "cancel")
    session.refresh_from_db()
    assert session.state == SessionState.CANCELLED


def test_obstructions_are_cited_before_the_summons() -> None:
    day = prepared(jury=1)
    page = browser(day.centre.secretary).get(reverse("titles:session", args=[day.session.pk]))
    assert "jury.quorum" in page.content.decode()


def test_a_jury_deliberates_by_pages_to_the_booklet() -> None:
    day = prepared()
    session = held(day)
    sitting = session.sittings.get()
    jury = [browser(one) for one in jurors_of(day)]
    here = reverse("titles:judge_candidate", args=[session.pk, sitting.pk])
    certificates = deliberating.judged_certificates(session)
    for number, client in enumerate(jury):
        assert client.get(reverse("titles:judge", args=[session.pk])).status_code == 200
        values = {f"value-{one.pk}": "acquired" for one in certificates}
        values[f"comment-{certificates[0].pk}"] = f"Secret {number}"
        kept = client.post(here, values, follow=True)
        assert f"Secret {number}" in kept.content.decode()
    assert "Secret 1" not in jury[0].get(here).content.decode()
    for client in jury:
        post(client, "session_do", session.pk, "close-opinions")
    session.refresh_from_db()
    assert session.state == SessionState.DELIBERATING
    assert "Secret 1" in jury[0].get(here).content.decode()
    live = {"HX-Request": "true", "Live-Version": "x"}
    part = jury[0].get(here, headers=live)
    assert b"<html" not in part.content
    version = part.context["version"]
    again = jury[0].get(here, headers={**live, "Live-Version": version})
    assert again.status_code == 204
    for client in jury:
        post(client, "session_do", session.pk, "vote", key=sitting.pk, is_for="yes")
    moved = jury[0].get(here, headers={**live, "Live-Version": version})
    assert moved.status_code == 200
    post(jury[0], "session_do", session.pk, "write", key=sitting.pk)
    made = Minutes.objects.get()
    decision = Decision.objects.get()
    assert made.decision_reference == decision.reference
    assert (decision.outcome, decision.recorded_by_id) == ("granted", jurors_of(day)[0].pk)
    for client in jury:
        page = client.get(reverse("titles:minutes", args=[made.pk])).content.decode()
        assert made.digest in page
        post(client, "minutes_do", made.pk, "sign", digest=made.digest)
    assert made.signatures.count() == 3
    secretary = browser(day.centre.secretary)
    post(secretary, "session_do", session.pk, "close")
    assert HeldCertificate.objects.filter(decision_reference=made.number).count() == 3
    post(secretary, "session_do", session.pk, "notify")
    candidate = browser(day.candidacies[0].person)
    assert (
        made.number in candidate.get(reverse("titles:session", args=[session.pk])).content.decode()
    )
    post(candidate, "minutes_do", made.pk, "appeal", received_on="2026-10-01", grounds="Le chrono.")
    appeal = Appeal.objects.get()
    post(
        secretary, "minutes_do", made.pk, "answer-appeal", key=appeal.pk, state="dismissed",
        answer="Vérifié.", answered_on="2026-10-10",
    )  # fmt: skip
    appeal.refresh_from_db()
    assert appeal.state == "dismissed"
    post(secretary, "session_do", session.pk, "reopen", reason="Coquille.")
    post(jury[0], "session_do", session.pk, "write", key=sitting.pk, reason="Coquille.")
    second = Minutes.objects.get(corrects=made)
    assert minutes.decision_of(second).previous == decision  # type: ignore[union-attr]
    told = secretary.get(reverse("titles:minutes", args=[made.pk])).content.decode()
    assert second.number in told


def test_who_is_no_juror_neither_reads_nor_votes() -> None:
    day = prepared()
    session = held(day)
    sitting = session.sittings.get()
    for person in (day.centre.secretary, day.candidacies[0].person):
        client = browser(person)
        for name, keys in (("judge", [session.pk]), ("judge_candidate", [session.pk, sitting.pk])):
            assert client.get(reverse(f"titles:{name}", args=keys)).status_code == 403
        url = reverse("titles:session_do", args=[session.pk, "vote"])
        assert client.post(url, {"key": sitting.pk, "is_for": "yes"}).status_code == 403
    stranger = browser(people.person(people.organisation("Ailleurs")))
    assert stranger.get(reverse("titles:session", args=[session.pk])).status_code == 404


def test_minutes_are_altered_by_no_page_nor_operation() -> None:
    day = prepared()
    held(day)
    opinions(day)
    voted(day, True, True, True)
    made = written(day)
    clients = [browser(jurors_of(day)[0]), browser(day.centre.secretary)]
    administrator = people.person(day.centre.organisation, "Ada", "Tout")
    everything = {"session.manage", "session.view", "decision.record", "decision.view"}
    people.grant(administrator, people.role(verbs=everything), day.centre.organisation)
    clients.append(browser(administrator))
    before = Minutes.objects.filter(pk=made.pk).values().get()
    page = reverse("titles:minutes", args=[made.pk])
    api = f"/api/v1/minutes/{made.pk}"
    for client in clients:
        for method in (client.post, client.put, client.patch, client.delete):
            assert method(page, {"content": "{}"}).status_code == 405
            assert (
                method(api, '{"content": {}}', content_type="application/json").status_code == 405
            )
        sign = reverse("titles:minutes_do", args=[made.pk, "sign"])
        assert client.post(sign, {"digest": "0" * 64}).status_code in {403, 409}
    assert Minutes.objects.filter(pk=made.pk).values().get() == before


def call(client: Client, path: str, body: dict[str, Any] | None = None) -> Any:
    """Call the API: read, or send."""
    if body is None:
        return client.get(f"/api/v1{path}")
    return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


def test_the_api_prepares_and_holds_a_session() -> None:
    day = prepared()
    secretary = browser(day.centre.secretary)
    of = {
        "organisation_id": day.centre.organisation.pk,
        "version_of_title_id": day.centre.version.pk,
    }
    planned = call(secretary, "/sessions", {
        **of, "kind": "title", "starts_at": "2026-11-02T08:00:00+01:00",
        "ends_at": "2026-11-02T18:00:00+01:00", "place": "Salle 3",
    })  # fmt: skip
    assert planned.status_code == 201, planned.content
    key = planned.json()["id"]
    assert call(secretary, f"/sessions/{key}/stations", {"name": "P1"}).json()["stations"]
    assert call(secretary, f"/sessions/{key}/cancel", {}).json()["state"] == "cancelled"
    forecast = {**of, "kind": "title", "month": "2027-06-15", "places": 9}
    assert call(secretary, "/session-forecasts", forecast).json()["month"] == "2027-06-01"
    assert call(secretary, "/session-forecasts?year=2027").json()["items"]
    assert call(secretary, "/centre-approvals").json()["items"]
    session = day.session
    assert call(secretary, f"/sessions/{session.pk}/obstructions").status_code == 200
    assert call(secretary, f"/sessions/{session.pk}/suggested-jurors").status_code == 200
    table = call(secretary, f"/sessions/{session.pk}/timetable", {"situation": 60, "final": 20})
    assert len(table.json()["timetable"]) == 2
    held(day)
    sitting = session.sittings.get()
    jury = [browser(one) for one in jurors_of(day)]
    way = f"/sessions/{session.pk}/candidates/{sitting.pk}"
    for client in jury:
        for one in deliberating.judged_certificates(session):
            given = {"certificate_id": one.pk, "value": "acquired"}
            assert call(client, f"{way}/opinions", given).status_code == 200
        assert call(client, f"/sessions/{session.pk}/close-opinions", {}).json()["closed"] == 2
    for client in jury:
        assert call(client, f"{way}/vote", {"is_for": True}).status_code == 200
    assert call(jury[0], f"{way}/deliberation").json()["decision"]["outcome"] == "granted"
    assert call(secretary, f"{way}/deliberation").status_code == 403
    made = call(jury[0], f"{way}/minutes", {}).json()
    assert made["seal_holds"] is True
    for client in jury:
        signed = call(client, f"/minutes/{made['id']}/sign", {"digest": made["digest"]})
    assert len(signed.json()["signatures"]) == 3
    assert call(secretary, f"/sessions/{session.pk}/close", {}).json()["state"] == "closed"
    assert call(jury[0], "/jury-members/mine").json()["items"]
    juror = session.jury.first()
    assert juror is not None
    assert call(secretary, f"/jurors/{juror.juror_id}").json()["sex"] in "fm"
    stranger = browser(people.person(people.organisation("Ailleurs")))
    assert call(stranger, f"/sessions/{session.pk}").status_code == 404
    assert call(stranger, f"/minutes/{made['id']}").status_code == 404
