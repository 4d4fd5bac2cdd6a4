"""Every page of the frame serves everybody: axe-clean, no sideways scroll, both languages."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from compagnon.ui.tests.browser import Inspect, OpenPage, assert_accessible

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_components(inspect: Inspect) -> None:
    inspect("/ui/components/?messages=1")


def test_components_opened(inspect: Inspect) -> None:
    def open_everything(page: Page) -> None:
        page.locator("details.menu > summary").first.click()
        page.keyboard.press("Escape")
        page.locator(".page-actions details.menu > summary").click()

    inspect("/ui/components/", prepare=open_everything)


def test_dialog(inspect: Inspect) -> None:
    inspect(
        "/ui/components/",
        prepare=lambda page: page.locator('[data-dialog-id-value="sample-dialog"]').click(),
    )


@pytest.mark.parametrize("path", ["/account/login/", "/account/password/reset/", "/nowhere/"])
def test_for_anybody(inspect: Inspect, path: str) -> None:
    inspect(path)


@pytest.mark.parametrize(
    "path", ["/account/password/change/", "/account/2fa/", "/account/sessions/", "/nowhere/"]
)
def test_for_signed_in(inspect: Inspect, cast: Any, path: str) -> None:
    inspect(path, cast.technician.account)


def test_refused_sign_in(open_page: OpenPage) -> None:
    page = open_page("/account/login/")
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
