"""Supplies by API: the same way as by the pages, and what is not told to others."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.desk.models import ApprovalThreshold
from compagnon.desk.tests import supplies

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(cast):
    def send(method, path, body=None, person=None):
        client = Client()
        client.force_login((person or cast.supervisor).account)
        data = json.dumps(body) if body is not None else None
        kind = {"content_type": "application/json"} if method != "get" else {}
        answer = getattr(client, method)(f"/api/v1{path}", *([data] if data else []), **kind)
        return answer.status_code, answer.json() if "json" in answer["Content-Type"] else answer

    return send


def test_a_supply_is_led_by_api(cast, call):
    supplier = supplies.supplier(cast.provider)
    ApprovalThreshold.objects.create(organisation=cast.client_a)
    status, wish = call(
        "post", "/supply-wishes",
        {"title": "Écran", "reason": "Pour lire", "requester_id": cast.user.pk},
    )  # fmt: skip
    assert status == 201
    case = wish["id"]
    assert call("patch", f"/supply-wishes/{case}", {"quantity": 2})[1]["quantity"] == 2
    line = {"designation": "Écran", "quantity": 2, "unit_price_cents": 10_005, "vat_bp": 550}
    paper = {"name": "devis.pdf", "content_base64": base64.b64encode(b"%PDF-1.4").decode()}
    body = {"supplier_id": supplier.pk, "lines": [line], "document": paper}
    status, quote = call("post", f"/supplies/{case}/quotes", body)
    assert (status, quote["net_cents"], quote["vat_cents"]) == (201, 20_010, 1_101)
    assert call("get", f"/supply-quotes/{quote['id']}/document")[0] == 200
    assert call("get", f"/supplies/{case}/quotes")[1]["items"][0]["id"] == quote["id"]
    assert call("post", f"/supply-quotes/{quote['id']}/retain", {})[0] == 200
    assert call("post", f"/supplies/{case}/submit")[1]["stage"] == "approved"
    status, order = call("post", f"/supplies/{case}/order", {"language": "en"})
    assert status == 201
    place = f"/purchase-orders/{order['id']}"
    assert call("get", f"{place}/document")[0] == 200
    assert call("post", f"{place}/confirm", {"supplier_reference": "C1"})[1]["state"] == "confirmed"
    whole = call("get", f"{place}/whole")[1]
    row = whole["lines"][0]["id"]
    came = {"line_id": row, "accepted": 1, "refused": 1, "refusal": "damaged",
            "asset_type_id": supplies.laptop().pk, "serials": ["S1"]}  # fmt: skip
    status, delivery = call("post", f"{place}/deliveries", {"lines": [came]})
    assert status == 201
    refused = delivery["lines"][0]["id"]
    assert call("post", f"/delivery-lines/{refused}/send-back", {})[0] == 200
    answer = call("post", f"/delivery-lines/{refused}/credit", {"credit_number": "AV1"})[1]
    assert answer["return_state"] == "credited"
    invoice = {"number": "F1", "invoiced_on": timezone.localdate().isoformat(),
               "net_cents": 20_010, "vat_cents": 1_101, "total_cents": 21_111}  # fmt: skip
    assert call("post", f"{place}/invoices", invoice)[0] == 201
    match = call("get", f"{place}/whole")[1]["match"]
    assert (match["verdict"], match["ordered_cents"]) == ("over_delivered", 21_111)
    (machine,) = call("post", f"/supplies/{case}/sheets", {})[1]["items"]
    assert machine["sheet_id"]
    assert call("post", f"/supplies/{case}/hand-over")[0] == 409
    year = timezone.localdate().year
    assert call("get", f"/supply-figures?year={year}")[1]["total"] == 21_111
    assert call("get", "/supplies?stage=delivered")[1]["items"][0]["id"] == case


def test_who_wished_reads_steps_and_no_price(cast, call):
    status, wish = call(
        "post", "/supply-wishes", {"title": "Écran", "reason": "Pour lire"}, cast.user
    )
    assert status == 201
    case, ticket = wish["id"], wish["ticket_id"]
    (seen,) = call("get", f"/tickets/{ticket}/supplies", person=cast.user)[1]["items"]
    assert (seen["stage"], seen["amount"]) == ("wish", "")
    assert call("get", f"/supplies/{case}/quotes", person=cast.user)[0] == 404
    assert call("get", f"/tickets/{ticket}/supplies", person=cast.outsider)[0] == 404
    assert call("post", f"/supplies/{case}/withdraw-wish", person=cast.outsider)[0] == 404
    assert call("post", f"/supplies/{case}/withdraw-wish", person=cast.user)[0] == 200


@pytest.mark.parametrize(
    "line",
    [{}, {"designation": "x", "unit_price_cents": -1}, {"designation": "x", "vat_bp": 10_001},
     {"designation": "x", "unit_price_cents": 1, "unknown": 1}],
)  # fmt: skip
def test_a_bad_quote_is_refused_in_words(cast, call, line):
    supplier = supplies.supplier(cast.provider)
    wish = call("post", "/supply-wishes", {"title": "É", "reason": "P",
                                          "requester_id": cast.user.pk})[1]  # fmt: skip
    body = {"supplier_id": supplier.pk, "lines": [line]}
    status, problem = call("post", f"/supplies/{wish['id']}/quotes", body)
    assert status == 422
    assert problem["detail"]
    body = {"supplier_id": 10**9, "lines": [{"designation": "x", "unit_price_cents": 1}]}
    assert call("post", f"/supplies/{wish['id']}/quotes", body)[0] == 404
