"""The palette and the keys, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from compagnon.desk.models import State, Ticket
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast
from compagnon.ui.tests.browser import PHONE, OpenPage, assert_accessible

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def opened(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-input")).to_be_focused()


def chosen(page: Page) -> str:
    """What the field says is chosen, by the identifier that a screen reader follows."""
    field = page.locator("#palette-input")
    expect(field).to_have_attribute("aria-activedescendant", re.compile("palette-option-"))
    return page.locator(f"#{field.get_attribute('aria-activedescendant')}").inner_text()


def test_the_palette_goes_finds_and_does(open_page: OpenPage, cast: Cast) -> None:
    first = factories.ticket(cast.user, title="Écran noir")
    factories.ticket(cast.user, title="Badge refusé")
    page = open_page("/desk/queue/", cast.technician.account)

    # Somewhere: pages by the beginnings of their names, arrows, Enter.
    opened(page)
    page.keyboard.type("mes ta")
    expect(page.locator("#palette [role=option]")).to_have_count(1)
    assert "Mes tâches" in chosen(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/tasks/")

    # Something: a ticket by words; Escape leaves the page as it was.
    opened(page)
    page.keyboard.type("ecran")
    expect(page.locator("#palette [role=option]", has_text="Écran noir")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    opened(page)
    page.keyboard.type("ecran")
    expect(page.locator("#palette [role=option]").first).to_contain_text("Écran noir")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/tickets/{first.pk}/")

    # A verb of the ticket in view, those of the closed menu too.
    opened(page)
    page.keyboard.type("prendre")
    page.keyboard.press("Enter")
    expect(page.locator("#people")).to_contain_text(str(cast.technician))
    opened(page)
    page.keyboard.type("annuler")
    assert "Annuler" in chosen(page)
    page.keyboard.press("Enter")
    expect(page.locator("#do-cancel textarea")).to_be_focused()
    page.keyboard.type("j k ? prendre")  # nothing of it acts: it is being written
    expect(page.locator("#do-cancel textarea")).to_have_value("j k ? prendre")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#ticket-facts")).to_contain_text("nnulé")
    assert Ticket.objects.get(pk=first.pk).state == State.CANCELLED

    # Nothing found is said.
    opened(page)
    page.keyboard.type("zzzz")
    expect(page.locator("#palette [role=status]")).not_to_be_empty()
    expect(page.locator("#palette [role=option]")).to_have_count(0)


def test_what_is_pressed_before_the_page_listens_is_done_in_its_order(
    open_page: OpenPage, cast: Cast
) -> None:
    ticket = factories.ticket(cast.user)
    page = open_page("/desk/queue/", cast.technician.account)
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    def arriving(press: Callable[[], None]) -> None:
        """Open the ticket's page, press, and only then let its script through."""
        late.clear()
        page.goto(f"/desk/tickets/{ticket.pk}/", wait_until="commit")
        expect(page.locator("main")).to_be_attached()
        press()
        expect(page.locator("dialog[open]")).to_have_count(0)
        while not late:
            page.wait_for_timeout(20)
        late.pop().continue_()

    script = re.compile(r"/static/ui/app\.js")
    page.route(script, hold)
    arriving(lambda: (page.keyboard.press("Control+k"), page.keyboard.type("mes ta"))[1])
    expect(page.locator("#palette-input")).to_be_focused()
    expect(page.locator("#palette-input")).to_have_value("mes ta")
    expect(page.locator("#palette [role=option]")).to_have_count(1)
    # What was typed for the palette is no key of the page: nobody took the ticket.
    assert "Mes tâches" in chosen(page)
    ticket.refresh_from_db()
    assert ticket.assignee is None

    arriving(page.get_by_role("button", name="Confier").click)
    expect(page.locator("#do-assign")).to_be_visible()

    arriving(lambda: page.keyboard.press("t"))
    expect(page.locator("#people")).to_contain_text(str(cast.technician))


def test_the_keys_of_the_queue(open_page: OpenPage, cast: Cast) -> None:
    tickets = [factories.ticket(cast.user) for _number in range(3)]
    page = open_page("/desk/queue/?queue=unassigned", cast.technician.account)
    rows = page.locator("[data-row]")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1).locator("a").first).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0).locator("a").first).to_be_focused()
    page.keyboard.press("x")
    expect(rows.nth(0).locator("input[type=checkbox]")).to_be_checked()
    page.keyboard.press("x")

    # In the search field nothing acts but what is typed.
    page.keyboard.press("/")
    page.keyboard.type("jtx?")
    expect(page.locator(".app-search input")).to_have_value("jtx?")
    page.keyboard.press("Tab")
    page.keyboard.press("k")
    # t takes the row where one is and comes back.
    with page.expect_navigation():
        page.keyboard.press("t")
    expect(rows).to_have_count(2)
    assert Ticket.objects.filter(assignee=cast.technician).count() == 1
    # i opens the ticket with the note begun, p with the window of holding.
    page.keyboard.press("j")
    page.keyboard.press("i")
    expect(page.locator("#write-note textarea")).to_be_focused()
    page.goto("/desk/queue/?queue=unassigned")
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator("#do-pend select").first).to_be_focused()
    page.keyboard.press("Escape")

    # The help lists them; turned off, none acts, but the palette stays.
    page.goto("/desk/queue/")
    page.keyboard.press("?")
    help_ = page.locator("#shortcuts-help")
    expect(help_).to_be_visible()
    for key in ("x", "t", "r", "p", "m", "j", "K"):
        expect(help_.locator("kbd", has_text=re.compile(f"^{key}$")).first).to_be_visible()
    assert_accessible(page)
    help_.get_by_role("switch").press("Space")
    page.keyboard.press("Escape")
    for key in ("j", "t", "?"):
        page.keyboard.press(key)
    expect(help_).to_be_hidden()
    # The window's switch gives the focus up when the next picture is drawn.
    page.wait_for_function("['BODY', 'BUTTON'].includes(document.activeElement.tagName)")
    opened(page)
    assert Ticket.objects.filter(assignee=cast.technician).count() == 1
    assert len(tickets) == Ticket.objects.count()


def test_the_picker_of_merging_by_keyboard(open_page: OpenPage, cast: Cast) -> None:
    kept = factories.ticket(cast.user, title="Réseau coupé au 2e")
    ticket = factories.ticket(cast.user, title="Plus de réseau")
    page = open_page(f"/desk/tickets/{ticket.pk}/", cast.technician.account)
    page.keyboard.press("m")
    expect(page.locator("#do-merge [role=combobox]")).to_be_focused()
    page.keyboard.type("coup")
    expect(page.locator("#do-merge [role=option]")).to_contain_text([kept.reference])
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile("Fusionné", re.IGNORECASE)).first).to_be_visible()
    ticket.refresh_from_db()
    assert ticket.merged_into_id == kept.pk


def test_the_palette_serves_users_on_a_phone(open_page: OpenPage, cast: Cast) -> None:
    page = open_page("/people/me/", cast.user.account, width=PHONE, language="en")
    page.get_by_role("button", name=re.compile("^Palette")).click()
    expect(page.locator("#palette-input")).to_be_focused()
    page.keyboard.type("pass")
    expect(page.locator("#palette [role=option]").first).to_contain_text("Password")
    assert_accessible(page)
    page.locator("#palette [role=option]").first.click()
    page.wait_for_url("**/account/password/**")
