"""The pages of supplies: each opens, each form does its verb, what is refused comes back."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compagnon.desk.models import PurchaseOrder, Quote, SupplierInvoice, SupplyCase
from compagnon.desk.tests import supplies
from compagnon.park.models import Asset
from compagnon.people.tests import factories as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(cast):
    client = Client()
    client.force_login(cast.supervisor.account)
    return client


@pytest.fixture
def supplier(cast):
    return supplies.supplier(cast.provider)


@pytest.fixture
def actor(cast):
    return people.actor(cast.supervisor)


def lines(*rows):
    data = {"lines-TOTAL_FORMS": len(rows) + 1, "lines-INITIAL_FORMS": 0}
    for at, row in enumerate(rows):
        data |= {f"lines-{at}-{name}": value for name, value in row.items()}
    return data | {f"lines-{len(rows)}-vat_bp": "20", f"lines-{len(rows)}-kind": "equipment"}


def test_a_supply_is_led_through_its_pages(cast, browser, supplier):
    wish = {
        "requester": cast.user.pk, "title": "Deux écrans", "reason": "Pour lire", "quantity": 2,
        "currency": "EUR", "budget_code": "=1+1",
    }  # fmt: skip
    answer = browser.post(reverse("desk:supply_new"), wish)
    case = SupplyCase.objects.get()
    assert answer.url == reverse("desk:supply_detail", args=[case.pk])
    page = reverse("desk:supply_quote_add", args=[case.pk])
    assert browser.get(page).status_code == 200
    row = {
        "kind": "equipment", "designation": "Écran 27", "quantity": 2,
        "unit_price_cents": "249,90", "discount_bp": "5,5", "vat_bp": "20",
    }  # fmt: skip
    pdf = SimpleUploadedFile("../devis.pdf", b"%PDF-1.4 x", "application/pdf")
    sent = lines(row) | {"supplier": supplier.pk, "delivery_days": 5, "file": pdf}
    assert browser.post(page, sent).status_code == 302
    quote = Quote.objects.get()
    assert (quote.net_cents, quote.file_name) == (47_231, "devis.pdf")
    given = browser.get(reverse("desk:supply_quote_document", args=[quote.pk]))
    assert b"".join(given.streaming_content) == b"%PDF-1.4 x"
    browser.post(reverse("desk:supply_quote_retain", args=[quote.pk]))
    supplies.threshold(case.organisation)
    browser.post(reverse("desk:supply_act", args=[case.pk, "submit"]))
    page = reverse("desk:supply_order", args=[case.pk])
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"language": "fr", "hold": "on"}).status_code == 302
    order = PurchaseOrder.objects.get()
    pdf_page = browser.get(reverse("desk:purchase_order_document", args=[order.pk]))
    assert b"".join(pdf_page.streaming_content).startswith(b"%PDF-")
    page = reverse("desk:purchase_order_receive", args=[order.pk])
    assert browser.get(page).status_code == 200
    mark = f"line{order.lines.get().pk}"
    numbers = SimpleUploadedFile("s.csv", "N° de série;Modèle\nA1;X\nA2;X\n".encode())
    came = {
        f"{mark}-accepted": 2, f"{mark}-asset_type": supplies.laptop().pk,
        f"{mark}-serials_file": numbers,
    }  # fmt: skip
    assert browser.post(page, came).status_code == 302
    assert sorted(Asset.objects.values_list("serial", flat=True)) == ["A1", "A2"]
    page = reverse("desk:purchase_order_invoice", args=[order.pk])
    bad = {"number": "F1", "invoiced_on": "2026-11-20", "net_cents": "472,31",
           "vat_cents": "94,46", "total_cents": "566,70"}  # fmt: skip
    assert browser.post(page, bad).status_code == 422
    assert browser.post(page, bad | {"total_cents": "566,77"}).status_code == 302
    assert SupplierInvoice.objects.get().total_cents == order.total_cents
    browser.post(reverse("desk:supply_act", args=[case.pk, "sheets"]))
    for name, args in (
        ("supply_detail", [case.pk]), ("purchase_order_detail", [order.pk]),
        ("supply_list", []), ("purchase_order_list", []), ("supply_figures", []),
        ("approval_threshold_list", []), ("ticket", [case.ticket_id]),
    ):  # fmt: skip
        answer = browser.get(reverse(f"desk:{name}", args=args))
        assert answer.status_code == 200, name
    csv = browser.get(reverse("desk:supply_export") + "?columns=budget_code")
    text = b"".join(csv.streaming_content).decode("utf-8-sig")
    assert "=1+1" not in re.split(r"[;\r\n]", text)


def test_lines_that_are_wrong_come_back_with_what_was_typed(cast, browser, supplier, actor):
    case = supplies.wish(actor, cast.user)
    page = reverse("desk:supply_quote_add", args=[case.pk])
    sent = lines({"kind": "equipment", "designation": "Écran", "quantity": 0,
                  "unit_price_cents": "dix", "vat_bp": "200"})  # fmt: skip
    answer = browser.post(page, sent | {"supplier": supplier.pk})
    assert answer.status_code == 422
    assert 'value="dix"' in answer.content.decode()
    more = browser.post(page, sent | {"supplier": supplier.pk, "more": "1"})
    assert more.content.decode().count('-designation"') > 5
    assert not Quote.objects.exists()


def test_a_delivery_that_is_refused_says_which_line(cast, browser, supplier, actor):
    case = supplies.wish(actor, cast.user)
    order = supplies.ordered(actor, case, supplier)
    mark = f"line{order.lines.get().pk}"
    page = reverse("desk:purchase_order_receive", args=[order.pk])
    answer = browser.post(page, {f"{mark}-accepted": 5})
    assert answer.status_code == 422
    assert f'id="id_{mark}-accepted_error"' in answer.content.decode()


def test_the_dearer_quote_asks_why(cast, browser, supplier, actor):
    case = supplies.wish(actor, cast.user)
    dear = supplies.quote(actor, case, supplier)
    supplies.quote(actor, case, supplier, supplies.LAPTOP | {"unit_price_cents": 1})
    page = reverse("desk:supply_quote_retain", args=[dear.pk])
    answer = browser.post(page)
    assert answer.status_code == 200
    assert 'name="reason"' in answer.content.decode()
    assert browser.post(page, {"reason": "Plus solide"}).status_code == 302
    dear.refresh_from_db()
    assert dear.is_retained


def test_a_user_wishes_on_the_portal_and_reads_steps_without_prices(cast, supplier, actor):
    user = Client()
    user.force_login(cast.user.account)
    page = reverse("desk:portal_wish")
    key = re.search(r'name="key" value="([^"]+)"', user.get(page).content.decode())[1]
    sent = {"key": key, "title": "Un écran", "reason": "Pour lire", "quantity": 1}
    answer = user.post(page, sent)
    again = user.post(page, sent)
    assert answer.url == again.url
    case = SupplyCase.objects.get()
    supplies.ordered(actor, case, supplier)
    text = user.get(answer.url).content.decode()
    assert "Un écran" in text
    assert "standing-steps is-six" in text
    assert supplier.name not in text
    assert "2 157" not in text.replace("\u202f", " ").replace("\xa0", " ")
    for name in ("supply_detail", "supply_quote_add"):
        assert user.get(reverse(f"desk:{name}", args=[case.pk])).status_code == 404
    assert user.get(reverse("desk:supply_figures")).status_code == 403


def test_the_representative_reads_prices_and_changes_nothing(cast, supplier, actor):
    case = supplies.wish(actor, cast.user)
    quote = supplies.quote(actor, case, supplier)
    client = Client()
    client.force_login(cast.representative.account)
    text = client.get(reverse("desk:supply_detail", args=[case.pk])).content.decode()
    assert supplier.name in text
    assert client.post(reverse("desk:supply_quote_retain", args=[quote.pk])).status_code == 403


def test_figures_tell_what_was_ordered(cast, browser, supplier, actor):
    order = supplies.ordered(actor, supplies.wish(actor, cast.user), supplier)
    year = timezone.localdate().year
    answer = browser.get(reverse("desk:supply_figures"), {"year": year})
    found = answer.context["found"]
    assert found.total == found.outstanding_cents == order.total_cents
    assert [one.label for one in found.suppliers] == [supplier.name]
    none = browser.get(reverse("desk:supply_figures"), {"year": year - 1, "organisation": "x"})
    assert none.context["found"].total == 0
