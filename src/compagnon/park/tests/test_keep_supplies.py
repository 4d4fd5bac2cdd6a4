"""Licences, supplier contracts, lists and specifications of needs: services, pages, API."""

from __future__ import annotations

import base64
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook

from compagnon.contracts.models import ContractKind
from compagnon.contracts.tests import factories as contracts
from compagnon.core.crud.tests.contract import ResourceContract
from compagnon.core.errors import Conflict, Invalid, Refused
from compagnon.core.models import Entry
from compagnon.park.models import (
    Asset,
    AssetState,
    BroughtList,
    BroughtState,
    ImportMapping,
    Licence,
    LicenceAllocation,
    NeedsStudy,
    Score,
    SupplierContract,
)
from compagnon.park.queries import licences as queries
from compagnon.park.queries.needs import comparison
from compagnon.park.resources_supplies import LICENCES, NEEDS_STUDIES, SUPPLIER_CONTRACTS
from compagnon.park.services import alerts, bringing, licences, needs, supplying
from compagnon.park.tests import factories
from compagnon.park.tests.factories import bring, inventory, today
from compagnon.people.models import Organisation
from compagnon.people.tests.factories import Cast, actor, system


def licence(organisation: Organisation, name: str = "Firefox pour tous", **said: Any) -> Licence:
    values = {
        "product_pattern": "*Firefox*", "quantity": 2, "unit_price_cents": 1_000,
        "starts_on": today() - timedelta(days=10),
    }  # fmt: skip
    return Licence.objects.create(organisation=organisation, name=name, **{**values, **said})


def contract(
    organisation: Organisation, name: str = "Imprimantes", **said: Any
) -> SupplierContract:
    values = {"supplier": organisation, "starts_on": today() - timedelta(days=300)}
    return SupplierContract.objects.create(
        organisation=organisation, name=name, **{**values, **said}
    )


class InUnits(ResourceContract):
    """A page types euros where the row, and the API, hold cents."""

    def sent(self, row: Any) -> dict[str, Any]:
        found = super().sent(row)
        return {
            name: value / 100 if name.endswith("_cents") else value for name, value in found.items()
        }


class TestLicences(InUnits):
    resource = LICENCES
    changed = {"quantity": 7, "name": "Autre"}
    invalid = {"metric": "weight"}

    def make(self, organisation: Organisation, number: int) -> Licence:
        return licence(organisation, f"Licence {number:03}")

    def values(self, organisation: Organisation) -> dict[str, Any]:
        return {
            "organisation": organisation.pk, "name": "Office", "product_pattern": "Office*",
            "metric": "user", "quantity": 3, "unit_price_cents": 100, "currency": "EUR",
            "starts_on": "2026-01-01", "alert_days": 60,
        }  # fmt: skip


class TestSupplierContracts(InUnits):
    resource = SUPPLIER_CONTRACTS
    changed = {"kind": "rental", "name": "Autre"}
    invalid = {"kind": "gift"}

    def make(self, organisation: Organisation, number: int) -> SupplierContract:
        return contract(organisation, f"Contrat {number:03}")

    def values(self, organisation: Organisation) -> dict[str, Any]:
        return {
            "organisation": organisation.pk, "supplier": organisation.pk, "kind": "warranty",
            "name": "Garantie", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
            "alert_days": 30, "price_cents": 0, "currency": "EUR", "price_period": "once",
        }  # fmt: skip


class TestNeedsStudies(ResourceContract):
    resource = NEEDS_STUDIES
    changed = {"name": "Autre"}
    invalid = {"name": ""}

    def make(self, organisation: Organisation, number: int) -> NeedsStudy:
        return NeedsStudy.objects.create(organisation=organisation, name=f"Étude {number:03}")

    def values(self, organisation: Organisation) -> dict[str, Any]:
        return {"organisation": organisation.pk, "name": "Choix", "purpose": "Mieux savoir."}


def signed_in(people: Cast) -> Client:
    client = Client()
    client.force_login(people.administrator.account)
    return client


@pytest.mark.django_db
def test_what_is_installed_is_counted_within_its_organisation(people: Cast) -> None:
    for rank in range(3):
        bring(people.client_a, inventory(f"a-{rank}"))
    bring(people.client_b, inventory("b-1"))
    row = licence(people.client_a)
    licence(people.client_a, "Finie", quantity=50, ends_on=today() - timedelta(days=1))
    [pool] = queries.pools(system())
    assert (pool.position.used, pool.position.bought) == (3, 2)
    assert (pool.position.over, pool.position.over_price) == (1, 1_000)
    Asset.objects.filter(name="a-0").update(state=AssetState.RETIRED)
    assert queries.pool_of(system(), row).position.over == 0
    page = signed_in(people).get("/park/licences/use/").content.decode()
    assert "Firefox pour tous" in page


