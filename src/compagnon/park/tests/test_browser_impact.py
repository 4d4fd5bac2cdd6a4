"""The page of an impact in Chromium: drawn within a second at 10,000 items, readable by all."""

from __future__ import annotations

import pytest

from compagnon.park.models import Relation
from compagnon.park.tests.test_relate_assets import grown, shop
from compagnon.people.tests.factories import cast
from compagnon.ui.tests.browser import Inspect, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAWN = "() => document.querySelector('[data-graph-drawn]')?.dataset.graphDrawn"


def test_a_large_impact_is_drawn_within_a_second(open_page: OpenPage) -> None:
    people = cast()
    first = grown(people.client_a, 10_000, 3)
    assert Relation.objects.count() > 25_000
    where = f"/park/assets/{first.pk}/impact/"
    page = open_page(where, people.technician.account)
    times: list[float] = []
    for _time in range(3):
        page.reload()
        page.wait_for_function(DRAWN)
        times.append(float(page.evaluate(DRAWN)))
    # From the start of the navigation to the drawn answer, as the browser counts it; the best of
    # three, on a machine that others use too. Measured: 0.34 s.
    assert min(times) < 1000, times


def test_the_drawing_and_its_list_serve_everybody(inspect: Inspect, open_page: OpenPage) -> None:
    people = cast()
    made = shop(people)
    account = people.technician.account
    for where in (
        f"/park/assets/{made['host'].pk}/impact/",
        f"/park/assets/{made['erp'].pk}/impact/?way=causes",
        f"/park/assets/{made['erp'].pk}/",
        "/park/baselines/",
    ):
        inspect(where, account)
    page = open_page(f"/park/assets/{made['host'].pk}/impact/", account)
    page.wait_for_function(DRAWN)
    page.get_by_role("button", name="Whole").or_(page.locator("[data-graph-act=fit]")).first.press(
        "Enter"
    )
    page.locator("#list a.row-title", has_text="erp").press("Enter")
    page.wait_for_url(f"**/park/assets/{made['erp'].pk}/")
