"""Assets and their types, kept by hand: the inherited contract, own fields, locks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from compagnon.config.tests import world
from compagnon.core.crud.tests.contract import ResourceContract
from compagnon.core.errors import Invalid
from compagnon.park.models import Asset
from compagnon.park.resources import ASSETS
from compagnon.park.rules import check_fields, check_values
from compagnon.park.services import assets
from compagnon.park.shipped_types import ensure
from compagnon.park.tests import factories
from compagnon.park.tests.factories import bring, inventory
from compagnon.people.models import Organisation
from compagnon.people.tests.factories import Cast, system


class TestAssets(ResourceContract):
    resource = ASSETS
    changed = {"name": "poste-neuf", "serial": "XYZ"}
    invalid = {"state": "lost"}

    def make(self, organisation: Organisation, number: int) -> Asset:
        return factories.asset(organisation, f"poste {number:03}")

    def values(self, organisation: Organisation) -> dict[str, Any]:
        return {
            "organisation": organisation.pk,
            "type": ensure("laptop").pk,
            "name": "portable-7",
            "state": "stock",
        }


FIELDS = [
    {"name": "badge", "label": "Badge", "kind": "text", "required": True},
    {"name": "floor", "label": "Étage", "kind": "number"},
    {"name": "colour", "label": "Couleur", "kind": "choice", "choices": ["noir", "gris"]},
]


def test_own_fields_are_checked() -> None:
    assert check_fields(FIELDS) == []
    assert check_fields([{"name": "Bad Name", "label": "x"}])
    assert check_fields([FIELDS[0], FIELDS[0]])
    assert check_fields("fields")
    assert check_fields([{"name": "c", "label": "C", "kind": "choice"}])
    assert check_values(FIELDS, {"badge": "A", "floor": 2, "colour": "noir"}) == {}
    wrong = check_values(FIELDS, {"floor": "two", "colour": "red", "other": 1})
    assert set(wrong) == {"badge", "floor", "colour", "other"}


@pytest.mark.django_db
def test_an_asset_keeps_its_own_values(people: Cast) -> None:
    row = factories.asset(people.client_a)
    assets.change_type(actor=system(), row=row.type, values={"fields": FIELDS})
    row = Asset.objects.get(pk=row.pk)
    changed = assets.change(actor=system(), asset=row, values={"values": {"badge": "A-17"}})
    assert changed.values == {"badge": "A-17"}
    with pytest.raises(Invalid):
        assets.change(actor=system(), asset=changed, values={"values": {"floor": 3}})


@pytest.mark.django_db
def test_a_hand_s_word_stands_until_it_is_emptied(people: Cast) -> None:
    said = {"uuid": "4c4c4544-0031-3010-8057-00000000abcd", "serial": "S1",
            "mac": "a4:bb:6d:01:01:01"}  # fmt: skip
    report = bring(people.client_a, inventory("pc-1", **said))
    row = Asset.objects.get(pk=report.asset_id)
    row = assets.change(actor=system(), asset=row, values={"model": "Notre modèle"})
    assert row.locked == ["model"]
    bring(people.client_a, inventory("pc-1", software=[("Gimp", "2")], **said))
    row.refresh_from_db()
    assert row.model == "Notre modèle"
    row = assets.change(actor=system(), asset=row, values={"model": ""})
    bring(people.client_a, inventory("pc-1", software=[("Gimp", "3")], **said))
    row.refresh_from_db()
    assert row.model == "Latitude 5440"


@pytest.mark.django_db
def test_the_pages_show_what_an_inventory_told(people: Cast) -> None:
    evil = "<script>alert(1)</script>"
    report = bring(
        people.client_a, inventory(evil, software=[(evil, "1")], serial="S1\"'><img src=x>")
    )
    client = Client()
    client.force_login(people.administrator.account)
    pages = [
        f"/park/assets/{report.asset_id}/",
        f"/park/assets/{report.asset_id}/software/",
        f"/park/assets/{report.asset_id}/software/?q=script",
        "/park/assets/",
        "/park/reports/",
        f"/park/reports/{report.pk}/",
        "/park/doubts/",
        "/park/agents/",
        f"/park/types/{ensure('laptop').pk}/fields/",
    ]
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        text = response.content.decode()
        assert "<script>alert" not in text, page
        assert "<img src=x" not in text, page
    made = client.post(
        "/park/agents/", {"organisation": people.client_a.pk, "name": "Postes"}
    ).content.decode()
    assert "cpe_" in made


@pytest.mark.django_db
def test_the_software_of_a_machine_by_api(people: Cast) -> None:
    report = bring(people.client_a, inventory("pc-1"))
    client = Client()
    secret = world.token(people.administrator)
    address = f"/api/v1/assets/{report.asset_id}/software"
    for query, names in (
        ("", ["LibreOffice", "Mozilla Firefox"]),
        ("?q=fire", ["Mozilla Firefox"]),
    ):
        answer = client.get(address + query, headers={"Authorization": f"Bearer {secret}"})
        assert [one["name"] for one in answer.json()["items"]] == names