@pytest.mark.django_db
def test_counting_asks_as_much_for_many_licences(
    people: Cast, django_assert_max_num_queries: Any
) -> None:
    bring(people.client_a, inventory("a-1"))
    for rank in range(12):
        licence(people.client_a, f"L{rank}", product_pattern=f"Product {rank}*", metric="core")
    with django_assert_max_num_queries(6):
        assert len(queries.pools(system())) == 12


@pytest.mark.django_db
def test_a_price_is_typed_in_units_and_kept_in_cents(people: Cast) -> None:
    row, client = licence(people.client_a, unit_price_cents=42_950), signed_in(people)
    form = client.get(f"/park/licences/{row.pk}/change/").content.decode()
    assert 'value="429.50"' in form
    client.cookies["django_language"] = "fr"
    for typed, kept in (("1234,5", 123_450), ("12.34", 1_234), ("7", 700)):
        row.refresh_from_db()
        said = {
            "name": row.name, "product_pattern": "*Firefox*", "metric": "device", "quantity": 2,
            "unit_price_cents": typed, "currency": "EUR", "starts_on": row.starts_on.isoformat(),
            "alert_days": 60, "version": row.version,
        }  # fmt: skip
        assert client.post(f"/park/licences/{row.pk}/change/", said).status_code == 302
        row.refresh_from_db()
        assert row.unit_price_cents == kept
    assert "7,00\u00a0€" in client.get(f"/park/licences/{row.pk}/").content.decode()
    for wrong in ("-1", "1.234", "cher", "99999999999"):
        answer = client.post(
            f"/park/licences/{row.pk}/change/", {**said, "unit_price_cents": wrong}
        )
        assert answer.status_code == 422


@pytest.mark.django_db
def test_a_unit_is_given_once_and_taken_back(people: Cast) -> None:
    row, asset = licence(people.client_a), factories.asset(people.client_a)
    given = licences.allocate(actor=system(), licence=row, asset=asset)
    with pytest.raises(Conflict):
        licences.allocate(actor=system(), licence=row, asset=asset)
    with pytest.raises(Invalid):
        licences.allocate(actor=system(), licence=row)
    with pytest.raises(Invalid):
        licences.allocate(actor=system(), licence=row, asset=factories.asset(people.client_b))
    assert queries.pool_of(system(), row).position.used == 1
    licences.release(actor=system(), allocation_id=given.pk)
    with pytest.raises(Conflict):
        licences.release(actor=system(), allocation_id=given.pk)
    assert queries.pool_of(system(), row).position.used == 0
    with pytest.raises(Refused):
        licences.allocate(actor=actor(people.user), licence=row, asset=asset)


@pytest.mark.django_db
def test_what_comes_near_is_journaled_once(people: Cast) -> None:
    licence(people.client_a, ends_on=today() + timedelta(days=20))
    licence(people.client_a, "Loin", ends_on=today() + timedelta(days=200))
    contract(
        people.client_a,
        notice_by=today() + timedelta(days=10),
        ends_on=today() + timedelta(days=100),
    )
    assert [one.kind for one in queries.deadlines(system())] == ["notice", "licence"]
    assert alerts.raise_due(actor=system()) == 2
    assert alerts.raise_due(actor=system()) == 0
    assert alerts.raise_due(actor=system(), on=today() + timedelta(days=50)) == 1
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"licence.expiring", "supplier.notice", "supplier.ending"} <= verbs
    page = signed_in(people).get("/park/deadlines/?within=365").content.decode()
    assert "Loin" in page


@pytest.mark.django_db
def test_a_supplier_s_commitments_are_its_own(people: Cast) -> None:
    own = contracts.contract(
        client=people.client_a, provider=people.provider, kind=ContractKind.UNDERPINNING
    )
    other = contracts.contract(client=people.client_a, provider=people.provider)
    terms = {"starts_on": today(), "ends_on": None, "notice_by": None, "supplier": people.provider}
    supplying.check_terms({**terms, "service_contract": own})
    for wrong in (
        {**terms, "service_contract": other},
        {**terms, "service_contract": own, "supplier": people.client_b},
        {**terms, "notice_by": today() - timedelta(days=1)},
        {**terms, "notice_by": today() + timedelta(days=9), "ends_on": today()},
    ):
        with pytest.raises(Invalid):
            supplying.check_terms(wrong)
    row = contract(people.client_a, supplier=people.provider, service_contract=own)
    asset = factories.asset(people.client_a)
    covered = supplying.cover(actor=system(), contract=row, asset=asset)
    with pytest.raises(Conflict):
        supplying.cover(actor=system(), contract=row, asset=asset)
    page = signed_in(people).get(f"/park/suppliers/{row.pk}/").content.decode()
    assert own.name in page
    assert asset.name in page
    supplying.uncover(actor=system(), covered_id=covered.pk)
    assert not row.covered.exists()


