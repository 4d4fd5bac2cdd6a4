"""The life of assets in Chromium: fifty items counted on a phone from pictures of their labels."""

from __future__ import annotations

from pathlib import Path

import pytest
import segno
from django.test import Client
from playwright.sync_api import expect

from compagnon.park import codes
from compagnon.park.models import CustodySheet, LineState, StrayCode
from compagnon.park.services import custody, stock_taking
from compagnon.park.tests import factories
from compagnon.people.models import Account, Site
from compagnon.people.tests.factories import cast, system
from compagnon.ui.tests.browser import PHONE, Inspect, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def picture(folder: Path, name: str, text: str) -> Path:
    """A picture of a QR code."""
    path = folder / f"{name}.png"
    segno.make(text, error="m", micro=False).save(str(path), scale=6, border=4)
    return path


def warm(account: Account, path: str) -> None:
    """Load the page once without a browser: templates compiled, a busy machine is in time."""
    client = Client()
    client.force_login(account)
    assert client.get(path).status_code == 200


def test_fifty_items_are_counted_on_a_phone(open_page: OpenPage, tmp_path: Path) -> None:
    people = cast()
    site = Site.objects.create(organisation=people.client_a, name="Atelier")
    rows = [factories.asset(people.client_a, f"poste {n:02}", site=site) for n in range(51)]
    away = factories.asset(people.client_a, "ailleurs")
    count = stock_taking.open_count(
        actor=system(), organisation=people.client_a, name="Printemps", site=site
    )
    pictures = [
        picture(tmp_path, f"label-{row.pk}", codes.write("https://example.org", row.pk))
        for row in rows[:50]
    ]
    warm(people.administrator.account, f"/park/counts/{count.pk}/")
    page = open_page(f"/park/counts/{count.pk}/", people.administrator.account, width=PHONE)
    files = page.locator("#scan-pictures")
    files.set_input_files([str(path) for path in pictures])
    expect(page.locator("#count-lines[data-found='50']")).to_be_attached()
    blank = tmp_path / "blank.png"
    blank.write_bytes(pictures[0].read_bytes()[:60])
    files.set_input_files([
        str(picture(tmp_path, "away", codes.write("https://example.org", away.pk))),
        str(picture(tmp_path, "strange", "https://elsewhere.example/42")),
        str(blank),
    ])  # fmt: skip
    expect(page.locator("[data-line=elsewhere]")).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="blank.png")).to_be_visible()
    assert count.lines.filter(state=LineState.FOUND).count() == 50
    assert StrayCode.objects.get().code == "https://elsewhere.example/42"
    with page.expect_navigation():
        page.locator(".page-actions button").click()
    expect(page.locator("[data-line=missing]")).to_have_count(1)
    with page.expect_navigation():
        page.locator("button[value=lost]").click()
    rows[50].refresh_from_db()
    assert rows[50].state == "retired"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_label_opens_its_asset_and_a_finger_signs(open_page: OpenPage, tmp_path: Path) -> None:
    people = cast()
    row = factories.asset(people.client_a, "portable-7", state="stock")
    warm(people.administrator.account, "/park/scan/")
    page = open_page("/park/scan/", people.administrator.account, width=PHONE)
    label = picture(tmp_path, "one", codes.write("https://example.org", row.pk))
    page.locator("#scan-pictures").set_input_files(str(label))
    page.wait_for_url(f"**/park/assets/{row.pk}/")
    sheet = custody.prepare(actor=system(), asset_id=row.pk, kind="hand_over", person=people.user)
    page.goto(f"/park/sheets/{sheet.pk}/")
    pad = page.locator("canvas.signature-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    page.mouse.up()
    with page.expect_navigation():
        page.locator("form[action$='/sign/'] button[type=submit]").click()
    kept = CustodySheet.objects.select_related("signature").get(pk=sheet.pk)
    assert kept.signature is not None
    row.refresh_from_db()
    assert row.person == people.user


def test_the_pages_of_the_life_of_assets_serve_everybody(inspect: Inspect) -> None:
    people = cast()
    account = people.administrator.account
    row = factories.asset(people.client_a, "prêt-1", state="stock", is_loanable=True)
    place = factories.stock_place(people.client_a)
    stock_taking.open_count(actor=system(), organisation=people.client_a, name="Mars", place=place)
    sheet = custody.prepare(actor=system(), asset_id=row.pk, kind="hand_over", person=people.user)
    for path in (f"/park/assets/{row.pk}/life/", f"/park/sheets/{sheet.pk}/", "/park/loans/"):
        warm(account, path)
        inspect(path, account)


@pytest.mark.parametrize("path", ["/park/scan/", "/park/budget/", "/park/energy/"])
def test_the_other_pages_serve_everybody(inspect: Inspect, path: str) -> None:
    people = cast()
    factories.asset(people.client_a, type="computer")
    warm(people.administrator.account, path)
    inspect(path, people.administrator.account)
