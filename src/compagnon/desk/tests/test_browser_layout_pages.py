"""Board and calendar in Chromium: by keys, by the mouse, on a phone, changed while looked at."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from compagnon.desk import services
from compagnon.desk.models import Ticket, WorkTask
from compagnon.desk.services import saved_views
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor, system
from compagnon.ui.tests.browser import (
    PHONE,
    OpenPage,
    assert_accessible,
    assert_no_sideways_scroll,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_cards_move_by_keys_and_by_the_mouse(open_page: OpenPage, cast: Cast) -> None:
    first = factories.ticket(cast.user, title="Écran noir")
    second = factories.ticket(cast.user, title="Badge refusé")
    page = open_page("/desk/board/", cast.technician.account)
    assert_accessible(page)
    card = page.locator(f"#card-{first.pk}")

    # Shift and an arrow take it; one is on the card again, in its column.
    card.locator("a").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(f"#column-open #card-{first.pk}")).to_be_visible()
    expect(card.locator("a").first).to_be_focused()
    # Back is no move there is: refused in words, and nothing has moved.
    with page.expect_navigation():
        page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("#toasts")).to_contain_text("nouvelle")
    expect(page.locator(f"#column-open #card-{first.pk}")).to_be_visible()
    # What must be said is asked for, and leads back to the card.
    card.locator("a").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("select[name=reason]")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator(f"#column-pending #card-{first.pk}")).to_be_visible()

    # The same window by the mouse and by the key; a card dropped on another column.
    page.locator(f"#card-{second.pk} a").first.focus()
    page.keyboard.press("v")
    expect(page.locator("#move-to")).to_be_focused()
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.locator(f"#card-{second.pk}").drag_to(page.locator("#column-open"))
    expect(page.locator(f"#column-open #card-{second.pk}")).to_be_visible()
    assert Ticket.objects.get(pk=second.pk).assignee_id == cast.technician.pk

    # What somebody else does shows without a reload, told once, the focus left where it is.
    page.locator(f"#card-{second.pk} a").first.focus()
    services.propose_solution(actor=system(), ticket_id=first.pk, text="Fait.")
    expect(page.locator(f"#column-solved #card-{first.pk}")).to_be_visible()
    expect(page.locator("#live-said")).to_have_text("Le tableau a changé.")
    expect(page.locator(f"#card-{second.pk} a").first).to_be_focused()


def test_appointments_move_by_keys_and_by_the_mouse(open_page: OpenPage, cast: Cast) -> None:
    ticket = factories.ticket(cast.user)
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    # In the middle of a month: the days beside stand on the same page.
    noon = noon.replace(day=14)
    task = services.plan_task(
        actor=actor(cast.technician), ticket_id=ticket.pk, title="Passer voir", planned_start=noon
    )
    page = open_page(f"/desk/calendar/?date={noon:%Y-%m-%d}", cast.technician.account)
    assert_accessible(page)
    line = page.locator(f"#task-{task.pk}")
    line.locator("a").focus()
    with page.expect_navigation():
        page.keyboard.press("Shift+ArrowRight")
    tomorrow = noon + timedelta(days=1)
    expect(page.locator(f"#day-{tomorrow:%Y-%m-%d} #task-{task.pk}")).to_be_visible()
    assert WorkTask.objects.get(pk=task.pk).planned_start == tomorrow
    with page.expect_navigation():
        line.drag_to(page.locator(f"#day-{noon:%Y-%m-%d}"))
    expect(page.locator(f"#day-{noon:%Y-%m-%d} #task-{task.pk}")).to_be_visible()
    line.locator("a").focus()
    page.keyboard.press("v")
    expect(page.locator("#move-start")).to_be_focused()
    page.locator("#move-start").fill(f"{noon:%Y-%m-%d}T09:30")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(line).to_contain_text("09:30")


def test_a_view_is_kept_and_found_in_the_navigation(open_page: OpenPage, cast: Cast) -> None:
    factories.ticket(cast.user)
    page = open_page("/desk/queue/?queue=unassigned", cast.technician.account)
    with page.expect_navigation():
        page.keyboard.press("b")
    page.get_by_label("Nom").fill("À prendre")
    assert_accessible(page)
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    entry = page.locator("#navigation a", has_text="À prendre")
    expect(entry).to_have_attribute("aria-current", "page")
    expect(entry.locator(".app-count")).to_have_text(re.compile(r"^1"))


def test_phones_and_english(open_page: OpenPage, cast: Cast) -> None:
    ticket = factories.ticket(cast.user)
    services.plan_task(
        actor=actor(cast.technician), ticket_id=ticket.pk, title="Visit",
        planned_start=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    saved_views.save_view(actor=actor(cast.technician), name="Mine", filters={"queue": "mine"})
    page = open_page("/desk/board/", cast.technician.account, width=PHONE, language="en")
    for path in ("/desk/board/?by=team", "/desk/calendar/", "/desk/calendar/?span=agenda",
                 "/desk/views/", "/desk/queue/", "/desk/queue/columns/"):  # fmt: skip
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == "en"
        assert_accessible(page)
        assert_no_sideways_scroll(page)
