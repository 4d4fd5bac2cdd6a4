"""The page of an impact in Chromium: drawn within a second at 10,000 items, readable by all."""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession

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
    counted = page.context.new_cdp_session(page)
    counted.send("Performance.enable", {"timeDomain": "threadTicks"})
    times: list[float] = []
    for _time in range(3):
        page.reload()
        page.wait_for_function(DRAWN)
        times.append(worked(counted))
    # The browser's part, from the answer to what is drawn of it, in seconds of the processor, which
    # others on the machine do not lengthen: measured 0.1. The server's is measured where assets
    # are related.
    assert 0 < min(times) < 1, times


def worked(counted: CDPSession) -> float:
    """Give the seconds of the processor that the page's thread took for this document."""
    metrics = counted.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in metrics if one["name"] == "TaskDuration")


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
