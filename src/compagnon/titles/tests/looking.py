"""A look at one page in one browser: both languages, both widths and the dark, in two loads.

The fixture ``inspect`` of ``ui`` loads each page five times, each in a browser of its own; here the
same browser is made narrow, dark and English on the way. French is looked at narrow, since its
words are the longer ones.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from compagnon.ui.tests.browser import (
    DESK,
    HEIGHTS,
    PHONE,
    OpenPage,
    assert_accessible,
    assert_no_sideways_scroll,
)


def look(open_page: OpenPage, account: Any, *paths: str) -> None:
    """Look at pages as somebody: nothing for axe to say, nothing that scrolls sideways."""
    page = open_page(paths[0], account)
    for path in paths:
        _resize(page, DESK)
        page.emulate_media(color_scheme="light")
        _speak(page, "fr")
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == "fr"
        assert_accessible(page)
        _resize(page, PHONE)
        assert_no_sideways_scroll(page)
        page.emulate_media(color_scheme="dark")
        _speak(page, "en")
        page.reload()
        assert page.locator("html").get_attribute("lang") == "en"
        assert_accessible(page)
        assert_no_sideways_scroll(page)
    page.context.close()


def _resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})


def _speak(page: Page, language: str) -> None:
    from django.conf import settings

    url = page.url.split("/titles/")[0]
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": url}]
    )
