"""Keeping what documents tell: what ships, importing again, new versions, unclear cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from compagnon.core.actor import Actor, Source
from compagnon.core.errors import Conflict, Invalid, Refused
from compagnon.core.models import Entry, StoredFile
from compagnon.people.tests import factories as people
from compagnon.titles.importing import document
from compagnon.titles.models import (
    Certificate,
    Correspondence,
    CorrespondenceStatus,
    Criterion,
    ImportedDocument,
    Title,
    TitleVersion,
)
from compagnon.titles.queries import referentials as queries
from compagnon.titles.services import referentials as services
from compagnon.titles.tests import documents

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests", source=Source.COMMAND)
REAC = documents.reac(documents.LAYOUTS["2013"])


@pytest.fixture
def installed() -> None:
    services.install_shipped(actor=SYSTEM)


def keep(text: str, name: str = "reac.txt") -> services.Imported:
    (found,) = document.read(text.encode())
    return services.import_document(actor=SYSTEM, found=found, name=name, content=text.encode())


def imported(capsys: pytest.CaptureFixture[str], *arguments: Any) -> dict[str, Any]:
    call_command("titles", "import", "--json", *map(str, arguments))
    return dict(json.loads(capsys.readouterr().out))


# --- what comes with the product ----------------------------------------------------------------


@pytest.mark.usefixtures("installed")
def test_both_titles_are_there_without_their_prose() -> None:
    assert {one.code: one.versions.count() for one in Title.objects.all()} == {
        "TP-00485": 3,
        "TP-00495": 1,
    }
    assert not Criterion.objects.exists()
    first = TitleVersion.objects.get(title__code="TP-00485", label="2003")
    sizes = [one.competences.count() for one in first.certificates.order_by("number")]
    assert sizes == [6, 16, 9]
    assert first.competences.count() == 30
    choice = first.certificates.get(number=2).requirement["all"][-1]
    assert (choice["at_least"], len(choice["of"])) == (1, 4)
    assert [one.rncp_block for one in Certificate.objects.filter(version__label="2013",
            version__title__code="TP-00485").order_by("number")] == ["2", "3", "1"]  # fmt: skip


@pytest.mark.usefixtures("installed")
def test_installing_again_changes_nothing() -> None:
    entries = Entry.objects.count()
    assert services.install_shipped(actor=SYSTEM) == []
    assert Entry.objects.count() == entries
    assert Correspondence.objects.count() == 6


@pytest.mark.usefixtures("installed")
def test_correspondences_as_the_engine_reads_them() -> None:
    title = Title.objects.get(code="TP-00485")
    first, second = queries.relations(title)
    assert first["relations"] == [
        {"from": ["1"], "to": ["1"]},
        {"from": ["2"], "to": ["2", "3"]},
        {"from": ["3"], "to": []},
    ]
    assert (second["from"], second["to"]) == ("2008", "2013")


# --- importing ----------------------------------------------------------------------------------


def test_a_new_title_is_written_once() -> None:
    done = keep(REAC)
    assert done.is_new
    assert done.version.title.code == documents.CODE
    assert done.version.label == "2019"
    assert Criterion.objects.filter(competence__version=done.version).count() == sum(
        documents.CRITERIA
    )
    entries = Entry.objects.count()
    again = keep(REAC)
    assert (again.changed, again.is_new, again.version) == ({}, False, done.version)
    assert Entry.objects.count() == entries
    assert ImportedDocument.objects.count() == 1


def test_a_newer_version_is_added_beside() -> None:
    first = keep(REAC)
    newer = REAC.replace("| 04 | 12/05/2019 | 03/06/2019", "| 05 | 12/05/2024 | 03/06/2024")
    second = keep(newer.replace("Guider une visite", "Guider une visite de nuit"))
    assert second.is_new
    assert second.version.label == "2024"
    assert second.version.title == first.version.title
    assert first.version.competences.count() == second.version.competences.count() == 6


@pytest.mark.usefixtures("installed")
def test_seeds_complete_what_ships(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shared_data / "titles"
    paths = [*sorted((folder / "seeds").iterdir()), *sorted((folder / "jo").iterdir())]
    answer = imported(capsys, *paths)
    assert [one["refused"] for one in answer["items"]] == [None] * len(paths)
    assert Title.objects.count() == 2
    assert TitleVersion.objects.count() == 4
    assert Criterion.objects.filter(competence__isnull=False).count() == 79
    assert Correspondence.objects.count() == 6
    again = imported(capsys, *paths)
    assert [one["written"]["changed"] for one in again["items"]] == [{}] * len(paths)


def test_a_try_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "reac.txt"
    path.write_text(REAC)
    answer = imported(capsys, "--dry-run", path)
    (item,) = answer["items"]
    assert (item["kind"], item["code"], item["version"]) == ("reac", documents.CODE, "04")
    assert [len(one["competences"]) for one in item["activities"]] == [3, 2, 1]
    first = item["activities"][0]["competences"][0]
    assert (first["number"], len(first["criteria"])) == (1, 2)
    assert item["requirements"][0]["requirement"]["all"][0]["competence"] == 1
    assert item["losses"]["counted"]["criteria"] == sum(documents.CRITERIA)
    assert not Title.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_refused_file_fails_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from django.core.management.base import CommandError

    (tmp_path / "good.txt").write_text(REAC)
    (tmp_path / "bad.txt").write_text("Bonjour, ceci n'est rien.")
    with pytest.raises(CommandError) as refused:
        imported(capsys, tmp_path / "bad.txt", tmp_path / "good.txt")
    assert refused.value.returncode == 1
    assert "bad.txt" in str(refused.value)
    document_ = json.loads(capsys.readouterr().out)
    bad, good = document_["items"]
    assert bad["refused"]["code"] == "not-recognised"
    assert good["written"]["new_version"]


def test_a_folder_of_csv_is_one_item(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = imported(capsys, shared_data / "titles" / "rncp-csv-2024-02-22")
    (item,) = answer["items"]
    assert len(item["sheets"]) == 10
    assert [one.code for one in Title.objects.all()] == ["RNCP509"]  # the one with blocks


def test_a_table_without_its_versions_is_refused() -> None:
    (found,) = document.read(
        b"Tableau de correspondances\n| Ancien TP | Nouveau TP |\n|---|---|\n| A b | C d |"
    )
    with pytest.raises(Conflict):
        services.import_document(actor=SYSTEM, found=found, name="t.md", content=b"t")


def test_only_who_manages_referentials_everywhere(cast: Any) -> None:
    (found,) = document.read(REAC.encode())
    person = people.person(cast.client_a)
    people.grant(person, people.role(verbs={"referential.manage"}), cast.client_a)
    with pytest.raises(Refused):
        services.import_document(
            actor=people.actor(person), found=found, name="r.txt", content=b"r"
        )
    assert not Title.objects.exists()


# --- unclear correspondences --------------------------------------------------------------------

UNCLEAR = """Tableau de correspondances
| Ancien TP | Nouveau TP |
|---|---|
| Intervenir à distance et au premier niveau en informatique ; Assurer la gestion technique d'un \
parc informatique et d'un service d'assistance | Intervenir et assister en centre de services sur \
l'environnement de travail utilisateur |
"""


@pytest.fixture
def unclear(installed: None) -> Correspondence:
    keep(UNCLEAR, "tableau.md")
    return Correspondence.objects.get(status=CorrespondenceStatus.UNCLEAR)


def test_an_unclear_case_waits_and_keeps_its_answer(unclear: Correspondence) -> None:
    assert (unclear.doubt, unclear.citation) == ("several-to-one", "tableau.md")
    title = unclear.from_version.title
    relation = next(
        each for one in queries.relations(title) for each in one["relations"]
        if len(each["from"]) == 2
    )  # fmt: skip
    assert "when" not in relation
    target = unclear.targets.get()
    done = services.answer_correspondence(
        actor=SYSTEM, correspondence=unclear, needs="any", targets=[target], reason="Courrier"
    )
    assert (done.status, done.needs, done.answer) == ("settled", "any", "Courrier")
    assert Entry.objects.filter(verb="correspondence.answer").count() == 1
    with pytest.raises(Conflict):
        services.answer_correspondence(
            actor=SYSTEM, correspondence=unclear, needs="all", targets=[], reason="Encore"
        )
    keep(UNCLEAR, "tableau.md")  # imported again, the answer stays
    assert Correspondence.objects.get(pk=unclear.pk).answer == "Courrier"


@pytest.mark.parametrize(
    ("needs", "reason", "other"),
    [("all", " ", False), ("some", "Oui", False), ("all", "Oui", True)],
)
def test_answers_that_are_refused(
    unclear: Correspondence, needs: str, reason: str, other: bool
) -> None:
    targets = list(unclear.sources.all()) if other else []
    with pytest.raises(Invalid):
        services.answer_correspondence(
            actor=SYSTEM, correspondence=unclear, needs=needs, targets=targets, reason=reason
        )


# --- pages and API ------------------------------------------------------------------------------


@pytest.fixture
def manager(cast: Any, signed_in: Any) -> Client:
    client: Client = signed_in(cast.provider, "referential.manage")
    return client


def upload(text: str, name: str = "reac.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/plain")


def test_import_shows_then_keeps(manager: Client) -> None:
    page = manager.post("/titles/referentials/import/", {"document": upload(REAC)})
    assert page.status_code == 200
    assert not Title.objects.exists()
    assert documents.NAME in page.content.decode()
    held = page.context["held"]
    done = manager.post("/titles/referentials/import/confirm/", {"held": held})
    version = TitleVersion.objects.get()
    assert done["Location"] == f"/titles/referentials/versions/{version.pk}/"
    shown = manager.get(done["Location"]).content.decode()
    assert "Traiter une alarme" in shown
    kept = ImportedDocument.objects.get()
    assert manager.get(f"/titles/referentials/documents/{kept.pk}/").status_code == 200


def test_a_preview_is_of_the_one_who_asked(manager: Client, cast: Any, signed_in: Any) -> None:
    held = manager.post("/titles/referentials/import/", {"document": upload(REAC)}).context["held"]
    other = signed_in(cast.provider, "referential.manage")
    for client, value in ((other, held), (manager, "forged"), (manager, "")):
        answer = client.post("/titles/referentials/import/confirm/", {"held": value})
        assert answer.status_code == 422
    assert not Title.objects.exists()


def test_what_is_not_recognised_is_told(manager: Client) -> None:
    page = manager.post("/titles/referentials/import/", {"document": upload("Bonjour à tous")})
    assert page.status_code == 422
    assert "reconnu" in page.content.decode()


def test_the_case_is_answered_on_its_page(manager: Client, unclear: Correspondence) -> None:
    assert "à trancher" in manager.get("/titles/referentials/correspondences/").content.decode()
    address = f"/titles/referentials/correspondences/{unclear.pk}/"
    assert manager.get(address).status_code == 200
    assert manager.post(address, {"needs": "all", "reason": ""}).status_code == 422
    done = manager.post(
        address, {"needs": "all", "reason": "Arrêté", "targets": [unclear.targets.get().pk]}
    )
    assert done.status_code == 302
    assert "Arrêté" in manager.get("/titles/referentials/correspondences/").content.decode()


@pytest.mark.usefixtures("installed")
def test_everybody_reads_and_only_managers_write(cast: Any, signed_in: Any) -> None:
    reader = signed_in(cast.client_a)
    version = TitleVersion.objects.get(title__code="TP-00485", label="2003")
    page = reader.get(f"/titles/referentials/versions/{version.pk}/").content.decode()
    assert "Au moins 1 de ces 4" in page
    assert reader.get("/titles/referentials/").status_code == 200
    assert reader.get("/titles/referentials/import/").status_code == 403
    assert Client().get("/titles/referentials/").status_code == 302


def test_api_twins(manager: Client) -> None:
    import base64

    body = {"name": "r.txt", "content_base64": base64.b64encode(REAC.encode()).decode()}

    def post(**extra: Any) -> Any:
        return manager.post(
            "/api/v1/title-documents",
            json.dumps({**body, **extra}),
            content_type="application/json",
        )

    tried = post(dry_run=True).json()["items"][0]
    assert tried["losses"]["counted"]["competences"] == 6
    assert not Title.objects.exists()
    done = post().json()["items"][0]["written"]
    shown = manager.get(f"/api/v1/title-versions/{done['version_id']}").json()
    assert [len(one["competences"]) for one in shown["activities"]] == [3, 2, 1]
    assert manager.get("/api/v1/titles").json()["items"][0]["code"] == documents.CODE
    assert len(manager.get("/api/v1/title-versions").json()["items"]) == 1
    assert manager.get("/api/v1/correspondences").json()["items"] == []
    assert post(kind="descriptor").status_code == 422
