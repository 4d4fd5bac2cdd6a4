"""The portal in Chromium: looked at by everybody, then read and answered without network."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from compagnon.desk import services
from compagnon.desk.models import Message, Ticket
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import actor, cast
from compagnon.ui.tests.browser import assert_accessible, assert_no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOWN = """navigator.serviceWorker.ready
  .then((one) => one.getNotifications())
  .then((all) => all.map((one) => [one.title, one.body, one.data.url]))"""
NAMES = "caches.keys().then((all) => all.filter((one) => one.includes('-pages-')))"


def furnished() -> tuple[Any, Ticket]:
    """A request that is answered and proposed a solution, beside one in progress."""
    reverse("desk:portal")  # reads every room's routes, before a browser waits for them
    people = cast()
    technician = actor(people.technician)
    factories.category("Écrans")
    factories.ticket(people.user, title="Écran qui clignote")
    ticket = factories.ticket(people.user, title="Imprimante muette")
    services.reply(actor=technician, ticket_id=ticket.pk, text="Quel message affiche-t-elle ?")
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Adresse corrigée.")
    return people, ticket


def test_the_portal_serves_everybody(open_page: Any) -> None:
    people, ticket = furnished()
    request = f"/portal/requests/{ticket.pk}/"
    told = ("/desk/for-me/", "/desk/for-me/choices/")
    looks = (
        ("fr", 1440, "light", (request, "/portal/requests/?show=all", "/portal/offline/", *told)),
        ("en", 390, "dark", ("/portal/", request, told[1])),
    )
    for language, width, theme, paths in looks:
        page: Page = open_page(
            "/portal/report/", people.user.account, language=language, width=width, theme=theme
        )
        page.fill("[name=title]", "Écran noir")
        expect(page.locator("#suggestions")).to_contain_text("Écran qui clignote")
        look(page, language)
        for path in paths:
            page.goto(path)
            look(page, language)
        page.context.close()
    support = open_page("/desk/for-me/choices/", people.technician.account, width=390)
    look(support, "fr")
    support.goto("/desk/queue/")
    support.locator("#bell summary").click()
    expect(support.locator("#bell")).to_contain_text("Tout voir")
    assert_accessible(support)


def look(page: Page, language: str) -> None:
    assert page.locator("html").get_attribute("lang") == language
    assert_accessible(page)
    assert_no_sideways_scroll(page)


def test_what_was_read_is_read_again_without_network_and_answered(open_page: Any) -> None:
    people, ticket = furnished()
    where = f"/portal/requests/{ticket.pk}/"
    page: Page = open_page(where, people.user.account, width=390)
    expect(page.locator(".portal")).to_have_attribute("data-kept", "yes")
    other = Ticket.objects.exclude(pk=ticket.pk).get()
    # What was reported is not offered again as something begun.
    page.goto("/portal/report/")
    page.fill("#id_title", "Signalé")
    page.fill("#id_text", "Une fois")
    page.get_by_role("button", name="Envoyer la demande").click()
    page.wait_for_url("**/portal/requests/*/")
    page.goto("/portal/report/")
    expect(page.locator("#id_title")).to_have_value("")

    page.context.set_offline(True)
    # The ways of the portal are kept before anybody went there.
    page.goto("/portal/requests/")
    expect(page.get_by_role("heading", name="Mes demandes")).to_be_attached()
    page.goto(where)
    expect(page.locator(".portal-offline")).to_be_visible()
    expect(page.locator(".portal-offline time")).not_to_be_empty()
    expect(page.get_by_text("Adresse corrigée.")).to_be_visible()
    assert_accessible(page)
    # What was never opened was not kept, and says so.
    page.goto(f"/portal/requests/{other.pk}/")
    expect(page.get_by_role("heading", name="Pas de réseau")).to_be_attached()

    page.goto(where)
    for text in ("Écrit sans réseau", "Et encore ceci"):
        page.fill("#answer_text", text)
        page.locator(".portal-answer button[type=submit]").click()
        expect(page.locator(".portal-answer [data-later-target=told]")).to_be_visible()
    expect(page.locator(".portal-waiting")).to_be_visible()
    assert not Message.objects.filter(text="Écrit sans réseau").exists()

    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".talk").get_by_text("Et encore ceci")).to_be_visible()
    expect(page.locator(".portal-offline")).to_be_hidden()
    page.reload()
    expect(page.locator(".portal-waiting")).to_be_hidden()
    said = Message.objects.filter(author=people.user, ticket=ticket).order_by("pk")
    assert [one.text for one in said][-2:] == ["Écrit sans réseau", "Et encore ceci"]
    assert Message.objects.filter(text__in=["Écrit sans réseau", "Et encore ceci"]).count() == 2

    # Signing out leaves nothing to who uses the machine next.
    assert page.evaluate(NAMES)
    page.locator("header .menu:has(form[action$='/logout/']) summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/account/login/**")
    page.wait_for_function(f"{NAMES}.then((kept) => !kept.length)")
    page.context.set_offline(True)
    page.goto("/portal/offline/")
    page.goto(where)
    expect(page.get_by_text("Adresse corrigée.")).to_have_count(0)


@pytest.mark.long  # it waits for the browser's own push machinery, which tells nothing
def test_what_is_pushed_is_shown_even_when_no_page_asks(open_page: Any) -> None:
    people, _ticket = furnished()
    page: Page = open_page("/portal/", people.user.account)
    expect(page.locator(".portal")).to_have_attribute("data-kept", "yes")
    page.context.grant_permissions(["notifications"], origin=page.evaluate("location.origin"))
    browser = page.context.new_cdp_session(page)
    found: list[str] = []
    browser.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    browser.send("ServiceWorker.enable")
    for _time in range(50):
        if found:
            break
        page.wait_for_timeout(100)
    told = {"title": "Support vous a répondu", "body": "Imprimante", "url": "/portal/",
            "tag": "ticket-1", "lang": "fr"}  # fmt: skip
    origin = page.evaluate("location.origin")
    browser.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": found[-1], "data": json.dumps(told)},
    )
    shown: list[Any] = []
    for _time in range(50):
        shown = page.evaluate(SHOWN)
        if shown:
            break
        page.wait_for_timeout(100)
    assert shown == [["Support vous a répondu", "Imprimante", "/portal/"]]
