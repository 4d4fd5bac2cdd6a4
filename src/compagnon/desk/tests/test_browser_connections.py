"""The pages of webhooks, alerts, fetched mailboxes and keys, in Chromium at both widths."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from compagnon.desk.models import (
    Alert,
    AlertReport,
    MailboxCertificate,
    MailFetch,
    WebhookDelivery,
)
from compagnon.desk.services import alert_sources, webhooks
from compagnon.desk.tests import factories
from compagnon.desk.tests.test_read_alerts import MAPPED, MAPPING
from compagnon.people.tests.factories import actor, cast
from compagnon.ui.tests.browser import DESK, PHONE, assert_accessible, assert_no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def furnished() -> dict[str, Any]:
    """One of everything, of the cast's provider."""
    # The first page of a process loads every route: not within the browser's patience.
    Client().get("/account/login/")
    people, now = cast(), timezone.now()
    keeper = actor(people.administrator)
    ticket = factories.ticket(people.user)
    hook = webhooks.create_webhook(
        actor=keeper, organisation=people.provider, name="Tchat de l’équipe",
        url="https://hooks.example.net/" + "tres-long-chemin/" * 12, events=["ticket.open"],
    ).webhook  # fmt: skip
    for state, error in (("sent", ""), ("waiting", "answered 503")):
        WebhookDelivery.objects.create(
            webhook=hook, message_id=f"msg_{state}", event="ticket.open", ticket=ticket,
            occurred_at=now, payload=json.dumps(MAPPED), state=state, error=error, created_at=now,
        )  # fmt: skip
    source = alert_sources.create_source(
        actor=keeper, organisation=people.provider, name="Maison", adapter="mapped",
        requester=people.user, team=people.level_1, mapping=MAPPING,
    ).source  # fmt: skip
    AlertReport.objects.create(
        source=source, digest="0", body=json.dumps(MAPPED), received_at=now, state="done"
    )
    Alert.objects.create(
        source=source, fingerprint="0", name="Disque plein", host="srv-1", state="firing",
        ticket=ticket, severity="critical", count=3, began_at=now, heard_at=now,
    )  # fmt: skip
    box = factories.mailbox(people.provider, "support@assistance.example")
    MailFetch.objects.create(
        mailbox=box, host="imap.example", user="support", error="refused: Authentication failed.",
        polled_at=now, is_active=True,
    )  # fmt: skip
    MailboxCertificate.objects.create(
        mailbox=box, certificate="", key="", subject="CN=Support", issuer="CN=Autorité",
        fingerprint="0" * 64, begins_at=now, ends_at=now, added_at=now,
    )  # fmt: skip
    return {"account": people.administrator.account, "hook": hook, "source": source, "box": box}


def test_every_page_is_accessible_at_both_widths(furnished: dict[str, Any], open_page: Any) -> None:
    hook, source, box = furnished["hook"].pk, furnished["source"].pk, furnished["box"].pk
    message = WebhookDelivery.objects.earliest("pk").pk
    pages = (
        "/desk/webhooks/", f"/desk/webhooks/{hook}/", f"/desk/webhooks/{hook}/change/",
        f"/desk/webhook-messages/{message}/", "/desk/alerts/", "/desk/alert-sources/",
        f"/desk/alert-sources/{source}/", f"/desk/mailboxes/{box}/",
        f"/desk/mailboxes/{box}/imap/", f"/desk/mailboxes/{box}/keys/", "/desk/authorities/",
    )  # fmt: skip
    for width, language in ((DESK, "en"), (PHONE, "fr")):
        page = open_page(pages[0], furnished["account"], width=width, language=language)
        for address in pages:
            page.goto(address)
            assert_accessible(page)
            assert_no_sideways_scroll(page)


def test_a_mapping_is_previewed_then_kept(furnished: dict[str, Any], open_page: Any) -> None:
    source = furnished["source"]
    page = open_page(f"/desk/alert-sources/{source.pk}/change/", furnished["account"])
    page.locator("#id_sample").fill(json.dumps(MAPPED))
    page.locator("button[name=preview]").click()
    expect(page.locator("#preview tbody tr")).to_have_count(2)
    page.locator("#id_map_name").fill("rien")
    page.locator("button[name=preview]").click()
    page.get_by_text("Ceci n’est pas compris").wait_for()
    page.locator("#id_map_name").fill("id")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("heading", name="Maison").wait_for()
    source.refresh_from_db()
    assert source.mapping["name"] == "id"
