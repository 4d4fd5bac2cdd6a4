"""Writing on a ticket in Chromium: nothing typed is lost, keys reach everything, others' changes
appear by themselves."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from compagnon.desk import services
from compagnon.desk.models import Message, MessageKind, Ticket
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor
from compagnon.ui.tests.browser import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAFT = "Ce que j’écrivais"
BACK = "Ce que vous aviez commencé à écrire est de retour."


@pytest.fixture
def taken(cast: Cast) -> Ticket:
    """A ticket of the technician's."""
    ticket = factories.ticket(cast.user)
    services.take(actor=actor(cast.technician), ticket_id=ticket.pk)
    ticket.refresh_from_db()
    return ticket


@pytest.fixture
def page(open_page: OpenPage, cast: Cast, taken: Ticket) -> Page:
    """The technician's page of it."""
    return open_page(f"/desk/tickets/{taken.pk}/", cast.technician.account)


def expect_reply(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("#write-reply textarea")).to_have_value(text)


def test_a_draft_survives_a_reload_and_goes_once_sent(
    page: Page, cast: Cast, taken: Ticket
) -> None:
    page.locator("#write-reply textarea").fill(DRAFT)
    page.reload()
    expect_reply(page, DRAFT)
    expect(page.get_by_text(BACK).first).to_be_visible()
    page.locator("#write-reply").get_by_role("button", name="Envoyer").click()
    expect(page.locator("#story")).to_contain_text(DRAFT)
    expect_reply(page, "")
    page.reload()
    expect_reply(page, "")
    assert Message.objects.filter(ticket=taken, kind=MessageKind.REPLY).count() == 1
    # So does that of a ticket that is opened, which shows on another page that it arrived.
    page.goto(f"/desk/tickets/new/?requester={cast.user.pk}")
    page.fill("#id_title", "Écran noir")
    page.fill("#id_text", DRAFT)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#story")).to_contain_text(DRAFT)
    page.goto("/desk/tickets/new/")
    assert page.locator("#id_text").input_value() == ""


def test_a_colleague_is_named_and_a_message_is_quoted_by_a_press(
    page: Page, cast: Cast, taken: Ticket
) -> None:
    page.locator(".message-verbs button").first.click()
    expect_reply(page, re.compile("^> "))
    page.get_by_role("tab", name="Note interne").click()
    note = page.locator("#write-note textarea")
    note.press_sequentially(f"Vu avec @{cast.expert.last_name[:2].lower()}")
    expect(page.locator("#mention-names [role=option]")).to_have_text(str(cast.expert))
    note.press("Enter")
    expect(note).to_have_value(f"Vu avec @{cast.expert} ")
    expect(page.locator("#mention-names")).to_be_hidden()


def test_a_draft_is_that_of_one_ticket_and_one_person(
    page: Page, open_page: OpenPage, cast: Cast, taken: Ticket
) -> None:
    page.locator("#write-reply textarea").fill(DRAFT)
    other = factories.ticket(cast.user)
    page.goto(f"/desk/tickets/{other.pk}/")
    expect_reply(page, "")
    page.goto(f"/desk/tickets/{taken.pk}/")
    expect_reply(page, DRAFT)
    names = page.evaluate("Object.keys(localStorage)")
    assert f"compagnon.draft.{cast.technician.pk}.{taken.pk}.reply" in names


def test_a_draft_that_could_not_be_sent_is_not_lost(page: Page, taken: Ticket) -> None:
    page.locator("#write-reply textarea").fill(DRAFT)
    # The network fails while the form is sent: the browser shows its own page.
    page.route("**/do/reply/", lambda route: route.abort())
    page.locator("#write-reply").get_by_role("button", name="Envoyer").click()
    page.wait_for_url("chrome-error://**")
    page.goto(f"/desk/tickets/{taken.pk}/")
    expect_reply(page, DRAFT)


def test_a_draft_outlives_the_session_and_the_page_says_that_it_ended(
    page: Page, taken: Ticket, settings: Any
) -> None:
    session = next(
        one for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME
    )
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    with page.expect_response("**/desk/drafts/") as kept:
        page.locator("#write-reply textarea").fill(DRAFT)
    assert kept.value.status == 401
    toast = page.locator("#toasts [data-toast='sign-in-needed']")
    expect(toast.get_by_role("link")).to_have_attribute(
        "href", f"/account/login/?next=%2Fdesk%2Ftickets%2F{taken.pk}%2F"
    )
    # What is shown stays, and no page of signing in stands within it.
    expect(page.locator("#story")).to_be_visible()
    expect(page.locator("input[name=password]")).to_have_count(0)
    page.reload()
    page.context.add_cookies([session])  # type: ignore[list-item]
    page.goto(f"/desk/tickets/{taken.pk}/")
    expect(page.get_by_text(BACK).first).to_be_visible()
    expect_reply(page, DRAFT)
    # Sent after it ended: who signs in comes back to the page, and what was written with them.
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("#write-reply").get_by_role("button", name="Envoyer").click()
    page.wait_for_url(f"**/account/login/?next=%2Fdesk%2Ftickets%2F{taken.pk}%2F")
    page.context.add_cookies([session])  # type: ignore[list-item]
    page.goto(f"/desk/tickets/{taken.pk}/")
    expect_reply(page, DRAFT)


