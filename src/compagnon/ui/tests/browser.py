"""Fixtures of the tests that drive Chromium, for every room.

::

    pytestmark = pytest.mark.browser

    def test_queue(open_page, cast):
        page = open_page("/queue/", cast.technician.account)
        page.get_by_role("link", name="INC-1").click()

    def test_queue_serves_everybody(inspect, cast):
        inspect("/queue/", cast.technician.account)

Every page opened by ``open_page`` fails its test at the end if the browser reported an error or
something that the content security policy refused.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

DESK, PHONE = 1440, 390
HEIGHTS = {DESK: 900, PHONE: 844}
LANGUAGES = ("fr", "en")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# Asked for on purpose by tests of refusals; not a fault of the page.
EXPECTED = (
    "Failed to load resource: the server responded with a status of 4",
    "Response Status Error Code 4",
)

OpenPage = Callable[..., Page]
Inspect = Callable[..., None]


@dataclass
class Watched:
    """What the browsers of one test complained of."""

    complaints: list[str] = field(default_factory=list)

    def console(self, message: ConsoleMessage) -> None:
        """Keep an error, unless it is one that a refusal brings."""
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.complaints.append(message.text)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start Debian's Chromium; the test is skipped where it is not installed."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium (Debian's package chromium)")
    # Playwright runs an event loop in the test's thread, where Django then sees only «async».
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return {"executable_path": program, "args": list(ARGUMENTS), "headless": True}


@pytest.fixture
def open_page(browser: Browser, live_server: Any, settings: Any) -> Iterator[OpenPage]:
    """Give ``open_page(path, account=None, language="fr", width=1440, theme="light") -> Page``.

    Each call is a browser of its own; with an account, somebody who has signed in.
    """
    from django.test import Client

    watched = Watched()
    contexts = []

    def opened(
        path: str,
        account: Any = None,
        *,
        language: str = "fr",
        width: int = DESK,
        theme: Any = "light",
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            locale=language,
            color_scheme=theme,
            java_script_enabled=scripts,
            has_touch=width == PHONE,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if account is not None:
            client = Client()
            client.force_login(account)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[
                settings.SESSION_COOKIE_NAME
            ].value
        context.add_cookies(
            [
                {"name": name, "value": value, "url": live_server.url}
                for name, value in cookies.items()
            ]
        )
        page = context.new_page()
        page.on("console", watched.console)
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not watched.complaints, "\n".join(watched.complaints)


def assert_accessible(page: Page) -> None:
    """Fail with what axe-core finds wrong, and where."""
    # Fades and slides end first: half-way, a colour has too little contrast.
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    found = [
        f"{one['id']}: {one['help']}\n    "
        + "\n    ".join(node["html"] for node in one["nodes"][:5])
        for one in results.response["violations"]
    ]
    assert not found, f"{page.url} at {page.viewport_size}:\n" + "\n".join(found)


def assert_no_sideways_scroll(page: Page) -> None:
    """Fail when the page is wider than the window, and name what sticks out."""
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll("body *")]
          .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
          .slice(-5).map((one) => one.outerHTML.slice(0, 160))"""
    )
    assert not wide, f"{page.url} scrolls sideways:\n" + "\n".join(wide)


@pytest.fixture
def inspect(open_page: OpenPage) -> Inspect:
    """Give ``inspect(path, account=None, prepare=None)``: a look at one page by everybody.

    In French on a phone and in English at a desk in the dark, axe finds nothing wrong; at neither
    width does anything scroll sideways; and the language is the one asked for. ``prepare(page)``
    opens what is closed at first.
    """

    def inspected(
        path: str, account: Any = None, *, prepare: Callable[[Page], None] | None = None
    ) -> None:
        for language, width, theme in (("fr", PHONE, "light"), ("en", DESK, "dark")):
            page = open_page(path, account, language=language, width=width, theme=theme)
            if prepare:
                prepare(page)
            assert page.locator("html").get_attribute("lang") == language
            assert_accessible(page)
            for one in (width, DESK if width == PHONE else PHONE):
                page.set_viewport_size({"width": one, "height": page.viewport_size["height"]})
                assert_no_sideways_scroll(page)
            page.context.close()

    return inspected
