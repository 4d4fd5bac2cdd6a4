"""A supply in Chromium: from the user's wish to the signed sheet, and its pages on a phone."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import expect

from compagnon.desk.models import PurchaseOrder, SupplyCase
from compagnon.desk.tests import supplies
from compagnon.park.services import custody
from compagnon.people.tests import factories as people
from compagnon.people.tests.factories import cast
from compagnon.ui.tests.browser import (
    DESK,
    PHONE,
    OpenPage,
    assert_accessible,
    assert_no_sideways_scroll,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_supply_is_walked_from_the_wish_to_the_hand_over(open_page: OpenPage) -> None:
    # The first page of a process loads every route: not within the browser's patience.
    Client().get("/account/login/")
    them = cast()
    supplier = supplies.supplier(them.provider)
    supplies.threshold(them.client_a)
    kind = supplies.laptop()
    page = open_page("/portal/wish/", them.user.account, width=PHONE, language="en")
    assert_accessible(page)
    page.get_by_label("What do you need?").fill("A laptop")
    page.get_by_label("Why?").fill("Mine is ten years old")
    page.get_by_role("button", name="Send the wish").click()
    expect(page.get_by_role("region", name="A laptop").get_by_text("Quotes")).to_be_visible()
    assert_no_sideways_scroll(page)
    assert_accessible(page)
    case = SupplyCase.objects.get()

    page = open_page(f"/desk/supplies/{case.pk}/quotes/", them.supervisor.account, width=DESK,
                     language="en")  # fmt: skip
    page.get_by_label("Supplier", exact=True).fill(supplier.name[:4])
    page.get_by_role("option", name=supplier.name).wait_for()
    page.keyboard.press("Enter")
    line = page.get_by_role("group", name="Line 1", exact=True)
    line.get_by_label("Unit price, before tax").fill("899,90")
    assert_accessible(page)
    page.get_by_role("button", name="Keep the quote").click()
    page.get_by_role("button", name="Retain").click()
    page.get_by_role("button", name="Submit for approval").click()
    page.get_by_role("link", name="Place the order").click()
    page.get_by_role("button", name="Place the order").click()
    page.get_by_role("link", name="Receive a delivery").click()
    page.get_by_label("Type of asset").select_option(str(kind.pk))
    page.get_by_label("Serial numbers", exact=True).fill("SN-42")
    assert_accessible(page)
    page.get_by_role("button", name="Keep the delivery").click()
    expect(page.get_by_text("They agree").or_(page.get_by_text("Nothing invoiced"))).to_be_visible()
    assert_accessible(page)
    order = PurchaseOrder.objects.get()
    assert order.total_cents == 107_988
    page.goto(page.url.replace(f"/desk/orders/{order.pk}/", f"/desk/supplies/{case.pk}/"))
    page.get_by_role("button", name="Prepare the sheets").click()
    expect(page.get_by_role("link", name="Have it signed")).to_be_visible()
    (sheet,) = case.orders.get().deliveries.get().lines.get().assets.all()
    custody.sign(actor=people.actor(them.user), sheet_id=sheet.sheet_id, name="Ursule Petit")
    page.get_by_role("button", name="All is handed over").click()
    expect(page.get_by_role("link", name="See the ticket")).to_be_visible()
    assert_accessible(page)

    for path in (f"/desk/supplies/{case.pk}/", f"/desk/orders/{order.pk}/",
                 "/desk/supplies/figures/", f"/portal/requests/{case.ticket_id}/"):  # fmt: skip
        account = them.user.account if path.startswith("/portal") else them.supervisor.account
        page = open_page(path, account, width=PHONE)
        assert_no_sideways_scroll(page)
        assert_accessible(page)