def test_a_draft_can_be_thrown_away(page: Page) -> None:
    page.locator("#write-reply textarea").fill(DRAFT)
    page.reload()
    page.get_by_role("button", name="L’effacer").first.click()
    page.reload()
    expect_reply(page, "")


def test_signing_out_leaves_no_draft_behind(page: Page) -> None:
    page.locator("#write-reply textarea").fill(DRAFT)
    page.locator(".app-tools details.menu:has(form[action$='/logout/']) summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/login/**")
    assert not [name for name in page.evaluate("Object.keys(localStorage)") if "draft" in name]


def test_what_was_typed_survives_a_refusal(page: Page, cast: Cast, taken: Ticket) -> None:
    page.locator("#write-reply textarea").fill(DRAFT)
    # A colleague answered meanwhile: it is shown before ours leaves.
    services.reply(actor=actor(cast.expert), ticket_id=taken.pk, text="Je m’en occupe.")
    page.locator("#write-reply").get_by_role("button", name="Envoyer").first.click()
    expect(page.locator("#write-reply")).to_contain_text("Je m’en occupe.")
    expect_reply(page, DRAFT)
    page.locator("#write-reply").get_by_role("button", name="Envoyer").first.click()
    expect(page.locator("#story")).to_contain_text(DRAFT)


def test_keys_reach_every_verb(page: Page, cast: Cast) -> None:
    page.keyboard.press("r")
    expect(page.locator("#write-reply textarea")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("i")
    expect(page.locator("#write-note textarea")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("s")
    expect(page.locator("#write-solve textarea")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.locator("#do-assign")).to_be_visible()
    expect(page.locator("#do-assign select").first).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    expect(page.locator("#do-qualify")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    help_ = page.locator("#shortcuts-help")
    for label in ("Répondre", "Note interne", "Confier", "Proposer une solution", "Qualifier"):
        expect(help_.locator("dt", has_text=label).first).to_be_visible()


def test_a_ticket_is_taken_by_its_key(open_page: OpenPage, cast: Cast) -> None:
    ticket = factories.ticket(cast.user, team=cast.level_1)
    page = open_page(f"/desk/tickets/{ticket.pk}/", cast.technician.account)
    page.keyboard.press("t")
    expect(page.locator("#people")).to_contain_text("Théo Martin")


def test_what_others_do_appears_and_what_is_open_stays_open(
    page: Page, cast: Cast, taken: Ticket
) -> None:
    services.add_note(
        actor=actor(cast.expert), ticket_id=taken.pk, text="\n".join(f"l{n}" for n in range(60))
    )
    fold = page.locator("details.fold")
    expect(fold).to_have_count(1)
    fold.locator("summary").click()
    page.locator("#write-reply textarea").fill(DRAFT)
    services.pend(actor=actor(cast.expert), ticket_id=taken.pk, reason="other")  # type: ignore[arg-type]
    expect(page.locator("#ticket-facts .state")).to_have_text("Autre raison")
    expect(page.locator("#story")).to_contain_text("a mis la demande en attente")
    assert fold.evaluate("(one) => one.open")
    expect_reply(page, DRAFT)


def test_a_long_text_is_folded_until_it_is_asked_for(open_page: OpenPage, cast: Cast) -> None:
    ticket = factories.ticket(cast.user, text="\n\n".join(f"ligne {n}" for n in range(80)))
    page = open_page(f"/desk/tickets/{ticket.pk}/", cast.user.account)
    body = page.locator(".fold-body").first
    closed = body.bounding_box()
    page.get_by_text("Tout afficher").click()
    opened = body.bounding_box()
    assert closed is not None
    assert opened is not None
    assert closed["height"] < 400
    assert opened["height"] > 1000
    page.get_by_text("Réduire").click()
    folded = body.bounding_box()
    assert folded is not None
    assert folded["height"] == closed["height"]


def test_repeated_qualifications_are_told_once(page: Page, cast: Cast, taken: Ticket) -> None:
    for title in ("Un", "Deux", "Trois"):
        services.qualify(actor=actor(cast.technician), ticket_id=taken.pk, title=title)
    expect(page.locator("#story")).to_contain_text("a qualifié la demande (3 ×)")
