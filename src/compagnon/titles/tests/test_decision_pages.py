"""Pages and API of rule sets and decisions."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compagnon.people.tests.factories import actor, grant, role
from compagnon.titles.models import Decision
from compagnon.titles.services import decisions as services
from compagnon.titles.tests.candidacies import CAPITALISED, CONTINUOUS
from compagnon.titles.tests.looking import look

LATE = {**CAPITALISED, "reference": "C-7", "held": [
    {"ccp": "1", "version": "2003", "obtained_on": "2008-01-10"},
    {"ccp": "2", "version": "2003", "obtained_on": "2014-05-20"},
]}  # fmt: skip


@pytest.fixture
def row(cast) -> Decision:
    """A decision of client A that is not receivable under its set."""
    grant(cast.representative, role(verbs={"decision.record"}), cast.client_a)
    return services.record_decision(
        actor=actor(cast.representative), organisation=cast.client_a, document=LATE
    )


def page(client, name: str, *arguments: object, **query: str) -> str:
    answer = client.get(reverse(f"titles:{name}", args=arguments), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_rule_sets_are_read_and_compared(cast, signed_in, language):
    client = signed_in(cast.client_a, language=language)
    assert "arretes-2006-2008" in page(client, "rule_set_list")
    told = page(client, "rule_set", "arretes-2015-2016")
    assert "[000] l. 61-64" in told
    assert "R338-5" in told
    assert "vae.jury-qualified" in page(
        client, "rule_set_compare", one="vae-2022", other="vae-2024"
    )
    assert client.get(reverse("titles:rule_set", args=["nope"])).status_code == 404
    assert client.get(reverse("titles:rule_set_compare"), {"one": "nope"}).status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_decision_explains_itself(cast, signed_in, row, language):
    client = signed_in(cast.client_a, "decision.view", language=language)
    assert "C-7" in page(client, "decision_list", q="C-7")
    told = page(client, "decision", row.pk)
    assert "rule-window.five-years" in told
    assert "[000] l. 78" in told
    report = page(client, "decision_reevaluate", row.pk, rule_set="arretes-2017")
    assert "window.title-validity" in report
    outsider = signed_in(cast.client_b, "decision.view", language=language)
    assert outsider.get(reverse("titles:decision", args=[row.pk])).status_code == 404


def test_a_candidacy_is_tried_then_recorded(cast, signed_in):
    client = signed_in(cast.client_a, "decision.record", "organisation.view", language="en")
    url = reverse("titles:decision_try")
    document = json.dumps(CONTINUOUS)
    tried = client.post(url, {"document": document})
    assert tried.status_code == 200
    assert "Every rule, and what it found" in tried.content.decode()
    assert not Decision.objects.exists()
    bad = client.post(url, {"document": json.dumps({**CONTINUOUS, "path": "x"})})
    assert (bad.status_code, "/path" in bad.content.decode()) == (422, True)
    assert client.post(url, {"document": "{"}).status_code == 422
    assert client.post(url, {}).status_code == 422
    file = SimpleUploadedFile("c.json", document.encode())
    kept = client.post(url, {"file": file, "organisation": cast.client_a.pk, "record": "yes"})
    assert kept.status_code == 302
    assert Decision.objects.get().outcome == "granted"


def test_who_sees_no_decision_tries_none(cast, signed_in):
    assert signed_in(cast.client_a).get(reverse("titles:decision_try")).status_code == 403


def post(client, path: str, body: dict):
    return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


def test_the_api_does_the_same(cast, signed_in, row):
    client = signed_in(cast.client_a, "decision.record", "organisation.view")
    assert len(client.get("/api/v1/rule-sets").json()["items"]) == 5
    assert client.get("/api/v1/rule-sets/vae-2024").json()["conflicts"]
    assert client.get("/api/v1/rule-sets/nope").status_code == 404
    tried = post(client, "/decisions/try", {"candidacy": CONTINUOUS}).json()
    assert tried["decision"]["outcome"] == "granted"
    kept = post(client, "/decisions", {
        "candidacy": CONTINUOUS, "organisation_id": cast.client_a.pk, "previous_id": row.pk,
    })  # fmt: skip
    assert (kept.status_code, kept.json()["previous_id"]) == (201, row.pk)
    refused = post(client, "/decisions/try", {"candidacy": {"path": "x"}})
    assert refused.status_code == 422
    assert "/path" in {one["field"] for one in refused.json()["errors"]}
    assert {one["id"] for one in client.get("/api/v1/decisions").json()["items"]} == {
        row.pk,
        kept.json()["id"],
    }
    whole = client.get(f"/api/v1/decisions/{row.pk}").json()
    assert whole["result"]["outcome"] == "not_receivable"
    report = client.get(f"/api/v1/decisions/{row.pk}/reevaluation", {"rule_set": "arretes-2017"})
    assert report.json()["same_outcome"] is False
    outsider = signed_in(cast.client_b, "decision.view")
    assert outsider.get(f"/api/v1/decisions/{row.pk}").status_code == 404
    assert post(
        outsider, "/decisions", {"candidacy": CONTINUOUS, "organisation_id": cast.client_b.pk}
    ).status_code in {403, 422}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_pages_of_decisions_answer_to_axe(cast, open_page, row):
    grant(cast.administrator, role(verbs={"decision.record", "decision.view"}), cast.provider)
    look(
        open_page, cast.administrator.account,
        reverse("titles:rule_set", args=["arretes-2017"]),
        reverse("titles:decision", args=[row.pk]),
        reverse("titles:decision_reevaluate", args=[row.pk]),
    )  # fmt: skip
