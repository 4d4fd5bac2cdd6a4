"""Candidacies, evidence, rules and dossiers by API."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.test import Client

from compagnon.people.tests import factories as people
from compagnon.titles import tasks
from compagnon.titles.models import Competence, Evidence
from compagnon.titles.tests import factories
from compagnon.titles.tests.test_follow_candidacies import browser
from compagnon.titles.tests.test_gather_evidence import solved

pytestmark = pytest.mark.django_db

FILE = {"name": "scan.txt", "content_base64": base64.b64encode(b"scan").decode()}


def call(
    client: Client, path: str, body: Any = None, *, method: str = "post", status: int = 200
) -> Any:
    """Call the API and give its document."""
    sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    answer = getattr(client, method)(f"/api/v1{path}", **sent)
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def test_a_secretary_keeps_a_file_by_api() -> None:
    centre = factories.centre()
    client = browser(centre.secretary)
    enrol = {
        "person_id": centre.trainees[0].pk, "organisation_id": centre.organisation.pk,
        "version_of_title_id": centre.version.pk, "path": "vae", "starts_on": "2026-01-05",
    }  # fmt: skip
    call(client, "/candidacies", enrol | {"aimed": [10**9]}, status=422)
    call(client, "/candidacies", enrol | {"trainer_id": 10**9}, status=422)
    made = call(client, "/candidacies", enrol, status=201)
    assert len(made["aimed"]) == 2
    at = f"/candidacies/{made['id']}"
    assert call(client, f"{at}/move", {"state": "training"})["state"] == "training"
    assert call(client, f"{at}/identity", {"document": "passport"})["identity_checked_at"]
    period = {
        "kind": "company", "starts_on": "2026-02-02", "ends_on": "2026-02-27",
        "company_id": centre.organisation.pk, "tutor_id": centre.trainer.pk,
    }  # fmt: skip
    call(client, f"{at}/periods", period | {"company_id": None}, status=422)
    key = call(client, f"{at}/periods", period, status=201)["id"]
    away = {"starts_at": "2026-02-03T08:00:00Z", "ends_at": "2026-02-03T17:00:00Z"}
    absence = call(client, f"{at}/absences", away, status=201)["id"]
    assert call(client, f"{at}/absences/{absence}/justify", {"is_justified": True})["is_justified"]
    room = {"kind": "room", "granted_on": "2026-01-06"}
    call(client, f"{at}/accommodations", room, status=201)
    call(client, f"{at}/notice/ask", {"asked_on": "2026-01-06"})
    answer = {"state": "admissible", "notified_on": "2026-02-01", "file": FILE}
    notice = call(client, f"{at}/notice/answer", answer)
    assert notice["has_file"]
    work = {"employer": "Verdelaine", "role": "Aide", "starts_on": "2020-01-01", "file": FILE}
    call(client, f"{at}/experiences", work, status=201)
    held = {"version_of_title_id": centre.version.pk, "gained_on": "2025-06-01"}
    held["certificate_id"] = made["aimed"][0]
    call(client, f"{at}/held", held, status=201)
    assert call(client, f"{at}/look-back") == {"proposed": 0}
    assert call(client, f"{at}/keep", {"day": "2031-01-01"})["keep_until"] == "2031-01-01"
    file = call(client, f"{at}/file", method="get")
    assert len(file["periods"]) == len(file["absences"]) == len(file["held"]) == 1
    assert "window_ends_on" in file
    assert len(call(client, "/held-certificates", method="get")["items"]) == 1
    got = client.get(f"/api/v1{at}/documents/notice/{notice['id']}")
    assert b"".join(got.streaming_content) == b"scan"  # type: ignore[attr-defined]
    call(client, f"{at}/documents/held/{10**9}", method="get", status=404)
    call(client, f"{at}/periods/{key}", method="delete", status=204)
    call(client, f"{at}/forget", status=409)
    call(client, f"{at}/move", {"state": "withdrawn"})
    assert call(client, f"{at}/forget")["plan"] == "—"
    assert [
        one["id"] for one in call(client, "/candidacies?state=withdrawn", method="get")["items"]
    ]


def test_a_candidate_builds_a_dossier_by_api() -> None:
    centre = factories.centre()
    row = factories.candidacy(centre)
    factories.evidence_rule(centre, "ticket.solved", 1)
    solved(centre, centre.trainees[0])
    tasks.propose_evidence()
    mine, trainer = browser(row.person), browser(centre.trainer)
    key = call(mine, "/evidence?state=proposed", method="get")["items"][0]["id"]
    at, of = f"/evidence/{key}", f"/candidacies/{row.pk}"
    call(trainer, at, method="get", status=404)
    assert call(mine, f"{at}/choose")["state"] == "chosen"
    competence = Competence.objects.get(version=centre.version, number=2)
    shown = [{"competence_id": competence.pk,
              "criterion_id": competence.criteria.earliest("pk").pk}]  # fmt: skip
    told = call(mine, at, {"did": "Chez Mme Blanc", "shown": shown}, method="patch")
    assert told["links"] == shown
    call(mine, at, {"shown": [{"competence_id": 10**9}]}, method="patch", status=422)
    found = call(mine, f"{at}/masking", method="get")
    assert found["found"][0]["text"] == "Blanc"
    assert "Blanc" not in found["masked"]["did"]
    file = call(mine, f"{at}/files", FILE, status=201)
    assert call(trainer, f"{at}/files", method="get")["items"] == [file]
    assert trainer.get(f"/api/v1{at}/files/{file['id']}").status_code == 200
    call(mine, f"{at}/files/{file['id']}", method="delete", status=204)
    assert [one["id"] for one in
            call(trainer, "/evidence/to-attest", method="get")["items"]] == [key]  # fmt: skip
    call(mine, f"{at}/attest", {}, status=403)
    assert call(trainer, f"{at}/attest", {"comment": "Vu"})["state"] == "attested"
    other = {"title": "Câblage", "happened_at": "2026-02-02T08:00:00Z"}
    outside = call(mine, f"{of}/evidence", other, status=201)
    assert outside["origin"] == "outside"
    assert call(mine, f"/evidence/{outside['id']}/set-aside")["state"] == "aside"
    coverage = call(trainer, f"{of}/coverage", method="get")
    assert coverage["counts"] == {"strong": 0, "thin": 1, "missing": 2}
    assert {one["advice"] for one in coverage["items"]} == {"more", "find"}

    call(mine, f"{of}/dossier", method="get", status=404)
    call(mine, f"{of}/dossier", {"introduction": "Bonjour"}, method="patch")
    first, second = centre.version.activities.order_by("number")
    example = call(
        mine, f"{of}/dossier/examples", {"activity_id": first.pk, "evidence": [key]}, status=201
    )
    assert example["did"] == "Chez Mme Blanc"
    change = f"{of}/dossier/examples/{example['id']}"
    assert call(mine, change, {"activity_id": first.pk, "more": "Voilà"}, method="patch")["more"]
    more = {"activity_id": second.pk, "title": "Deux"}
    extra = call(mine, f"{of}/dossier/examples", more, status=201)["id"]
    annex = call(mine, f"{of}/dossier/annexes", FILE, status=201)["id"]
    assert mine.get(f"/api/v1{of}/dossier/annexes/{annex}").status_code == 200
    assert call(mine, f"{of}/dossier/declare", {"place": "Lyon"})["declared_at_place"] == "Lyon"
    whole = call(trainer, f"{of}/dossier", method="get")
    assert (whole["intact"], len(whole["examples"]), len(whole["annexes"])) == (True, 2, 1)
    assert mine.get(f"/api/v1{of}/dossier/pdf").content.startswith(b"%PDF")
    assert mine.get(f"/api/v1{of}/dossier/archive").content.startswith(b"PK")
    assert call(mine, f"{of}/dossier/reopen")["declared_at"] is None
    call(mine, f"{of}/dossier/annexes/{annex}", method="delete", status=204)
    call(mine, f"{of}/dossier/examples/{extra}", method="delete", status=204)
    assert Evidence.objects.count() == 2


def test_a_trainer_writes_rules_by_api() -> None:
    centre = factories.centre()
    client = browser(centre.trainer)
    rule = {
        "organisation_id": centre.organisation.pk, "version_of_title_id": centre.version.pk,
        "name": "Solved", "kind": "ticket.solved", "conditions": {"priority": [1]},
        "numbers": [1],
    }  # fmt: skip
    made = call(client, "/evidence-rules", rule, status=201)
    call(client, "/evidence-rules", rule | {"kind": "moon"}, status=422)
    change = {name: rule[name] for name in ("name", "kind", "conditions")} | {"numbers": [1, 2]}
    at = f"/evidence-rules/{made['id']}"
    assert call(client, at, change, method="patch")["numbers"] == [1, 2]
    assert call(client, at, method="get")["version"] == 2
    assert len(call(client, "/evidence-rules", method="get")["items"]) == 1
    install = {"organisation_id": centre.organisation.pk}
    assert "added" in call(client, "/evidence-rules/install", install)
    call(browser(centre.secretary), at, method="delete", status=403)
    call(client, at, method="delete", status=204)
    outsider = people.person(people.organisation(), "Ida", "Roy")
    call(browser(outsider), at, method="get", status=404)