LIST = (
    "Nom;Numéro de série;Numéro d'inventaire;Type;Statut;Date d'achat;Valeur;Utilisateur\n"
    "pc-1;SER1;INV1;laptop;En stock;01/02/2026;1 200,50;\n"
    "pc-2;SER2;;Laptop;Inconnu;pas une date;x;personne@nulle.part\n"
    "pc-3;SER2;;;;;;\n"
    ";;;;;;;\n"
    "=cmd;To be filled by O.E.M.;;;;;;\n"
)


@pytest.mark.django_db
def test_a_list_is_shown_then_written_then_the_same(people: Cast) -> None:
    client = signed_in(people)
    sent = {"organisation": people.client_a.pk, "kind": "assets",
            "file": SimpleUploadedFile("parc.csv", LIST.encode())}  # fmt: skip
    answer = client.post("/park/lists/", sent)
    assert answer.status_code == 302
    row = BroughtList.objects.get()
    before = Asset.objects.count()
    page = client.get(answer["Location"]).content.decode()
    assert "pc-2" in page
    looked = bringing.seen_again(system(), row)
    assert looked is not None
    assert looked.plan.counts == {"create": 3, "update": 0, "unchanged": 0, "refused": 1}
    second, third = looked.plan.lines[1:3]
    assert len(second.left) == 4
    assert third.problems
    assert Asset.objects.count() == before
    client.post(f"/park/lists/{row.pk}/settle/", {"do": "write"})
    row.refresh_from_db()
    assert row.state == BroughtState.WRITTEN
    made = Asset.objects.get(inventory_number="INV1")
    assert (made.state, str(made.purchase_price), made.locked, made.origin) == (
        "stock", "1200.50", [], "import",
    )  # fmt: skip
    again = bringing.look(
        actor=system(), kind="assets", organisation=people.client_a, content=LIST.encode()
    )
    assert again.plan.counts == {"create": 0, "update": 0, "unchanged": 3, "refused": 1}
    with pytest.raises(Conflict):
        bringing.write(actor=system(), row_id=row.pk)


@pytest.mark.django_db
def test_a_mapping_is_changed_and_kept(people: Cast) -> None:
    row = bringing.bring(
        actor=system(), kind="assets", organisation=people.client_a, file_name="a.csv",
        content=b"Poste,Nr\npc-9,S9\n",
    )  # fmt: skip
    assert bringing.seen_again(system(), row) is None
    client = signed_in(people)
    page = f"/park/lists/{row.pk}/"
    row.refresh_from_db()  # PostgreSQL keeps the columns in an order of its own
    place = {column: f"column_{rank}" for rank, column in enumerate(row.columns)}
    chosen = {place["Poste"]: "name", place["Nr"]: "serial"}
    client.post(page, chosen | {"save_as": "Notre tableur"})
    assert ImportMapping.objects.get().columns == {"Poste": "name", "Nr": "serial"}
    client.post(f"{page}settle/", {"do": "leave"})
    assert not Asset.objects.filter(name="pc-9").exists()


@pytest.mark.django_db
def test_custody_and_licences_are_brought(people: Cast) -> None:
    asset = factories.asset(people.client_a, "pc-7", serial="5CG77771")
    who = people.user
    content = f"Serial;User\n5CG77771;{who.first_name} {who.last_name}\n5CG77772;x\n".encode()
    looked = bringing.look(
        actor=system(), kind="custody", organisation=people.client_a, content=content
    )
    bringing.write_lines(actor=system(), kind="custody", looked=looked)
    asset.refresh_from_db()
    assert asset.person == who
    assert looked.plan.counts["refused"] == 1
    header = "Nom;Logiciel;Quantité;Type;Début;Prix unitaire"
    content = f"{header}\nOff;Office*;5;poste;2026-01-01;9,5\nX;Y;;;;\n".encode()
    for expected in ("create", "unchanged"):
        looked = bringing.look(
            actor=system(), kind="licences", organisation=people.client_a, content=content
        )
        assert [one.action for one in looked.plan.lines] == [expected, "refused"]
        bringing.write_lines(actor=system(), kind="licences", looked=looked)
    assert Licence.objects.get().unit_price_cents == 950


