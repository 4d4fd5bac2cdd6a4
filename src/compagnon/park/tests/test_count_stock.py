"""Labels, codes, counts."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.park import codes
from compagnon.park.documents.labels import PAPERS, labels
from compagnon.park.errors import Sealed
from compagnon.park.models import Asset, LineState, StockLine, StockTaking, StrayCode
from compagnon.park.services import stock_taking
from compagnon.park.shipped_types import ensure
from compagnon.park.tests import factories
from compagnon.people.models import Site
from compagnon.people.tests import factories as people_factories
from compagnon.people.tests.factories import Cast, actor, system


def test_a_label_is_read_back_whatever_the_host() -> None:
    text = codes.write("https://support.example.fr/", 42)
    assert codes.read(text) == codes.Code(text, 42)
    assert codes.read("http://other/park/scan/7").asset_id == 7
    assert codes.read(" INV-7 ") == codes.Code("INV-7", None)
    assert codes.read("http://[bad/park/scan/7/").asset_id is None
    assert codes.read("https://x/park/scan/7/../../admin").asset_id is None
    assert len(codes.read("x" * 5000).text) == 200


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.django_db
def test_labels_fill_sheets(people: Cast, paper: str) -> None:
    count = PAPERS[paper].count
    rows = [factories.asset(people.client_a, inventory_number=f"INV-{n:03}") for n in range(count)]
    pages = PdfReader(BytesIO(labels(rows, paper=paper))).pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    assert all(row.inventory_number in text for row in rows)
    assert len(PdfReader(BytesIO(labels(rows, paper=paper, skip=1))).pages) == 2
    with pytest.raises(Invalid):
        labels([], paper=paper)
    with pytest.raises(Invalid):
        labels(rows, paper="A3")


def counted(people: Cast) -> tuple[StockTaking, Site, list[Asset]]:
    site = Site.objects.create(organisation=people.client_a, name="Entrepôt")
    rows = [
        factories.asset(people.client_a, site=site, inventory_number=f"E-{n}") for n in range(3)
    ]
    factories.asset(people.client_a, site=site, state="disposed")
    count = stock_taking.open_count(
        actor=system(), organisation=people.client_a, name="Mars", site=site
    )
    return count, site, rows


@pytest.mark.django_db
def test_a_count_finds_misses_and_wonders(people: Cast) -> None:
    count, site, rows = counted(people)
    assert count.lines.count() == 3
    away = factories.asset(people.client_a, serial="AWAY-1")

    def read(text: str) -> StockLine | StrayCode:
        return stock_taking.read_code(actor=system(), count_id=count.pk, text=text)

    found = read(codes.write("http://h", rows[0].pk))
    assert isinstance(found, StockLine)
    assert found.state == LineState.FOUND
    read("e-1")
    elsewhere = read("AWAY-1")
    assert isinstance(elsewhere, StockLine)
    assert elsewhere.state == LineState.ELSEWHERE
    stray = read("???")
    assert isinstance(stray, StrayCode)
    assert read("???") == stray
    foreign = factories.asset(people.client_b, inventory_number="B-1")
    assert isinstance(read(codes.write("http://h", foreign.pk)), StrayCode)
    with pytest.raises(Invalid):
        read("  ")
    stock_taking.close(actor=system(), count_id=count.pk)
    with pytest.raises(Sealed):
        read("e-2")
    missing = count.lines.get(state=LineState.MISSING)
    assert missing.asset == rows[2]

    def settle(line: StockLine, resolution: str) -> None:
        stock_taking.settle_line(
            actor=system(), count_id=count.pk, line_id=line.pk, resolution=resolution
        )

    with pytest.raises(Invalid):
        settle(missing, "moved")
    with pytest.raises(Invalid):
        settle(found, "lost")
    settle(missing, "lost")
    with pytest.raises(Sealed):
        settle(missing, "kept")
    settle(elsewhere, "moved")
    away.refresh_from_db()
    rows[2].refresh_from_db()
    assert (away.site, rows[2].state) == (site, "retired")
    stock_taking.settle_code(
        actor=system(), count_id=count.pk, stray_id=stray.pk, type=ensure("monitor")
    )
    made = Asset.objects.get(inventory_number="???")
    assert (made.site, made.organisation) == (site, people.client_a)


@pytest.mark.django_db
def test_a_count_is_refused_to_others(people: Cast) -> None:
    count, site, _rows = counted(people)
    with pytest.raises(Refused):
        stock_taking.open_count(
            actor=actor(people.user), organisation=people.client_a, name="x", site=site
        )
    with pytest.raises(NotFound):
        stock_taking.read_code(actor=actor(people.outsider), count_id=count.pk, text="E-1")
    with pytest.raises(Invalid):
        stock_taking.open_count(actor=system(), organisation=people.client_a, name="x")
    with pytest.raises(Invalid):
        stock_taking.open_count(actor=system(), organisation=people.client_b, name="x", site=site)


@pytest.mark.django_db
def test_the_pages_count(people: Cast) -> None:
    count, _site, rows = counted(people)
    client = Client()
    client.force_login(people.administrator.account)
    url = f"/park/counts/{count.pk}/"
    part = client.post(f"{url}read/", {"code": "E-0"}, headers={"HX-Request": "true"})
    assert 'data-found="1"' in part.content.decode()
    assert client.post(f"{url}read/", {"code": "nope"}).status_code == 302
    client.post(f"{url}close/")
    page = client.get(url).content.decode()
    assert page.count('data-line="missing"') == 2
    line = count.lines.filter(state=LineState.MISSING).first()
    assert line is not None
    client.post(f"{url}lines/{line.pk}/", {"resolution": "lost"})
    stray = StrayCode.objects.get()
    client.post(f"{url}codes/{stray.pk}/", {"create": "1", "type": ensure("monitor").pk})
    stray.refresh_from_db()
    assert stray.resolution == "created"
    found = client.get("/park/scan/", {"code": "E-1"})
    assert found["Location"] == f"/park/assets/{rows[1].pk}/"
    assert client.get("/park/scan/", {"code": "zzz"}).status_code == 200
    assert client.get(f"/park/scan/{rows[1].pk}/").status_code == 302
    sheet = client.post(
        "/park/labels/",
        {"organisation": people.client_a.pk, "text": "E-0, E-1", "paper": "3x8", "skip": "2"},
    )
    assert sheet["Content-Type"] == "application/pdf"
    wrong = client.post(
        "/park/labels/", {"organisation": people.client_a.pk, "text": "no", "paper": "3x8"}
    )
    assert wrong.status_code == 422


@pytest.mark.django_db
def test_a_client_s_count_holds_its_departments(people: Cast) -> None:
    below = people_factories.organisation("Comptabilité", parent=people.client_a)
    row = factories.asset(below, "pc-compta", site=people.site_a, inventory_number="INV-77")
    other = factories.asset(people.client_b, "ailleurs", inventory_number="INV-78")
    count = stock_taking.open_count(
        actor=system(), organisation=people.client_a, name="Tout", site=people.site_a
    )
    assert list(count.lines.values_list("asset", flat=True)) == [row.pk]
    line = stock_taking.read_code(actor=system(), count_id=count.pk, text="inv-77")
    assert isinstance(line, StockLine)
    assert line.state == "found"
    stray = stock_taking.read_code(actor=system(), count_id=count.pk, text=other.inventory_number)
    assert isinstance(stray, StrayCode)
