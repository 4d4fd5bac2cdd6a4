"""A day's work in Chromium: tickets ticked and done, two at once, a draft on two devices."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from compagnon.core.tasks.worker import run_due
from compagnon.core.tests.processes import wait_for
from compagnon.desk import services, waiting
from compagnon.desk.models import BulkItem, CannedReply, Draft, Macro, Message
from compagnon.desk.services import bulk, timesheet
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor, system
from compagnon.ui.tests.browser import (
    PHONE,
    OpenPage,
    assert_accessible,
    assert_no_sideways_scroll,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def warm(cast: Cast, *addresses: str) -> None:
    """Read the pages once before the browser does: a busy machine is slow to compile them."""
    client = Client()
    client.force_login(cast.technician.account)
    for address in addresses:
        client.get(address)


def test_tickets_are_ticked_previewed_and_done(open_page: OpenPage, cast: Cast) -> None:
    for number in range(3):
        factories.ticket(cast.user, title=f"Poste {number}")
    warm(cast, "/desk/queue/")
    page = open_page("/desk/queue/", cast.technician.account, language="en")
    bar = page.locator("#bulk-choice")
    expect(bar).to_be_hidden()
    boxes = page.locator('input[name="ticket"]')
    boxes.nth(0).check()
    boxes.nth(2).check()
    expect(bar).to_contain_text("2 tickets chosen")
    # The list is read again by itself, and what is ticked stays.
    factories.ticket(cast.user, title="Arrivée entretemps")
    expect(page.get_by_text("Arrivée entretemps")).to_be_visible()
    expect(page.locator('input[name="ticket"]:checked')).to_have_count(2)
    bar.get_by_role("combobox").select_option("note")
    bar.get_by_role("button", name="Go on").click()
    page.get_by_role("textbox", name="Message").fill("Vu ensemble")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("2 tickets would change")).to_be_visible()
    page.get_by_role("button", name="Do it on 2 tickets").click()
    run_due()
    expect(page.get_by_text("2 done, 0 refused, 0 left, of 2.")).to_be_visible()
    assert BulkItem.objects.filter(state="done").count() == 2


def test_two_at_once_and_a_draft_on_two_devices(open_page: OpenPage, cast: Cast) -> None:
    ticket = factories.ticket(cast.user)
    services.take(actor=actor(cast.technician), ticket_id=ticket.pk)
    CannedReply.objects.create(
        organisation=cast.provider, name="Bonjour", text="Bonjour {{user.first_name}},"
    )
    address = f"/desk/tickets/{ticket.pk}/"
    warm(cast, address)
    first = open_page(address, cast.technician.account, language="en")
    second = open_page(address, cast.expert.account, language="en")
    expect(second.locator("#presence")).to_contain_text(str(cast.technician))
    text = first.locator("#write-reply textarea")
    first.keyboard.press("b")
    first.get_by_role("button", name="Bonjour").click()
    expect(text).to_have_value(f"Bonjour {cast.user.first_name},")
    text.press_sequentially(" redémarrez")
    written = text.input_value()
    # What the press put in may have been kept before: wait for all of it.
    wait_for(Draft.objects.filter(text=written).exists)
    # Another device of the same person: a browser that has kept nothing.
    phone = open_page(address, cast.technician.account, language="en", width=PHONE)
    expect(phone.locator("#write-reply textarea")).to_have_value(written)
    device = phone.evaluate("localStorage.getItem('compagnon.device')")
    wait_for(Draft.objects.filter(text=written, device=device).exists)
    second.locator("#write-reply textarea").fill("Je m’en occupe.")
    second.locator("#write-reply").get_by_role("button", name="Send").click()
    expect(second.locator("#story")).to_contain_text("Je m’en occupe.")
    expect(first.locator("#story")).to_contain_text("Je m’en occupe.")
    first.locator("#write-reply").get_by_role("button", name="Send").click()
    expect(first.locator(".crossed")).to_contain_text("Je m’en occupe.")
    expect(first.locator("#write-reply textarea")).to_have_value(written)
    first.get_by_role("button", name="Send all the same").click()
    expect(first.locator("#story")).to_contain_text("redémarrez")
    assert Message.objects.filter(ticket=ticket, kind="reply").count() == 2
    phone.reload()
    expect(phone.locator("#story")).to_contain_text("redémarrez")
    # It was sent from the other one: it is offered no more here.
    expect(phone.locator("#write-reply textarea")).to_have_value("")


def test_the_pages_serve_everybody(open_page: OpenPage, cast: Cast) -> None:
    technician = actor(cast.technician)
    ticket = factories.ticket(cast.user, title="Imprimante " + "x" * 90)
    services.pend(actor=technician, ticket_id=ticket.pk, reason=waiting.chosen("waiting_user"))
    timesheet.note_time(actor=technician, ticket_id=ticket.pk, seconds=1500, note="Vu")
    macro = Macro.objects.create(
        organisation=cast.provider, team=cast.level_1, name="Nuit", steps={"note": "Vu"}
    )
    run = bulk.preview_bulk(
        actor=technician, verb="cancel", values={"text": "Non"},  # type: ignore[arg-type]
        ticket_ids=[ticket.pk, factories.ticket(cast.user).pk],
    )  # fmt: skip
    services.cancel(actor=system(), ticket_id=ticket.pk + 1, reason="Déjà")
    pages = [
        "/desk/waiting/",
        f"/desk/bulk/{run.pk}/",
        "/desk/bulk/",
        "/desk/time/",
        f"/desk/macros/{macro.pk}/change/",
        f"/desk/tickets/{ticket.pk}/macros/{macro.pk}/",
        "/desk/canned-replies/add/",
        f"/desk/tickets/{ticket.pk}/",
    ]
    warm(cast, *pages)
    page: Page = open_page("/desk/waiting/", cast.technician.account)
    for address in pages:
        page.goto(address)
        assert_accessible(page)
        assert_no_sideways_scroll(page)
    narrow = open_page("/desk/waiting/", cast.technician.account, language="en", width=PHONE)
    for address in (*pages[:4], pages[-1]):
        narrow.goto(address)
        assert_no_sideways_scroll(narrow)
