"""Everything of the park goes out as files, and nothing of them runs."""

from __future__ import annotations

import csv
import io
from typing import get_args

import pytest
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from compagnon.core.errors import Refused
from compagnon.park.api.supplies import Exported
from compagnon.park.models import Asset
from compagnon.park.queries import exporting
from compagnon.park.services import custody
from compagnon.park.tests import factories
from compagnon.people.tests.factories import Cast, actor, system


@pytest.fixture
def park(people: Cast) -> Asset:
    row = factories.asset(
        people.client_a, "=cmd|' /C calc'!A0", inventory_number="INV-1", serial="+1234"
    )
    sheet = custody.prepare(actor=system(), asset_id=row.pk, kind="hand_over", person=people.user)
    custody.sign(actor=system(), sheet_id=sheet.pk, name="=1+1")
    factories.asset(people.client_b, "chez l'autre")
    return row


@pytest.mark.django_db
def test_every_list_goes_out_in_every_form(people: Cast, park: Asset) -> None:
    assert {*exporting.lists()} == {*get_args(Exported)}
    for name in exporting.lists():
        for form in exporting.FORMS:
            made = exporting.make(system(), name, form)
            assert made.content, (name, form)
            assert made.file_name.endswith(form)
            if form == "pdf":
                assert made.content.startswith(b"%PDF")
    with pytest.raises(Refused):
        exporting.make(actor(people.user), "software", "csv")


@pytest.mark.django_db
def test_texts_stay_texts_and_others_stay_out(people: Cast, park: Asset) -> None:
    technician = actor(people.technician)
    with translation.override("en"):
        content = exporting.make(technician, "custody", "csv").content.decode("utf-8-sig")
    (head, line) = list(csv.reader(io.StringIO(content)))
    said = dict(zip(head, line, strict=True))
    assert said["Asset"].startswith("'=cmd")
    assert said["Signed by"] == "'=1+1"
    book = load_workbook(io.BytesIO(exporting.make(technician, "movements", "xlsx").content))
    cells = [cell for row in book.worksheets[0].iter_rows(min_row=2) for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(cell.value == park.name for cell in cells)
    listed = exporting.make(technician, "assets", "csv").content.decode("utf-8-sig")
    assert "INV-1" in listed
    assert ("chez l'autre" in listed) == technician.scope.allows("asset.view", people.client_b.pk)


@pytest.mark.django_db
def test_the_page_and_the_api_give_them(people: Cast, park: Asset) -> None:
    client = Client()
    client.force_login(people.administrator.account)
    page = client.get("/park/lists/").content.decode()
    for name in exporting.lists():
        assert f"/park/export/{name}/xlsx/" in page
    assert client.get("/park/export/loans/csv/").status_code == 200
    assert client.get("/api/v1/park-export/relations/csv").status_code == 200
    assert client.get("/park/export/secrets/csv/").status_code == 404
    assert client.get("/park/export/loans/exe/").status_code == 404


@pytest.mark.django_db
def test_a_paper_says_what_it_leaves_out(
    people: Cast, park: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        factories.asset(people.client_a, f"poste {number}")
    monkeypatch.setitem(exporting.MOST_ROWS, "pdf", 3)
    said: list[str] = []
    monkeypatch.setattr(
        "compagnon.core.documents.engine.render",
        lambda _path, data, **_kw: said.append(data["subheading"]),
    )
    with translation.override("en"):
        exporting.make(system(), "assets", "pdf")
    assert said == ["The first 3 rows: the workbook holds all of them."]
