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

A browser that a test is done with is emptied and given to the next that asks for one like it
(:class:`Windows`): a new one costs a second of processor, in a process and 600 kB of styles and
scripts read anew.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Page,
    expect,
)

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
    "--process-per-site",  # what a page read, the next of the same browser has at hand
)
# Asked for on purpose by tests of refusals, and of the time without network; no fault of the page.
EXPECTED = (
    "Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
    "Failed to load resource: the server responded with a status of 4",
    "Response Status Error Code 4",
)

# Style sheets are not read a second time: only a rule that is not in use looks at them.
AXE = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
# Milliseconds. Nothing is said here of how swift a page is: a machine that has two cores for two
# Chromiums and their servers now and then leaves one of them ten seconds alone.
WAITING = 30_000
expect.set_options(timeout=WAITING)
# What pages keep in a browser: all but static files and their compiled code.
KEPT_BY_PAGES = "local_storage,indexeddb,service_workers,cache_storage,file_systems"

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


@dataclass
class Window:
    """A browser of its own, with one page that nobody sees, which keeps its process alive."""

    kind: tuple[str, bool, bool]
    context: BrowserContext
    parked: Page
    session: CDPSession

    def empty(self, origin: str) -> None:
        """Close what was opened and forget what it kept, but for static files."""
        for page in self.context.pages:
            if page is not self.parked:
                page.close()
        self.context.set_offline(False)
        self.context.clear_permissions()
        self.context.unroute_all()
        self.context.set_default_timeout(WAITING)
        self.session.send(
            "Storage.clearDataForOrigin", {"origin": origin, "storageTypes": KEPT_BY_PAGES}
        )
        self.context.clear_cookies()


class Windows:
    """The browsers of a run: those in use, and those that wait, the last used first."""

    MOST_WAITING = 6

    def __init__(self, browser: Browser, origin: str, parked_at: str) -> None:
        self.browser, self.origin, self.parked_at = browser, origin, parked_at
        self.used: list[Window] = []
        self.waiting: list[Window] = []

    def take(self, *, language: str, is_phone: bool, scripts: bool) -> BrowserContext:
        """Give an empty browser: French or English, of a phone or of a desk."""
        kind = (language, is_phone, scripts)
        for window in self.waiting:
            if window.kind == kind:
                self.waiting.remove(window)
                break
        else:
            window = self._open(kind)
        self.used.append(window)
        return window.context

    def _open(self, kind: tuple[str, bool, bool]) -> Window:
        language, is_phone, scripts = kind
        context = self.browser.new_context(
            base_url=self.origin,
            locale=language,
            java_script_enabled=scripts,
            has_touch=is_phone,
        )
        context.set_default_timeout(WAITING)
        parked = context.new_page()
        parked.goto(self.parked_at)
        return Window(kind, context, parked, context.new_cdp_session(parked))

    def give_back(self, one: BrowserContext | None = None) -> None:
        """Take back a browser, or all in use; what a test closed or let work by itself goes."""
        given = [window for window in self.used if one is None or window.context is one]
        for window in given:
            self.used.remove(window)
            if window.parked.is_closed():
                continue
            if window.context.service_workers:
                window.context.close()
                continue
            window.empty(self.origin)
            self.waiting.insert(0, window)
        for window in self.waiting[self.MOST_WAITING :]:
            window.context.close()
        del self.waiting[self.MOST_WAITING :]


@pytest.fixture(scope="session")
def windows(browser: Browser, live_server: Any) -> Iterator[Windows]:
    """Keep browsers from one test to the next."""
    from django.templatetags.static import static
    from django.urls import reverse

    reverse("account_login")  # reads every room's routes, before a browser waits for them
    # A file's number is another file's in the next test.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compagnon.core.files.KEPT_SECONDS", 0)
        yield Windows(browser, live_server.url, live_server.url + static("ui/favicon.svg"))


@pytest.fixture
def open_page(windows: Windows, live_server: Any, settings: Any) -> Iterator[OpenPage]:
    """Give ``open_page(path, account=None, language="fr", width=1440, theme="light") -> Page``.

    Each call is a browser of its own; with an account, somebody who has signed in.
    """
    from django.test import Client

    watched = Watched()

    def opened(
        path: str,
        account: Any = None,
        *,
        language: str = "fr",
        width: int = DESK,
        theme: Any = "light",
        scripts: bool = True,
    ) -> Page:
        context = windows.take(language=language, is_phone=width == PHONE, scripts=scripts)
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
        page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 900)})
        page.emulate_media(color_scheme=theme)
        page.on("console", watched.console)
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    windows.give_back()
    assert not watched.complaints, "\n".join(watched.complaints)


def assert_accessible(page: Page) -> None:
    """Fail with what axe-core finds wrong, and where."""
    # Fades and slides end first: half-way, a colour has too little contrast.
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    results = Axe().run(page, options=AXE)
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
def inspect(open_page: OpenPage, windows: Windows) -> Inspect:
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
            windows.give_back(page.context)

    return inspected
