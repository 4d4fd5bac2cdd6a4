"""The pages in Chromium: French and English, desk and phone, accessible, usable without script."""

from __future__ import annotations

from typing import Any

import pytest

from compagnon.people.tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def played(transactional_db: None) -> Any:
    return factories.cast()


def test_every_page_serves_everybody(inspect: Any, played: Any) -> None:
    account = played.administrator.account
    site = factories.site(played.client_a, "Nantes", address="1, quai de la Fosse\n44000 Nantes")
    factories.team(played.client_a, played.user, name="Équipe A", manager=played.user)
    for path in (
        "/samples/sites/",
        "/samples/sites/add/",
        f"/samples/sites/{site.pk}/",
        f"/samples/sites/{site.pk}/delete/",
        "/samples/teams/?sort=-level",
    ):
        inspect(path, account)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_site_is_added_changed_and_deleted(open_page: Any, played: Any, scripts: bool) -> None:
    page = open_page(
        "/samples/sites/", played.administrator.account, language="en", scripts=scripts
    )
    page.get_by_role("link", name="Add").first.click()
    page.get_by_label("Organisation").select_option(label="Client A")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Name").fill("Nantes")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Nantes").wait_for()
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Name").fill("Brest")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Brest").wait_for()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("heading", name="Sites").wait_for()
    assert page.get_by_text("Brest", exact=True).count() == 0