@pytest.mark.django_db
def test_the_command(people: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, mapping = tmp_path / "parc.csv", tmp_path / "mapping.json"
    file.write_text("Poste;SN\npc-1;S1\npc-2;S2\n", encoding="utf-8")
    mapping.write_text(json.dumps({"Poste": "name", "SN": "serial"}))
    arguments = ["park", "import-assets", str(file), "--mapping", str(mapping), "--json",
                 "--organisation", str(people.client_a.pk)]  # fmt: skip
    for extra, action, there in ((["--dry-run"], "create", 0), ([], "create", 2),
                                 ([], "unchanged", 2)):  # fmt: skip
        call_command(*arguments, *extra)
        said = json.loads(capsys.readouterr().out)
        assert [one["action"] for one in said["items"]] == [action] * 2
        assert Asset.objects.filter(serial__in=["S1", "S2"]).count() == there


@pytest.mark.django_db
def test_lists_go_out_as_files_without_formulas(people: Cast) -> None:
    factories.asset(people.client_a, "=HYPERLINK(1)")
    licence(people.client_a)
    client = signed_in(people)
    book = load_workbook(io.BytesIO(client.get("/park/export/assets/xlsx/").content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert any(cell.value == "=HYPERLINK(1)" and cell.data_type == "s" for cell in cells)
    for name in ("assets", "licences", "supplier-contracts"):
        assert client.get(f"/park/export/{name}/pdf/").content.startswith(b"%PDF")
    assert client.get("/park/export/accounts/pdf/").status_code == 404


@pytest.mark.django_db
def test_a_specification_tells_who_wins_and_what_would_change_it(people: Cast) -> None:
    study = NeedsStudy.objects.create(organisation=people.client_a, name="Inventaire")
    said: dict[str, Any] = {"actor": system(), "study_id": study.pk}
    one = needs.set_criterion(**said, name="Agents", need="must", weight=50)
    two = needs.set_criterion(**said, name="Coût", need="should", weight=30)
    left = needs.set_candidate(**said, name="Compagnon")
    right = needs.set_candidate(**said, name="Autre")
    marks = ((one, left, 8), (two, left, 2), (one, right, 4), (two, right, 8))
    for criterion, candidate, value in marks:
        needs.set_score(
            **said, criterion_id=criterion.pk, candidate_id=candidate.pk, value=value,
            proof="Essai du 3 mars", content=b"essai", file_name="essai.txt",
        )  # fmt: skip
    found = comparison(study)
    assert found.winner is not None
    assert found.winner.candidate == left
    assert found.turned[0].turn.lower == 44
    third = needs.set_candidate(**said, name="Tableur")
    with pytest.raises(Invalid):
        needs.set_score(**said, criterion_id=one.pk, candidate_id=third.pk, value=3)
    with pytest.raises(Invalid):
        needs.set_score(
            **said, criterion_id=one.pk, candidate_id=left.pk, value=3, link="javascript:alert(1)"
        )
    with pytest.raises(Invalid):
        needs.set_score(**said, criterion_id=one.pk, candidate_id=left.pk, value=11, proof="x")
    with pytest.raises(Conflict):
        needs.set_criterion(**said, name="Coût", need="must", weight=1)
    client = signed_in(people)
    page = client.get(f"/park/needs/{study.pk}/").content.decode()
    assert "Compagnon" in page
    assert client.get(f"/park/needs/{study.pk}/document/").content.startswith(b"%PDF")
    score = Score.objects.first()
    assert score is not None
    assert client.get(f"/park/needs/scores/{score.pk}/proof/").status_code == 200
    needs.remove(**said, criterion_id=one.pk)
    assert not Score.objects.filter(criterion_id=one.pk).exists()


@pytest.mark.django_db
def test_the_pages_write(people: Cast) -> None:
    client = signed_in(people)
    row, asset = licence(people.client_a), factories.asset(people.client_a, "pc-1")
    page = f"/park/licences/{row.pk}/"
    who = people.user.contact_points.get(kind="email").value
    for named in ("pc-1", "nothing", who):
        assert client.post(f"{page}give/", {"named-named": named}).status_code == 302
    assert LicenceAllocation.objects.filter(asset=asset).count() == 1
    client.post(f"{page}papers/", {"file": SimpleUploadedFile("facture.pdf", b"%PDF-1.4 x")})
    paper = row.papers.get()
    assert client.get(f"/park/papers/{paper.pk}/").status_code == 200
    assert "facture.pdf" in client.get(page).content.decode()
    given = LicenceAllocation.objects.get(asset=asset)
    client.post(f"/park/licences/allocations/{given.pk}/release/")
    given.refresh_from_db()
    assert given.released_at is not None
    supply = contract(people.client_a)
    client.post(f"/park/suppliers/{supply.pk}/cover/", {"named-named": "pc-1"})
    covered = supply.covered.get()
    client.post(f"/park/suppliers/{supply.pk}/papers/", {"file": SimpleUploadedFile("c.txt", b"x")})
    assert supply.papers.count() == 1
    client.post(f"/park/suppliers/covered/{covered.pk}/remove/")
    assert not supply.covered.exists()
    study = NeedsStudy.objects.create(organisation=people.client_a, name="Choix")
    page = f"/park/needs/{study.pk}/"
    client.post(f"{page}criteria/", {"criterion-name": "A", "criterion-need": "must",
                                     "criterion-weight": "5"})  # fmt: skip
    client.post(f"{page}products/", {"candidate-name": "B", "candidate-publisher": ""})
    client.post(f"{page}scores/", {
        "score-criterion": study.criteria.get().pk, "score-candidate": study.candidates.get().pk,
        "score-value": "4", "score-proof": "vu",
    })  # fmt: skip
    assert Score.objects.get().value == 4
    client.post(f"{page}remove/candidate/{study.candidates.get().pk}/")
    assert not study.candidates.exists()


@pytest.mark.django_db
def test_the_api_does_the_same(people: Cast) -> None:
    client = signed_in(people)

    def post(path: str, **body: Any) -> Any:
        answer = client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code in {200, 201}, answer.content
        return answer.json()

    row, asset = licence(people.client_a), factories.asset(people.client_a)
    given = post(f"/licences/{row.pk}/give", asset_id=asset.pk)
    assert client.get("/api/v1/licence-use").json()["items"][0]["used"] == 1
    assert client.get("/api/v1/licence-allocations").json()["items"]
    post(f"/licence-allocations/{given['id']}/release")
    content = base64.b64encode(b"Name,Serial\nx,y\n").decode()
    paper = post(f"/licences/{row.pk}/papers", name="a.txt", content=content)
    assert client.get(f"/api/v1/papers/{paper['id']}/content").status_code == 200
    sent = post("/brought-lists", organisation_id=people.client_a.pk, kind="assets",
                file_name="a.csv", content=content)  # fmt: skip
    preview = client.get(f"/api/v1/brought-lists/{sent['id']}/preview").json()
    assert preview["items"][0]["action"] == "create"
    post(f"/brought-lists/{sent['id']}/columns", columns={"Name": "name"})
    assert post(f"/brought-lists/{sent['id']}/write")["state"] == "written"
    supply = contract(people.client_a)
    covered = post(f"/supplier-contracts/{supply.pk}/cover", asset_id=asset.pk)
    assert client.delete(f"/api/v1/covered-assets/{covered['id']}").status_code == 204
    assert client.get("/api/v1/park-deadlines").json() == {"items": []}
    study = NeedsStudy.objects.create(organisation=people.client_a, name="Choix")
    at = f"/needs-studies/{study.pk}"
    one = post(f"{at}/criteria", name="A", weight=10)
    two = post(f"{at}/products", name="B")
    post(f"{at}/scores", criterion_id=one["id"], candidate_id=two["id"], value=7, proof="vu")
    assert client.get(f"/api/v1{at}/comparison").json()["ranked"][0]["share"] == 70.0
    assert client.get(f"/api/v1{at}/document").content.startswith(b"%PDF")
    post(f"{at}/remove", what="criterion", id=one["id"])
    assert client.get("/api/v1/park-export/licences/xlsx").content.startswith(b"PK")


@pytest.mark.django_db
def test_the_demonstration_shows_each(people: Cast) -> None:
    from compagnon.config.demo import park_supplies

    bring(people.client_a, inventory("a-1", software=[("AutoCAD LT 2024", "24.3")]))
    park_supplies.fill(system(), people.client_a, people.provider, on=today())
    assert any(one.position.spare for one in queries.pools(system()))
    assert {one.kind for one in queries.deadlines(system())} >= {"notice", "licence"}
    client = signed_in(people)
    for page in ("/park/licences/use/", "/park/deadlines/", "/park/lists/"):
        assert client.get(page).status_code == 200
