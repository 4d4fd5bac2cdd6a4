"""Issuing, reading, downloading and withdrawing attestations: services, pages and API."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from compagnon.core import files
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.people.tests import factories as people
from compagnon.titles.models import Attestation, StatusList
from compagnon.titles.proving import checking
from compagnon.titles.proving.certificates import read_trust
from compagnon.titles.proving.documents import write_document
from compagnon.titles.queries import outcomes as queries
from compagnon.titles.services import outcomes as services
from compagnon.titles.tests import attesting
from compagnon.titles.views import verifying

pytestmark = pytest.mark.django_db
VERBS = ("attestation.view", "attestation.issue", "attestation.withdraw")


@pytest.fixture(autouse=True)
def fresh_buckets():
    verifying._reads.clear()
    verifying._checks.clear()


@pytest.fixture
def centre(cast):
    attesting.keys()
    return cast.client_a


@pytest.fixture
def issued(centre):
    return attesting.attestation(centre)


def verified(row: Attestation) -> checking.Report:
    return checking.check(
        files.read(row.file),
        now=timezone.now() + timedelta(seconds=2),
        trust=read_trust(queries.trust_file()),
        status_lists=[write_document(one) for one in queries.signed_lists()],
    )


# --- services ---------------------------------------------------------------------------------


def test_what_is_issued_holds(issued):
    report = verified(issued)
    assert [one.name for one in report.checks if one.verdict != "passed"] == []
    assert report.statement is not None
    assert report.statement.number == issued.reference
    assert report.statement.holder == issued.holder == "Claire Moreau"
    assert issued.credential == report.credential
    entry = Entry.objects.get(verb="attestation.issue")
    assert entry.after["reference"] == issued.reference
    assert "Claire" not in json.dumps(entry.after)


def test_numbers_follow_each_other_for_each_centre(centre, cast):
    other = people.organisation("Autre centre")
    made = [
        attesting.attestation(centre),
        attesting.attestation(other),
        attesting.attestation(centre),
    ]
    assert [row.sequence for row in made] == [1, 1, 2]
    assert len({row.reference for row in made}) == 3
    assert len({row.status_index for row in made}) == 3


def test_a_withdrawn_one_is_told_by_the_signed_list_for_ever(issued):
    other = attesting.attestation(issued.organisation)
    services.withdraw_attestation(
        actor=people.system(), attestation_id=issued.pk, reason="Erreur de personne"
    )
    report = verified(issued)
    assert [(one.name, one.reason) for one in report.failed] == [("status", "withdrawn")]
    assert verified(other).valid
    assert Entry.objects.filter(verb="attestation.withdraw", object_id=issued.pk).count() == 1
    with pytest.raises(Conflict):
        services.withdraw_attestation(
            actor=people.system(), attestation_id=issued.pk, reason="Encore"
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"holder": "  "}, "holder"),
        ({"holder": "x" * 151}, "holder"),
        ({"kind": "diploma"}, "kind"),
        ({"element_code": ""}, "element_code"),
        ({"kind": "title"}, "element_code"),
        ({"kind": "ccs"}, "element_code"),
        ({"element_name": ""}, "element_name"),
        ({"title_code": "TP 00485"}, "title_code"),
        ({"language": "de"}, "language"),
        ({"decided_on": timezone.localdate() + timedelta(days=2)}, "decided_on"),
    ],
)
def test_what_cannot_be_attested_is_refused(centre, changes, field):
    with pytest.raises(Invalid) as refusal:
        attesting.attestation(centre, **changes)
    assert field in refusal.value.fields
    assert not Attestation.objects.exists()


def test_letters_that_no_font_has_are_refused_and_nothing_is_kept(centre):
    with pytest.raises(Invalid, match="王"):
        attesting.attestation(centre, holder="王小明")
    assert not Attestation.objects.exists()


def test_markup_in_a_name_stays_letters(centre):
    name = '#eval("1+1") $x$ *a* \\ <b> @c [d] //e'
    row = attesting.attestation(centre, holder=name)
    assert verified(row).valid
    text = PdfReader(BytesIO(files.read(row.file))).pages[0].extract_text()
    assert name in text


def test_without_keys_nothing_is_issued(cast):
    with pytest.raises(Conflict, match="keys"):
        attesting.attestation(people.organisation("Sans clés"))


def test_who_may_not_is_refused(issued):
    stranger = people.actor(people.person(people.organisation("Ailleurs"), "Paul", "Blanc"))
    with pytest.raises(Refused):
        attesting.attestation(issued.organisation, actor=stranger)
    with pytest.raises(NotFound):
        services.withdraw_attestation(actor=stranger, attestation_id=issued.pk, reason="x")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE titles_attestation SET holder = 'Autre'",
        "UPDATE titles_attestation SET credential = '{}'",
        "DELETE FROM titles_attestation",
        "UPDATE titles_attestation SET withdrawn_at = NULL, withdrawal_reason = NULL",
    ],
)
def test_the_database_keeps_it_as_it_is(issued, sql):
    services.withdraw_attestation(actor=people.system(), attestation_id=issued.pk, reason="Erreur")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(sql)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Attestation.objects.filter(pk=issued.pk).update(decision="Autre")


# --- pages ------------------------------------------------------------------------------------


def test_the_register_by_the_pages(centre, signed_in):
    browser = signed_in(centre, *VERBS, language="en")
    page = browser.post(
        "/titles/attestations/issue/",
        {**attesting.VALUES, "organisation": centre.pk, "language": "en"},
    )
    row = Attestation.objects.get()
    assert page.status_code == 302
    assert row.reference in browser.get("/titles/attestations/").content.decode()
    assert row.reference not in browser.get("/titles/attestations/?q=nobody").content.decode()
    shown = browser.get(f"/titles/attestations/{row.pk}/").content.decode()
    assert "Claire Moreau" in shown
    got = browser.get(f"/titles/attestations/{row.pk}/file/")
    assert b"".join(got.streaming_content) == files.read(row.file)
    browser.post(f"/titles/attestations/{row.pk}/withdraw/", {"reason": "Mistake"})
    row.refresh_from_db()
    assert row.is_withdrawn
    assert "Withdrawn" in browser.get(f"/titles/attestations/{row.pk}/").content.decode()


def test_a_form_that_is_refused_comes_back(centre, signed_in):
    browser = signed_in(centre, *VERBS)
    values = {**attesting.VALUES, "organisation": centre.pk, "element_code": ""}
    page = browser.post("/titles/attestations/issue/", values)
    assert page.status_code == 422
    assert "CCP 1" in page.content.decode()


def test_others_see_nothing_of_it(issued, signed_in):
    other = signed_in(people.organisation("Ailleurs"), *VERBS)
    for address in ("", "file/"):
        assert other.get(f"/titles/attestations/{issued.pk}/{address}").status_code == 404
    assert "Claire" not in other.get("/titles/attestations/").content.decode()


def test_the_holder_sees_their_own_and_their_booklet(centre):
    person = people.person(centre, "Claire", "Moreau")
    attesting.attestation(centre, person=person)
    attesting.attestation(centre, person=person, element_code="CCP 2", element_name="Maintenir")
    browser = Client()
    browser.force_login(people.account(person))
    assert "Claire Moreau" in browser.get("/titles/attestations/").content.decode()
    got = browser.get(f"/titles/booklets/{person.pk}/")
    assert got.status_code == 200
    text = PdfReader(BytesIO(got.content)).pages[0].extract_text()
    assert "CCP 2" in text
    assert "CCP 1" in text
    other = people.person(centre, "Paul", "Blanc")
    assert browser.get(f"/titles/booklets/{other.pk}/").status_code == 404


# --- the public page --------------------------------------------------------------------------


def test_the_link_tells_what_is_stated_and_nothing_more(issued):
    page = Client().get(f"/titles/verify/{issued.token}")
    text = page.content.decode()
    assert page.status_code == 200
    for stated in (
        "Claire Moreau",
        issued.reference,
        issued.element_name,
        str(issued.organisation),
    ):
        assert stated in text
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Cache-Control"] == "no-store"
    services.withdraw_attestation(
        actor=people.system(), attestation_id=issued.pk, reason="Fraude de Zorro"
    )
    text = Client().get(f"/titles/verify/{issued.token}").content.decode()
    assert "Zorro" not in text
    assert "alert-danger" in text or "Retirée" in text


def test_a_link_that_is_none_and_calls_without_end_are_refused(issued):
    client = Client()
    assert client.get("/titles/verify/nothing").status_code == 404
    statuses = {client.get(f"/titles/verify/{issued.token}").status_code for _ in range(70)}
    assert statuses == {200, 429}


def test_a_file_is_checked_on_the_page(issued):
    sound = files.read(issued.file)
    at = sound.index(b"stream") + 60
    changed = sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :]
    for content in (sound, changed):
        upload = SimpleUploadedFile("a.pdf", content, content_type="application/pdf")
        page = Client().post("/titles/verify/", {"file": upload})
        assert page.status_code == 200
        assert page.context["report"].valid is (content is sound)
    assert Client().post("/titles/verify/", {}).status_code == 422


def test_the_list_and_the_certificates_are_served_to_everybody(issued):
    listed = Client().get(f"/titles/status/{issued.status_list_id}")
    assert listed["Content-Type"] == "application/vc"
    assert json.loads(listed.content) == StatusList.objects.get().credential
    assert issued.credential["credentialStatus"]["statusListCredential"].endswith(
        f"/titles/status/{issued.status_list_id}"
    )
    assert b"BEGIN CERTIFICATE" in Client().get("/titles/trust.pem").content
    assert Client().get("/titles/status/999").status_code == 404


# --- API --------------------------------------------------------------------------------------


def test_the_register_by_the_api(centre):
    person = people.person(centre, "Ada", "Lebrun")
    people.grant(person, people.role(verbs={*VERBS, "organisation.view", "token.manage"}), centre)
    client = attesting.api_client(person)
    made = client.post(
        "/api/v1/attestations",
        {**attesting.VALUES, "organisation_id": centre.pk, "decided_on": "2026-10-02"},
        content_type="application/json",
    )
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    assert made.json()["credential"]["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    assert [one["id"] for one in client.get("/api/v1/attestations").json()["items"]] == [key]
    assert client.get(f"/api/v1/attestations/{key}/file").status_code == 200
    assert client.get(f"/api/v1/booklets/{person.pk}").status_code == 404
    attesting.attestation(centre, person=person)
    assert client.get(f"/api/v1/booklets/{person.pk}").content.startswith(b"%PDF-")
    done = client.post(
        f"/api/v1/attestations/{key}/withdraw", {"reason": "x"}, content_type="application/json"
    )
    assert done.json()["withdrawn_at"]
    left = client.get("/api/v1/attestations?withdrawn=false&q=claire").json()["items"]
    assert key not in [one["id"] for one in left]
