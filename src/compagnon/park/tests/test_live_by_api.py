"""The life of assets by API, route by route: what each does, and to whom it is refused."""

from __future__ import annotations

import base64
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from compagnon.park.models import Asset, LoanDay
from compagnon.park.tests import factories
from compagnon.park.tests.factories import today
from compagnon.people.models import Person
from compagnon.people.tests.factories import Cast

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()


class Api:
    """What a person sees of the API."""

    def __init__(self, person: Person) -> None:
        self.client = Client()
        self.client.force_login(person.account)

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.client.get(f"/api/v1{path}")
        assert answer.status_code == status, answer.content
        return answer.json() if "json" in answer.headers["Content-Type"] else answer

    def post(self, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        answer = self.client.post(f"/api/v1{path}", body or {}, content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def api(people: Cast) -> Api:
    """The administrator's."""
    return Api(people.administrator)


@pytest.fixture
def user(people: Cast) -> Api:
    """The one of a user without a role."""
    return Api(people.user)


@pytest.fixture
def machine(people: Cast) -> Asset:
    return factories.asset(
        people.client_a, "poste", state="stock", site=people.site_a, inventory_number="INV-1",
        is_loanable=True, purchase_price=Decimal(900), purchased_on=today(), depreciation_months=36,
    )  # fmt: skip


@pytest.mark.django_db
def test_moves(api: Api, user: Api, machine: Asset, people: Cast) -> None:
    place = factories.stock_place(people.client_a)
    path = f"/assets/{machine.pk}"
    moved = api.post(f"{path}/move", {"state": "repair", "place_id": place.pk, "reason": "écran"})
    assert (moved["state"], moved["place_id"]) == ("repair", place.pk)
    (row,) = api.get(f"{path}/movements")["items"]
    assert (row["state"], row["reason"]) == ("repair", "écran")
    api.post(f"{path}/move", {"state": "disposed"}, status=409)
    api.post(f"{path}/move", {"state": "lost"}, status=422)
    elsewhere = factories.stock_place(people.client_b)
    api.post(f"{path}/move", {"place_id": elsewhere.pk}, status=422)
    user.post(f"{path}/move", {"state": "use"}, status=404)
    user.get(f"{path}/movements", status=404)


@pytest.mark.django_db
def test_custody(api: Api, user: Api, machine: Asset, people: Cast) -> None:
    path = f"/assets/{machine.pk}/custody-sheets"
    api.post(path, {"kind": "hand_over"}, status=422)
    made = api.post(path, {"kind": "hand_over", "person_id": people.user.pk}, status=201)
    api.post(path, {"kind": "return"}, status=409)
    sheet = f"/custody-sheets/{made['id']}"
    # The person signs from their own account; nobody else does.
    Api(people.outsider).post(f"{sheet}/sign", {"name": "Un autre"}, status=404)
    user.post(f"{sheet}/sign", {"name": "Zoé", "signature_base64": "R0lGODlh"}, status=422)
    signed = user.post(f"{sheet}/sign", {"name": "Zoé", "signature_base64": PNG})
    assert len(signed["digest"]) == 64
    machine.refresh_from_db()
    assert (machine.state, machine.person) == ("use", people.user)
    user.post(f"{sheet}/sign", {"name": "Zoé"}, status=409)
    assert api.get(f"{sheet}/document").content.startswith(b"%PDF")
    back = api.post(path, {"kind": "return"}, status=201)
    user.post(f"/custody-sheets/{back['id']}/cancel", status=403)
    assert api.post(f"/custody-sheets/{back['id']}/cancel")["cancelled_at"]
    assert len(api.get(f"/custody-sheets?asset_id={machine.pk}")["items"]) == 2
    assert user.get(sheet)["id"] == made["id"]


@pytest.mark.django_db
def test_loans(api: Api, user: Api, machine: Asset, people: Cast) -> None:
    def days(first: int, last: int) -> dict[str, Any]:
        return {
            "asset_id": machine.pk, "borrower_id": people.user.pk,
            "first_day": (today() + timedelta(days=first)).isoformat(),
            "last_day": (today() + timedelta(days=last)).isoformat(),
        }  # fmt: skip

    made = api.post("/loans", days(0, 2), status=201)
    api.post("/loans", days(2, 3), status=409)
    api.post("/loans", days(5, 4), status=422)
    user.post("/loans", days(7, 8), status=404)
    loan = f"/loans/{made['id']}"
    api.post(f"{loan}/take-back", status=409)
    assert api.post(f"{loan}/hand-out")["state"] == "out"
    longer = (today() + timedelta(days=4)).isoformat()
    assert api.post(f"{loan}/extend", {"last_day": longer})["last_day"] == longer
    # A borrower sees their loan, and settles nothing.
    assert user.get(loan)["borrower_id"] == people.user.pk
    user.post(f"{loan}/take-back", status=403)
    assert api.post(f"{loan}/take-back")["state"] == "returned"
    assert not LoanDay.objects.filter(day__gt=today()).exists()
    other = api.post("/loans", days(1, 2), status=201)
    assert api.post(f"/loans/{other['id']}/cancel")["state"] == "cancelled"
    found = api.get(f"/loans?state=returned&asset_id={machine.pk}")["items"]
    assert [one["id"] for one in found] == [made["id"]]


@pytest.mark.django_db
def test_labels(api: Api, user: Api, machine: Asset, people: Cast) -> None:
    path = f"/asset-labels?organisation_id={people.client_a.pk}"
    assert api.get(f"{path}&numbers=INV-1&paper=2x7&skip=3").content.startswith(b"%PDF")
    api.get(f"{path}&numbers=INV-404", status=422)
    api.get(f"{path}&paper=1x1", status=422)
    user.get(path, status=403)


@pytest.mark.django_db
def test_stock_taking(api: Api, user: Api, machine: Asset, people: Cast) -> None:
    gone = factories.asset(people.client_a, "parti", state="stock", site=people.site_a)
    stray = factories.asset(people.client_a, "égaré", state="use", inventory_number="INV-2")
    body = {"organisation_id": people.client_a.pk, "name": "Tout", "site_id": people.site_a.pk}
    api.post("/stock-takings", {**body, "site_id": None}, status=422)
    user.post("/stock-takings", body, status=403)
    made = api.post("/stock-takings", body, status=201)
    count = f"/stock-takings/{made['id']}"
    assert api.post(f"{count}/read", {"code": "INV-1"})["state"] == "found"
    assert api.post(f"{count}/read", {"code": "INV-2"})["state"] == "elsewhere"
    assert api.post(f"{count}/read", {"code": "INCONNU"})["asset_id"] is None
    assert api.post(f"{count}/close")["closed_at"]
    api.post(f"{count}/read", {"code": "INV-1"}, status=409)
    lines = {one["asset_id"]: one for one in api.get(f"{count}/lines")["items"]}
    assert lines[gone.pk]["state"] == "missing"

    def settle(asset: Asset, resolution: str, status: int = 200) -> Any:
        path = f"{count}/lines/{lines[asset.pk]['id']}/settle"
        return api.post(path, {"resolution": resolution}, status)

    settle(gone, "moved", 422)
    settle(gone, "lost")
    settle(stray, "moved")
    settle(stray, "kept", 409)
    gone.refresh_from_db()
    stray.refresh_from_db()
    assert (gone.state, stray.site) == ("retired", people.site_a)
    (code,) = api.get(f"{count}/codes")["items"]
    settled = api.post(
        f"{count}/codes/{code['id']}/settle", {"type_id": machine.type_id, "name": "trouvé"}
    )
    assert settled["resolution"] == "created"
    assert Asset.objects.get(inventory_number="INCONNU").name == "trouvé"
    user.get(count, status=404)


@pytest.mark.django_db
def test_consumables(api: Api, user: Api, people: Cast) -> None:
    row = factories.consumable(people.client_a, minimum=2)
    path = f"/consumables/{row.pk}"
    assert api.post(f"{path}/move", {"change": 5, "reason": "livraison"})["quantity_after"] == 5
    api.post(f"{path}/move", {"change": -6}, status=422)
    api.post(f"{path}/move", {"change": 0}, status=422)
    assert [one["change"] for one in api.get(f"{path}/movements")["items"]] == [5]
    user.post(f"{path}/move", {"change": 1}, status=404)


@pytest.mark.django_db
def test_waste(api: Api, user: Api, machine: Asset, people: Cast) -> None:
    body = {
        "organisation_id": people.client_a.pk, "collector": "Écologic",
        "collected_on": today().isoformat(),
    }  # fmt: skip
    user.post("/disposals", body, status=403)
    made = api.post("/disposals", body, status=201)
    lot = f"/disposals/{made['id']}"
    item = {"asset_id": machine.pk, "category": 6, "weight_kg": "1.80", "wiping": "purge"}
    api.post(f"{lot}/items", item, status=422)  # wiped, but by whom?
    said = {**item, "wiped_by": "Ana", "wiped_on": today().isoformat(),
            "proof_base64": base64.b64encode(b"nwipe").decode(), "proof_name": "a.txt"}  # fmt: skip
    kept = api.post(f"{lot}/items", said, status=201)
    api.post(f"{lot}/items", said, status=409)
    assert [one["id"] for one in api.get(f"{lot}/items")["items"]] == [kept["id"]]
    proof = {"number": "BSD-1", "certificate_base64": base64.b64encode(b"ok").decode()}
    user.post(f"{lot}/close", proof, status=404)
    assert api.post(f"{lot}/close", proof)["closed_at"]
    machine.refresh_from_db()
    assert (machine.state, machine.disposed_on) == ("disposed", today())
    assert api.client.delete(f"/api/v1{lot}/items/{kept['id']}").status_code == 409
    assert api.get(f"{lot}/document").content.startswith(b"PK")


@pytest.mark.django_db
def test_money_and_energy(api: Api, user: Api, machine: Asset, people: Cast) -> None:
    worth = api.get(f"/assets/{machine.pk}/worth")
    assert sum(Decimal(one["amount"]) for one in worth["depreciation"]) == 900
    years = {one["year"]: one for one in api.get("/park-money")["years"]}
    assert Decimal(years[today().year]["bought"]) == 900
    Asset.objects.update(state="use")
    energy = api.get("/park-energy?country=FR")
    assert sum(one["machines"] for one in energy["sites"]) == 1
    assert energy["source"]
    api.get("/park-energy?country=france", status=422)
    for path in ("/park-money", "/park-energy"):
        user.get(path, status=403)
