"""A candidate's evidence and dossier, by the pages: chosen, told, masked, attested, exported."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Stale, TooLarge
from compagnon.core.models import Entry
from compagnon.people.tests import factories as people
from compagnon.titles import tasks
from compagnon.titles.documents import dossier as documents
from compagnon.titles.evidence.masking import Kind
from compagnon.titles.models import (
    Candidacy,
    Competence,
    Dossier,
    Evidence,
    EvidenceRule,
    EvidenceState,
    Title,
    TitleVersion,
)
from compagnon.titles.queries import dossiers as dossier_queries
from compagnon.titles.queries import evidence as queries
from compagnon.titles.services import dossiers, evidence, evidence_rules, referentials
from compagnon.titles.tests import factories
from compagnon.titles.tests.test_follow_candidacies import browser
from compagnon.titles.tests.test_gather_evidence import solved

pytestmark = pytest.mark.django_db


def outside(of: factories.Centre, row: Candidacy, title: str = "Câblage") -> Evidence:
    """Add work done elsewhere, told."""
    return evidence.add_outside(
        actor=people.actor(row.person), candidacy_id=row.pk,
        happened_at=datetime(2026, 2, 2, tzinfo=UTC),
        texts={"title": title, "did": "Vingt prises posées.", "means": "Testeur"},
        shown=[(Competence.objects.get(version=of.version, number=1), None)],
    )  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_work_becomes_attested_evidence(language: str) -> None:
    centre = factories.centre()
    row = factories.candidacy(centre)
    factories.evidence_rule(centre, "ticket.solved", 1)
    ticket = solved(centre, centre.trainees[0])
    tasks.propose_evidence()
    found = Evidence.objects.get()
    mine, trainer = (browser(one, language) for one in (row.person, centre.trainer))

    def url(name: str, *more: object) -> str:
        return reverse(f"titles:{name}", args=[found.pk, *more])

    assert mine.get(reverse("titles:my_title")).status_code == 302
    coverage = reverse("titles:coverage", args=[row.pk])
    assert ticket.title in mine.get(coverage).content.decode()
    assert ticket.title not in trainer.get(coverage).content.decode()
    assert trainer.get(url("evidence")).status_code == 404  # a proposal is the candidate's own
    assert mine.post(url("evidence_do", "choose")).status_code == 302
    assert mine.post(url("evidence_do", "choose")).status_code == 409
    page = mine.get(url("evidence")).content.decode()
    assert page.count("timeline-item") == len(found.entries)

    competence = Competence.objects.get(version=centre.version, number=2)
    criterion = competence.criteria.earliest("number")
    told: dict[str, Any] = {
        "title": "Imprimante muette", "did": "Appelée par Ursule Blanc au 06 12 34 56 78.",
        "context": "Chez Mme Blanc, 192.0.2.7", "version": 2,
        "shown": [str(competence.pk), f"{competence.pk}:{criterion.pk}"],
    }  # fmt: skip
    assert criterion.text in mine.get(url("evidence_tell")).content.decode()
    assert mine.post(url("evidence_tell"), told | {"title": ""}).status_code == 422
    assert mine.post(url("evidence_tell"), told).status_code == 302
    assert mine.post(url("evidence_tell"), told).status_code == 412  # somebody was quicker
    assert trainer.get(url("evidence_tell")).status_code == 403

    page = mine.get(url("evidence_mask")).content.decode()
    values = [one.split('"')[0] for one in page.split('name="mask" value="')[1:]]
    assert len(values) == 4, values
    assert mine.post(url("evidence_mask"), {"mask": values, "version": 3}).status_code == 302
    found.refresh_from_db()
    word = "personne" if language == "fr" else "person"
    assert f"[{word} 1]" in found.did
    assert not any(one in found.did + found.context for one in ("Blanc", "06 12", "192.0.2"))
    assert found.is_masked

    scan = SimpleUploadedFile("capture.txt", b"capture")
    assert mine.post(url("evidence_do", "attach"), {"file": scan}).status_code == 302
    kept = found.files.get()
    assert b"".join(trainer.get(url("evidence_file", kept.pk)).streaming_content) == b"capture"
    assert mine.post(url("evidence_do", "detach"), {"key": kept.pk}).status_code == 302

    waiting = reverse("titles:attesting")
    assert "Imprimante muette" in trainer.get(waiting).content.decode()
    assert "Imprimante muette" not in mine.get(waiting).content.decode()
    assert mine.post(url("evidence_do", "attest"), {"comment": "x"}).status_code == 403
    assert trainer.get(url("evidence_do", "attest")).status_code == 200
    stale = trainer.post(url("evidence_do", "attest"), {"comment": "Vu", "version": 1})
    assert stale.status_code == 412
    assert trainer.post(url("evidence_do", "attest"), {"comment": "Vu"}).status_code == 302
    assert "Imprimante muette" not in trainer.get(waiting).content.decode()
    assert "Vu" in mine.get(url("evidence")).content.decode()
    told_coverage = trainer.get(coverage).content.decode()
    assert "Imprimante muette" in told_coverage
    assert mine.post(url("evidence_do", "set-aside")).status_code == 302
    assert trainer.get(url("evidence")).status_code == 404


def test_work_done_elsewhere_is_said_to_be() -> None:
    centre = factories.centre()
    row = factories.candidacy(centre)
    mine = browser(row.person)
    add = reverse("titles:evidence_add", args=[row.pk])
    assert mine.get(add).status_code == 200
    sent = {"title": "Câblage", "did": "Vingt prises.", "happened_at": "2026-02-02T08:00"}
    assert mine.post(add, sent | {"happened_at": "2999-01-01T08:00"}).status_code == 422
    assert mine.post(add, sent).status_code == 302
    assert Evidence.objects.get().origin == "outside"
    assert browser(centre.trainer).get(add).status_code == 403


def test_names_behind_the_work_are_known() -> None:
    centre = factories.centre()
    factories.candidacy(centre)
    factories.evidence_rule(centre, "ticket.solved", 1)
    solved(centre, centre.trainees[0])
    tasks.propose_evidence()
    names = queries.known_names(people.actor(centre.trainees[0]), Evidence.objects.get())
    assert {("Blanc", Kind.PERSON), (centre.organisation.name, Kind.ORGANISATION)} <= {
        (one.text, one.kind) for one in names
    }
    stranger = people.actor(people.person(people.organisation(), "Ida", "Roy"))
    assert queries.known_names(stranger, Evidence.objects.get()) == []


# --- rules ---------------------------------------------------------------------------------------


def test_trainers_write_the_rules() -> None:
    centre = factories.centre()
    client = browser(centre.trainer, "en")
    url = reverse("titles:evidence_rule_add")
    sent: dict[str, Any] = {
        "organisation": centre.organisation.pk, "version_of_title": centre.version.pk,
        "name": "Solved", "kind": "ticket.solved", "conditions": "priority: 1, 2\non_site: true",
        "numbers": "1, 3", "is_active": "on",
    }  # fmt: skip
    assert client.get(url).status_code == 200
    for wrong in ({"numbers": "99"}, {"numbers": "x"}, {"conditions": "nothing"},
                  {"conditions": "shoe: 3"}, {"kind": "moon.landed"}, {"name": ""}):  # fmt: skip
        assert client.post(url, sent | wrong).status_code == 422, wrong
    assert client.post(url, sent).status_code == 302
    rule = EvidenceRule.objects.get()
    assert rule.conditions == {"priority": [1, 2], "on_site": [True]}
    assert client.post(url, sent).status_code == 409
    change = reverse("titles:evidence_rule_change", args=[rule.pk])
    assert "priority: 1, 2" in client.get(change).content.decode()
    assert client.post(change, sent | {"name": "Solved well", "version": 1}).status_code == 302
    assert client.post(change, sent | {"name": "Late", "version": 1}).status_code == 412
    assert "Solved well" in client.get(reverse("titles:evidence_rule_list")).content.decode()
    with pytest.raises(Refused):
        evidence_rules.remove(actor=people.actor(centre.secretary), rule_id=rule.pk)
    assert browser(centre.secretary).get(url).status_code == 403
    remove = reverse("titles:evidence_rule_remove", args=[rule.pk])
    assert client.post(remove).status_code == 302
    assert not EvidenceRule.objects.exists()
    with pytest.raises(NotFound):
        evidence_rules.remove(actor=people.actor(centre.trainer), rule_id=rule.pk)


def test_the_rules_that_ship_name_competences_that_ship() -> None:
    referentials.install_shipped(actor=people.system())
    centre = factories.centre()
    trainer = people.actor(centre.trainer)
    total = sum(len(rules) for labels in evidence_rules.defaults().values()
                for rules in labels.values())  # fmt: skip
    for code, labels in evidence_rules.defaults().items():
        for label, rules in labels.items():
            version = TitleVersion.objects.get(title__code=code, label=label)
            for rule in rules:
                found = version.competences.filter(number__in=rule["competences"])
                assert found.count() == len(rule["competences"]), rule
                evidence_rules._check_conditions(rule["kind"], rule["conditions"])
    assert evidence_rules.install(actor=trainer, organisation=centre.organisation) == total
    assert evidence_rules.install(actor=trainer, organisation=centre.organisation) == 0
    client = browser(centre.trainer)
    url = reverse("titles:evidence_rule_install")
    assert client.post(url, {"organisation": centre.organisation.pk}).status_code == 302
    assert client.post(url, {"organisation": "x"}).status_code == 422
    assert Title.objects.filter(code="TP-00485").exists()
    with pytest.raises(Refused):
        evidence_rules.install(
            actor=people.actor(centre.secretary), organisation=centre.organisation
        )


# --- dossier -------------------------------------------------------------------------------------


def test_a_dossier_is_written_declared_and_reopened() -> None:
    centre = factories.centre()
    row = factories.candidacy(centre)
    mine = people.actor(row.person)
    made = outside(centre, row)
    first, second = centre.version.activities.order_by("number")
    of: dict[str, Any] = {"actor": mine, "candidacy_id": row.pk}
    with pytest.raises(NotFound):
        dossiers.reopen(**of)
    with pytest.raises(Invalid):
        dossiers.write(texts={"poem": "x"}, **of)
    with pytest.raises(Invalid):
        dossiers.write(texts={"diplomas": "x" * 6_000}, **of)
    dossiers.write(texts={"introduction": "Bonjour"}, **of)
    with pytest.raises(Stale):
        dossiers.write(texts={"introduction": "x"}, expected_version=1, **of)
    example = dossiers.write_example(activity=first, texts={}, evidence=[made], **of)
    assert (example.title, example.did) == ("Câblage", "Vingt prises posées.")
    with pytest.raises(Invalid):
        dossiers.write_example(activity=first, texts={}, **of)
    other = factories.title_version().activities.earliest("pk")
    with pytest.raises(Invalid):
        dossiers.write_example(activity=other, texts={"title": "x"}, **of)
    with pytest.raises(Conflict):  # the second activity type has no example
        dossiers.declare(place="Lyon", **of)
    more = dossiers.write_example(activity=second, texts={"title": "Réseau"}, **of)
    with pytest.raises(Invalid):
        dossiers.declare(place=" ", **of)
    with pytest.raises(Refused):
        dossiers.declare(actor=people.actor(centre.trainer), candidacy_id=row.pk, place="Lyon")
    declared = dossiers.declare(place="Lyon", **of)
    assert declared.seal == dossiers.seal_of(declared)
    with pytest.raises(Conflict):
        dossiers.write(texts={"introduction": "Autre"}, **of)
    whole = dossier_queries.dossier(mine, row)
    assert whole.is_intact
    Dossier.objects.update(introduction="Retouché")
    assert dossier_queries.dossier(mine, row).is_intact is False
    dossiers.reopen(**of)
    with pytest.raises(Conflict):
        dossiers.reopen(**of)
    dossiers.drop_example(example_id=more.pk, **of)
    with pytest.raises(NotFound):
        dossiers.drop_example(example_id=more.pk, **of)
    evidence.set_aside(actor=mine, evidence_id=made.pk)
    made.refresh_from_db()
    assert made.state == EvidenceState.ASIDE
    with pytest.raises(Invalid):
        dossiers.write_example(activity=first, texts={"title": "x"}, evidence=[made], **of)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_dossier_is_built_and_exported_by_its_pages(language: str) -> None:
    centre = factories.centre()
    row = factories.candidacy(centre)
    made = outside(centre, row)
    evidence.attach(
        actor=people.actor(row.person), evidence_id=made.pk, name="plan.txt", content=b"plan"
    )
    mine, trainer = (browser(one, language) for one in (row.person, centre.trainer))

    def url(name: str, *more: object) -> str:
        return reverse(f"titles:{name}", args=[row.pk, *more])

    assert mine.get(url("dossier")).status_code == 200
    assert mine.get(url("dossier_write")).status_code == 200
    sent = {"introduction": "Bonjour\n\nDeux ans de support.", "diplomas": "Bac"}
    assert mine.post(url("dossier_write"), sent).status_code == 302
    assert trainer.get(url("dossier_write")).status_code == 403
    for activity in centre.version.activities.all():
        assert mine.get(url("example_add")).status_code == 200
        given = {"activity": activity.pk, "evidence": [made.pk], "title": f"Ex {activity.number}"}
        assert mine.post(url("example_add"), given).status_code == 302
    example = Dossier.objects.get().examples.earliest("pk")
    change = url("example_change", example.pk)
    assert "Vingt prises" in mine.get(change).content.decode()
    given = {"activity": example.activity_id, "title": "Ex un", "did": "Posé", "more": "Voilà"}
    assert mine.post(change, given | {"title": ""}).status_code == 422
    assert mine.post(change, given | {"evidence": [made.pk]}).status_code == 302
    annex = SimpleUploadedFile("photo.txt", b"photo")
    assert mine.post(url("dossier_do", "add-annex"), {"file": annex}).status_code == 302
    key = Dossier.objects.get().annexes.get().pk
    assert b"".join(trainer.get(url("dossier_annex", key)).streaming_content) == b"photo"
    declare = url("dossier_do", "declare")
    assert mine.post(declare, {"place": "Lyon"}).status_code == 422  # not on honour
    assert mine.post(declare, {"place": "Lyon", "honour": "on"}).status_code == 302
    assert mine.post(url("dossier_do", "drop-annex"), {"key": key}).status_code == 409
    assert "Lyon" in trainer.get(url("dossier")).content.decode()

    pdf = mine.get(url("dossier_pdf"))
    assert pdf["Content-Type"] == "application/pdf"
    read = PdfReader(io.BytesIO(pdf.content))
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in pdf.content or read.xmp_metadata is not None
    text = "".join(page.extract_text() for page in read.pages)
    for word in ("Sommaire" if language == "fr" else "Contents", "Ex un", "Lyon", "Bac"):
        assert word in text, word
    assert any("Ex un" in str(one) for one in _flat(read.outline))

    packed = trainer.get(url("dossier_archive"))
    with zipfile.ZipFile(io.BytesIO(packed.content)) as zipped:
        manifest = json.loads(zipped.read("manifest.json"))
        assert manifest["intact"]
        for one in manifest["files"]:
            content = zipped.read(one["name"])
            assert hashlib.sha256(content).hexdigest() == one["sha256"]
        names = " ".join(zipped.namelist())
    assert "plan.txt" in names
    assert "photo.txt" in names
    assert mine.post(url("dossier_do", "reopen")).status_code == 302
    assert mine.post(url("dossier_do", "drop-annex"), {"key": key}).status_code == 302
    assert mine.post(url("dossier_do", "drop-example"), {"key": example.pk}).status_code == 302
    assert mine.post(url("dossier_do", "nothing")).status_code == 404


def _flat(outline: Any) -> list[Any]:
    found = []
    for one in outline:
        found += _flat(one) if isinstance(one, list) else [one]
    return found


def test_an_archive_holds_the_journal_and_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    centre = factories.centre()
    row = factories.candidacy(centre)
    factories.evidence_rule(centre, "ticket.solved", 1)
    solved(centre, centre.trainees[0])
    tasks.propose_evidence()
    made = Evidence.objects.get()
    mine = people.actor(row.person)
    made = evidence.choose(actor=mine, evidence_id=made.pk)
    activity = centre.version.activities.earliest("number")
    dossiers.write_example(
        actor=mine, candidacy_id=row.pk, activity=activity, texts={}, evidence=[made]
    )
    client = browser(row.person)
    url = reverse("titles:dossier_archive", args=[row.pk])
    with zipfile.ZipFile(io.BytesIO(client.get(url).content)) as zipped:
        entries = json.loads(zipped.read("journal.json"))
    assert {one["id"] for one in entries} == set(made.entries)
    assert Entry.objects.filter(pk__in=made.entries, actor_id=row.person_id).exists()
    monkeypatch.setattr(documents, "ARCHIVE_MAX_BYTES", 1_000)
    assert client.get(url).status_code == TooLarge.status


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_pages_of_evidence_and_dossiers_are_sound(inspect: Callable[..., Any]) -> None:
    centre = factories.centre()
    row = factories.candidacy(centre)
    made = outside(centre, row)
    dossiers.write_example(
        actor=people.actor(row.person), candidacy_id=row.pk,
        activity=centre.version.activities.earliest("number"), texts={}, evidence=[made],
    )  # fmt: skip
    factories.evidence_rule(centre, "ticket.solved", 1, conditions={"priority": [1]})
    account, trainer = people.account(row.person), people.account(centre.trainer)
    for name in ("evidence", "evidence_mask"):
        inspect(reverse(f"titles:{name}", args=[made.pk]), account)
    for name in ("coverage", "dossier"):
        inspect(reverse(f"titles:{name}", args=[row.pk]), account)
    inspect(reverse("titles:evidence_rule_add"), trainer)
