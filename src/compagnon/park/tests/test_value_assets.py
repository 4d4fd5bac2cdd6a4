"""Depreciation to the cent, budgets, energy; consumables and waste."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from compagnon.core.crud.tests.contract import ResourceContract
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.park import depreciation, energy
from compagnon.park.documents import waste
from compagnon.park.errors import Sealed
from compagnon.park.models import Asset, Budget, Consumable, Disposal, StockPlace
from compagnon.park.queries import figures, life
from compagnon.park.resources_life import CONSUMABLES, STOCK_PLACES
from compagnon.park.services import consumables, disposals
from compagnon.park.tests import factories
from compagnon.people.models import Organisation
from compagnon.people.tests.factories import Cast, actor, system

TODAY = date(2027, 3, 1)
prices = st.decimals(min_value=0, max_value=1_000_000, places=2)
days = st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 12, 31))


class TestStockPlaces(ResourceContract):
    resource = STOCK_PLACES
    changed = {"name": "Étagère 2"}
    invalid = {"name": ""}

    def make(self, organisation: Organisation, number: int) -> StockPlace:
        return factories.stock_place(organisation, f"place {number:03}")

    def values(self, organisation: Organisation) -> dict[str, Any]:
        return {"organisation": organisation.pk, "name": "Réserve"}


class TestConsumables(ResourceContract):
    resource = CONSUMABLES
    changed = {"name": "Câble", "minimum": 4}
    invalid = {"minimum": -1}

    def make(self, organisation: Organisation, number: int) -> Consumable:
        return factories.consumable(organisation, f"toner {number:03}")

    def values(self, organisation: Organisation) -> dict[str, Any]:
        return {"organisation": organisation.pk, "name": "Piles", "minimum": 10}


@given(
    price=prices,
    start=days,
    months=st.integers(1, 600),
    method=st.sampled_from(["line", "declining"]),
)
def test_years_add_up_to_the_price(price: Decimal, start: date, months: int, method: str) -> None:
    rows = depreciation.spread(price, start, months, method)
    assert sum((row.amount for row in rows), Decimal(0)) == price
    assert rows[-1].left == 0
    assert all(row.amount >= 0 for row in rows)
    assert [row.year for row in rows] == list(range(start.year, start.year + len(rows)))
    left = price
    for row in rows:
        left -= row.amount
        assert row.left == left


def test_known_depreciations() -> None:
    even = depreciation.straight_line(Decimal(1000), date(2026, 4, 1), 36)
    assert [str(row.amount) for row in even] == ["250.00", "333.33", "333.34", "83.33"]
    # 10,000 € over five years from January: 35 % a year, then evenly over what remains.
    fast = depreciation.declining(Decimal(10000), date(2026, 1, 15), 60)
    assert [str(row.amount) for row in fast] == [
        "3500.00", "2275.00", "1478.75", "1373.13", "1373.12",
    ]  # fmt: skip
    assert depreciation.value_at(Decimal(1000), even, 2026) == Decimal("750.00")
    assert depreciation.value_at(Decimal(1000), even, 2025) == Decimal(1000)


@pytest.mark.django_db
def test_a_year_of_money_says_what_was_bought_and_borne(people: Cast) -> None:
    year = timezone.localdate().year
    factories.asset(
        people.client_a, purchase_price=Decimal(1200), purchased_on=date(year, 1, 1),
        depreciation_months=24,
    )  # fmt: skip
    Budget.objects.create(organisation=people.client_a, year=year, amount=5000)
    found = {one.year: one for one in figures.money(system())}
    assert (found[year].planned, found[year].bought, found[year].borne) == (5000, 1200, 600)
    assert found[year + 1].ending == 1200
    assert all(one.bought == 0 for one in figures.money(actor(people.outsider)))


@pytest.mark.django_db
def test_energy_is_counted_by_site_with_its_sources(people: Cast) -> None:
    for _ in range(3):
        factories.asset(people.client_a, type="computer", site=people.site_a)
    factories.asset(people.client_a, type="printer")
    factories.asset(people.client_a, type="computer", state="stock")
    found = figures.park(system(), "FR")
    assert (found.total.machines, found.total.known) == (4, 3)
    assert found.total.kwh == Decimal("340.8")
    assert found.total.kg == Decimal("340.8") * 49 / 1000
    assert [one.code for one in found.savings] == ["night", "replace", "longer"]
    assert all(found.sources)
    for published in energy.facts().values():
        for code, figure in published.items():
            assert all(figure["source"][one] for one in ("en", "fr")), code
    assert figures.grid("XX") == figures.grid("EU")
    with translation.override("fr"):
        assert "édition 2025" in figures.grid("FR")[1]
        assert any(
            "Règlement" in one or "vérifiée" in one for one in figures.park(system()).sources
        )
    longer = energy.keep_longer(1, energy.Figure(Decimal(1), Decimal(300), "x"), 5, 1)
    assert longer.kg == Decimal(300) * (Decimal(1) / 5 - Decimal(1) / 6)


@pytest.mark.django_db
def test_a_consumable_runs_low_and_never_under_zero(people: Cast) -> None:
    row = factories.consumable(people.client_a, minimum=2)
    assert row in life.low_stock(system())

    def move(change: int) -> None:
        consumables.move(actor=system(), consumable_id=row.pk, change=change)

    move(5)
    assert not life.low_stock(system())
    move(-3)
    assert Entry.objects.filter(verb="consumable.move").latest("id").after == {
        "quantity": 2, "is_low": True,
    }  # fmt: skip
    for wrong in (-3, 0, 10**7):
        with pytest.raises(Invalid):
            move(wrong)
    with pytest.raises(NotFound):
        consumables.move(actor=actor(people.outsider), consumable_id=row.pk, change=1)
    client = Client()
    client.force_login(people.administrator.account)
    page = client.post(f"/park/consumables/{row.pk}/movements/", {"change": "4"})
    assert page.status_code == 302
    row.refresh_from_db()
    assert row.quantity == 6


@pytest.mark.django_db
def test_waste_leaves_with_its_proofs(people: Cast) -> None:
    row = factories.asset(people.client_a, "=cmd|calc", state="stock", inventory_number="D-1")
    lot = disposals.open_lot(
        actor=system(), organisation=people.client_a, collector="Recyclage", collected_on=TODAY
    )
    said: dict[str, Any] = {
        "actor": system(), "lot_id": lot.pk, "asset_id": row.pk, "category": 6,
        "weight_kg": Decimal("2.40"), "wiping": "purge",
    }  # fmt: skip
    with pytest.raises(Invalid):
        disposals.add(**said)
    done = {**said, "wiped_by": "Ursule", "wiped_on": TODAY}
    for wrong in ({"category": 9}, {"weight_kg": Decimal(0)}):
        with pytest.raises((Invalid, Conflict)):
            disposals.add(**{**done, **wrong})
    item = disposals.add(**done, proof=b"nwipe: ok", proof_name="../../rapport é.txt")
    with pytest.raises((Conflict, Invalid)):
        disposals.add(**done)
    with pytest.raises(Invalid):
        disposals.close(
            actor=system(), lot_id=lot.pk, certificate=b"", certificate_name="", number="1"
        )
    disposals.close(
        actor=system(), lot_id=lot.pk, certificate=b"%PDF-1.4 x", certificate_name="c.pdf",
        number="BSD-7",
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.state, row.disposed_on) == ("disposed", timezone.localdate())
    with pytest.raises(Sealed):
        disposals.remove(actor=system(), lot_id=lot.pk, item_id=item.pk)
    with pytest.raises(Sealed):
        disposals.add(**done)
    client = Client()
    client.force_login(people.administrator.account)
    content = client.get(f"/park/disposals/{lot.pk}/audit.zip").content
    with zipfile.ZipFile(BytesIO(content)) as packed:
        names = set(packed.namelist())
        sums = packed.read("SHA256SUMS").decode().splitlines()
        assert len(sums) == len(names) - 1 == 4
        for line in sums:
            digest, _two, name = line.partition("  ")
            assert hashlib.sha256(packed.read(name)).hexdigest() == digest
            assert ".." not in name
        assert "'=cmd|calc" in packed.read("equipment.csv").decode()
        text = PdfReader(BytesIO(packed.read("report.pdf"))).pages[0].extract_text()
    assert "BSD-7" in text
    assert "2.40 kg" in text
    again = Disposal.objects.get(pk=lot.pk)
    assert waste.archive(again, list(life.items(again)))


@pytest.mark.django_db
def test_waste_is_refused_to_others(people: Cast) -> None:
    with pytest.raises(Refused):
        disposals.open_lot(
            actor=actor(people.technician), organisation=people.client_a, collector="x",
            collected_on=TODAY,
        )  # fmt: skip
    lot = disposals.open_lot(
        actor=system(), organisation=people.client_a, collector="x", collected_on=TODAY
    )
    other = factories.asset(people.client_b, state="stock")
    with pytest.raises(Invalid):
        disposals.add(
            actor=system(), lot_id=lot.pk, asset_id=other.pk, category=6,
            weight_kg=Decimal(1), wiping="none",
        )  # fmt: skip


@pytest.mark.django_db
def test_the_pages_of_waste_money_and_energy(people: Cast) -> None:
    row = factories.asset(people.client_a, state="stock", inventory_number="W-1", type="computer")
    client = Client()
    client.force_login(people.administrator.account)
    made = client.post(
        "/park/disposals/",
        {"organisation": people.client_a.pk, "collector": "Eco", "collected_on": "2027-03-01"},
    )
    url = made["Location"]
    added = client.post(
        f"{url}items/",
        {"code": "W-1", "category": "6", "weight_kg": "3", "wiping": "none",
         "proof": SimpleUploadedFile("p.txt", b"ok")},
    )  # fmt: skip
    assert added.status_code == 302
    assert client.post(f"{url}items/", {"code": "zz"}).status_code == 422
    closed = client.post(
        f"{url}close/", {"number": "N-1", "certificate": SimpleUploadedFile("c.pdf", b"%PDF-")}
    )
    assert closed.status_code == 302
    row.refresh_from_db()
    assert row.state == "disposed"
    Asset.objects.filter(pk=row.pk).update(state="use")
    for page in ("/park/budget/", "/park/energy/?country=DE&watts=x", "/park/low-stock/"):
        assert client.get(page).status_code == 200, page
