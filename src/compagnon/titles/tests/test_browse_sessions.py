"""In Chromium: a grid cut off for an hour, pages read by axe."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from compagnon.core.errors import CompagnonError
from compagnon.people.models import Person
from compagnon.people.tests import factories as people
from compagnon.titles.api import evaluations as api
from compagnon.titles.models import Mark
from compagnon.titles.services import evaluations
from compagnon.titles.tests import factories
from compagnon.titles.tests.looking import look
from compagnon.titles.tests.test_hold_session import held, opinions, prepared, voted, written
from compagnon.titles.tests.test_mark_grids import given, planned
from compagnon.titles.tests.test_session_pages import jurors_of
from compagnon.ui.tests.browser import WAITING, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR = 60 * 60 * 1000


def account(person: Person) -> Any:
    """Give somebody's account, made if need be."""
    return getattr(person, "account", None) or people.account(person)


@pytest.fixture
def page_of(browser: Any, live_server: Any, settings: Any) -> Any:
    """Give ``page_of(path, person, width)``: a device of theirs, whose network can be cut."""
    from django.test import Client

    contexts = []

    def opened(path: str, person: Person, width: int = 1024, since: Any = None) -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, locale="en"
        )
        context.set_default_timeout(WAITING)
        contexts.append(context)
        client = Client()
        client.force_login(account(person))
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies(
            [
                {"name": name, "value": client.cookies[name].value, "url": live_server.url},
                {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live_server.url},
            ]
        )
        page = context.new_page()
        if since is not None:
            page.clock.install(time=since)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


def unreachable(**_given: Any) -> None:
    """Stand for the line that is cut."""
    raise CompagnonError


def line(page: Page, competence: int) -> Any:
    """Give the part of the grid on a whole competence."""
    return page.locator(f'[data-competence="{competence}"]:not([data-criterion])')


def test_a_grid_cut_off_for_an_hour_loses_no_mark_and_shows_conflicts(
    page_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = factories.centre()
    row = planned(centre, centre.trainer)
    first, second = (key for key, _none in evaluations.required(row))
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    page = page_of(reverse("titles:evaluation", args=[row.pk]), centre.trainer, since=hour_ago)
    status = page.locator("[data-grid-target=status]")
    page.locator('[data-page="kept"]').wait_for()
    line(page, first).get_by_label("acquired", exact=True).check()
    expect(status).to_have_attribute("data-state", "kept")
    assert Mark.objects.count() == 1

    # Of a page that its worker gave, Chromium now and then lets a request through: here it ends.
    monkeypatch.setattr(api, "services", SimpleNamespace(mark=unreachable))
    page.context.set_offline(True)
    line(page, first).get_by_label("not acquired", exact=True).check()
    line(page, first).locator("textarea").fill("Seen without network.")
    line(page, second).get_by_label("acquired", exact=True).check()
    expect(status).to_have_attribute("data-state", "unsent")
    page.reload()  # the page itself opens without network, with every mark
    expect(line(page, first).get_by_label("not acquired", exact=True)).to_be_checked()
    expect(line(page, first).locator("textarea")).to_have_value("Seen without network.")
    expect(page.get_by_role("button", name="Sign my grid")).to_be_disabled()
    page.clock.fast_forward(HOUR)
    assert Mark.objects.count() == 1

    # Meanwhile another device of the same assessor marks the same competence.
    known = Mark.objects.get()
    evaluations.mark(
        actor=people.actor(centre.trainer), evaluation_id=row.pk,
        given=[given(first, "not_seen", after=known.key)],
    )  # fmt: skip
    monkeypatch.setattr(api, "services", evaluations)
    page.context.set_offline(False)
    expect(status).to_have_attribute("data-unsent", "0")
    expect(status).to_have_attribute("data-state", "conflict")
    said = set(Mark.objects.values_list("competence_id", "value"))
    assert {(first, "not_acquired"), (first, "not_seen"), (second, "acquired")} <= said
    assert Mark.objects.filter(comment="Seen without network.").exists()
    box = line(page, first).locator("[data-conflict]")
    expect(box).to_be_visible()
    box.locator("[data-versions] > div", has_text="not acquired").get_by_role("button").click()
    expect(status).to_have_attribute("data-state", "kept")
    grid = evaluations.grid_of(row.assessors.get())
    assert not grid.conflicts
    assert grid.marks[first, None].value == "not_acquired"
    with page.expect_navigation():
        page.get_by_role("button", name="Sign my grid").click()
    row.refresh_from_db()
    assert row.state == "signed"


def test_a_session_through_its_states_answers_to_axe(open_page: OpenPage) -> None:
    day = prepared()
    look(open_page, account(day.centre.secretary), reverse("titles:session", args=[day.session.pk]))
    session = held(day)
    juror = account(jurors_of(day)[0])
    here = reverse("titles:judge_candidate", args=[session.pk, session.sittings.get().pk])
    look(open_page, juror, here)
    opinions(day)
    voted(day, True, True, True)
    made = written(day)
    look(
        open_page, juror, here, reverse("titles:judge", args=[session.pk]),
        reverse("titles:minutes", args=[made.pk]),
    )  # fmt: skip


def test_a_grid_answers_to_axe_at_both_widths(open_page: OpenPage) -> None:
    centre = factories.centre()
    row = planned(centre, centre.trainer)
    look(open_page, account(centre.trainer), reverse("titles:evaluation", args=[row.pk]))
