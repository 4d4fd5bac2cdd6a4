"""From a closed session to attestations, and the booklet that counts what is left."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from compagnon.core.errors import Conflict, NotFound, Refused
from compagnon.people.tests import factories as people
from compagnon.titles.models import Attestation, Minutes, TitleVersion
from compagnon.titles.queries import outcomes as queries
from compagnon.titles.queries.windows import windows
from compagnon.titles.services import attesting as services
from compagnon.titles.services import deliberating, outcomes, results
from compagnon.titles.tests import attesting
from compagnon.titles.tests import test_hold_session as hold
from compagnon.titles.tests.test_bring_out_minutes import decided

pytestmark = pytest.mark.django_db


def closed(*votes: bool) -> tuple[hold.Day, Minutes]:
    """A closed session and its minutes."""
    attesting.keys()
    day, made = decided(*votes)
    results.close_session(actor=day.secretary, session_id=day.session.pk)
    return day, made


def partly() -> tuple[hold.Day, Minutes]:
    """A closed session that left the first CCP."""
    attesting.keys()
    day = hold.prepared()
    hold.held(day)
    hold.opinions(day)
    hold.voted(day, False, False, False)
    sitting = day.session.sittings.all()[0]
    first, second = deliberating.judged_certificates(day.session)
    for juror in day.jury:
        for certificate in (first, second):
            deliberating.vote(
                actor=juror, session_id=day.session.pk, sitting_id=sitting.pk,
                is_for=certificate == first, certificate_id=certificate.pk,
            )  # fmt: skip
    made = hold.written(day)
    hold.signed_by_all(day, made)
    results.close_session(actor=day.secretary, session_id=day.session.pk)
    return day, made


def test_a_title_is_attested_once() -> None:
    day, made = closed()
    person = day.candidacies[0].person
    issued = services.attest_session(actor=day.secretary, session_id=day.session.pk)
    title = next(one for one in issued if one.kind == "title")
    assert (title.person, title.decision, title.holder) == (person, made.number, str(person))
    assert title.decided_on == date(2026, 9, 14)
    assert title.title_code == day.centre.version.title.code
    assert services.attest_session(actor=day.secretary, session_id=day.session.pk) == []
    assert services.attest_minutes(actor=day.secretary, minutes_id=made.pk) == []
    # Taken back by somebody: it does not come again by itself.
    outcomes.withdraw_attestation(actor=people.system(), attestation_id=title.pk, reason="Erreur.")
    assert services.attest_minutes(actor=day.secretary, minutes_id=made.pk) == []


def test_a_ccp_is_attested_and_the_booklet_counts_by_every_text() -> None:
    day, made = partly()
    (issued,) = services.attest_minutes(actor=day.secretary, minutes_id=made.pk)
    assert (issued.element_code, issued.kind) == ("CCP 1", "ccp")
    person = day.candidacies[0].person
    content = queries.booklet_of(people.actor(person), person, language="en")
    text = " ".join(PdfReader(BytesIO(content)).pages[0].extract_text().split())
    assert "Does not apply:" in text
    assert "14 September 2031" in text  # the five years, shown though they do not decide


def test_nothing_is_attested_before_the_end_nor_by_another() -> None:
    attesting.keys()
    day, made = decided()
    with pytest.raises(Conflict):
        services.attest_session(actor=day.secretary, session_id=day.session.pk)
    with pytest.raises(Refused):
        services.attest_minutes(actor=day.jury[0], minutes_id=made.pk)
    with pytest.raises(NotFound):
        services.attest_minutes(
            actor=people.actor(people.person(people.organisation("Ailleurs"))), minutes_id=made.pk
        )
    assert not Attestation.objects.exists()


def test_a_correction_is_attested_anew_and_the_former_is_to_be_looked_at() -> None:
    day, made = closed()
    (*_others, old) = services.attest_session(actor=day.secretary, session_id=day.session.pk)
    results.reopen_deliberation(
        actor=day.secretary, session_id=day.session.pk, reason="Vote mal saisi."
    )
    second = hold.written(day, reason="Un vote mal saisi.")
    hold.signed_by_all(day, second)
    results.close_session(actor=day.secretary, session_id=day.session.pk)
    with pytest.raises(Conflict):
        services.attest_minutes(actor=day.secretary, minutes_id=made.pk)
    new = services.attest_session(actor=day.secretary, session_id=day.session.pk)
    assert {one.decision for one in new} == {second.number}
    assert old in services.to_withdraw(day.session)


def test_each_period_applies_its_own_window() -> None:
    day, _made = partly()
    version: TitleVersion = day.centre.version
    version.valid_to = date(2026, 12, 31)
    version.save()

    def on(today: date) -> tuple[str, date | None, set[str]]:
        found = windows(
            code=version.title.code, version=version.label, held={"1": date(2010, 3, 1)},
            today=today, language="fr",
        )  # fmt: skip
        assert found is not None
        assert found.applied is not None
        assert found.reason
        return found.applied.rule, found.applied.until, {one.rule for one in found.lines}

    every = {"window.five-years", "window.title-validity", "window.unlimited"}
    assert on(date(2012, 1, 1)) == ("window.five-years", date(2015, 3, 1), every)
    assert on(date(2026, 9, 20)) == ("window.title-validity", date(2027, 12, 31), every)
    assert windows(code="TP-0", version="x", held={"1": date(2010, 3, 1)}, today=date(2026, 1, 1),
                   language="fr") is None  # fmt: skip


def test_by_page_and_by_api(client: Client) -> None:
    day, made = closed()
    secretary = day.centre.secretary
    people.account(secretary)
    client.force_login(secretary.account)
    page = client.get(f"/titles/sessions/{day.session.pk}/outcome/")
    assert made.number in page.content.decode()
    assert client.get(f"/titles/minutes/{made.pk}/file/").content[:5] == b"%PDF-"
    answer = client.post(f"/titles/sessions/{day.session.pk}/attest/", follow=True)
    row = Attestation.objects.get(kind="title")
    assert row.reference in answer.content.decode()

    people.grant(secretary, people.role(verbs={"token.manage"}), day.centre.organisation)
    program = attesting.api_client(secretary)
    told = program.post(f"/api/v1/minutes/{made.pk}/attest")
    assert (told.status_code, told.json()) == (200, {"items": []})
    told = program.post(f"/api/v1/sessions/{day.session.pk}/attest")
    assert told.json() == {"items": []}
    assert program.get(f"/api/v1/minutes/{made.pk}/file").content[:5] == b"%PDF-"
