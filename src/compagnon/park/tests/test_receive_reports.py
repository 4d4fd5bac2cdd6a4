"""The agents' door: who may report, what is answered, what is refused and how."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compagnon.core.models import Task
from compagnon.core.tasks.worker import run_due
from compagnon.park.models import Agent, Asset, EnrolmentToken, InventoryReport, Outcome
from compagnon.park.services import tokens
from compagnon.park.tests.factories import inventory
from compagnon.people.models import Organisation
from compagnon.people.tests import factories as people

pytestmark = pytest.mark.django_db
GLPI = {"GLPI-Agent-ID": "55355e5e-e5fd-11f1-975f-a63f79273d51"}


@pytest.fixture
def organisation() -> Organisation:
    return people.organisation("Ateliers")


@pytest.fixture
def secret(organisation: Organisation) -> str:
    return tokens.create(actor=people.system(), organisation=organisation, name="Postes").secret


def post(
    body: bytes,
    *,
    path: str = "/inventory",
    address: str = "192.0.2.7",
    token: str = "",
    kind: str = "application/x-compress-zlib",
    headers: dict[str, str] | None = None,
) -> Any:
    """Post as an agent does."""
    given = dict(headers or {})
    if token:
        given["Authorization"] = "Basic " + base64.b64encode(f"agent:{token}".encode()).decode()
    return Client().post(path, body, content_type=kind, headers=given, REMOTE_ADDR=address)


def opened(response: Any) -> bytes:
    """The answer, decompressed."""
    body: bytes = response.content
    return zlib.decompress(body) if body[:1] == b"x" else body


PROLOG = b"<REQUEST><DEVICEID>pc-1-2026-01-01-00-00-00</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>"


def test_the_wire_captures(shared_data: Path, secret: str, organisation: Organisation) -> None:
    folder = shared_data / "inventory" / "wire"
    for name in ("001", "002", "003", "004"):
        raw = (folder / f"glpi-agent-1.12-{name}.body.bin").read_bytes()
        response = post(raw, token=secret, headers=GLPI, path="/front/inventory.php")
        assert response.status_code == 200
        told = json.loads(opened(response))
        assert told["status"] == "ok"
        assert told["expiration"]
    for agent in ("fusioninventory-2.6", "ocs-unix-2.10"):
        prolog, full = (
            post((folder / f"{agent}-{n}.body.bin").read_bytes(), token=secret)
            for n in ("001", "002")
        )
        assert b"<RESPONSE>SEND</RESPONSE>" in opened(prolog)
        assert b"ACCOUNT_UPDATE" in opened(full)
    run_due()
    assert set(Asset.objects.values_list("name", flat=True)) == {
        "srv-r620-02", "pc-oem-1", "d610-old",
    }  # fmt: skip
    assert set(InventoryReport.objects.values_list("outcome", flat=True)) <= {
        Outcome.CREATED, Outcome.UNCHANGED, Outcome.UPDATED,
    }  # fmt: skip
    agent_row = Agent.objects.get(agent_id=GLPI["GLPI-Agent-ID"])
    assert agent_row.kind == "GLPI-Agent"
    assert agent_row.asset is not None
    assert agent_row.asset.name == "srv-r620-02"
    assert agent_row.organisation == organisation


def test_the_answer_waits_for_nothing_else(secret: str) -> None:
    body = zlib.compress(json.dumps(inventory("pc-1")).encode())
    assert post(body, token=secret).status_code == 200
    report = InventoryReport.objects.get()
    assert report.outcome == Outcome.WAITING
    assert not Asset.objects.exists()
    assert Task.objects.filter(path="compagnon.park.tasks.process_report").count() == 1


@pytest.mark.parametrize(
    "body", [PROLOG, zlib.compress(PROLOG), gzip.compress(PROLOG)], ids=["none", "zlib", "gzip"]
)
def test_a_prolog_is_answered_as_it_came(body: bytes, secret: str) -> None:
    response = post(body, token=secret, kind="application/json")
    assert response.status_code == 200
    text = response.content
    text = zlib.decompress(text) if text[:1] == b"x" else text
    text = gzip.decompress(text) if text[:2] == b"\x1f\x8b" else text
    assert b"<PROLOG_FREQ>24</PROLOG_FREQ>" in text


@pytest.mark.parametrize(
    "path",
    ["/inventory", "/inventory/", "/front/inventory.php", "/ocsinventory",
     "/plugins/fusioninventory/", "/marketplace/glpiinventory/"],
)  # fmt: skip
def test_every_path_of_other_servers(path: str, secret: str) -> None:
    assert post(PROLOG, path=path, token=secret).status_code == 200


def test_who_is_not_enrolled_is_told_so(secret: str) -> None:
    for token in ("", "cpe_wrong"):
        response = post(PROLOG, token=token)
        assert response.status_code == 401
        assert "Basic" in response["WWW-Authenticate"]
        assert b"<ERROR>" in response.content
    told = json.loads(post(PROLOG, headers=GLPI).content)
    assert told["status"] == "error"
    assert not InventoryReport.objects.exists()


def test_a_wrong_token_is_refused_even_from_here(secret: str) -> None:
    assert post(PROLOG, address="127.0.0.1").status_code == 200
    assert post(PROLOG, address="127.0.0.1", token="cpe_wrong").status_code == 401


def test_a_proxy_on_this_machine_makes_nobody_local(organisation: Organisation) -> None:
    forwarded = {"X-Forwarded-For": "198.51.100.7"}
    assert post(PROLOG, address="127.0.0.1", headers=forwarded).status_code == 401


def test_the_other_places_of_a_token(secret: str) -> None:
    for headers in ({"Authorization": f"Bearer {secret}"}, {"X-Enrolment-Token": secret}):
        assert post(PROLOG, headers=headers).status_code == 200
    for name in ("token", "tag"):
        assert post(PROLOG, path=f"/inventory?{name}={secret}").status_code == 200


def test_a_revoked_token(secret: str) -> None:
    token = EnrolmentToken.objects.get()
    tokens.revoke(actor=people.system(), token_id=token.pk)
    assert post(PROLOG, token=secret).status_code == 401


def test_a_certificate_only_from_the_header_that_is_named(
    organisation: Organisation, settings: Any
) -> None:
    tokens.create(
        actor=people.system(), organisation=organisation, name="TLS", certificate="CN=agents"
    )
    shown = {"X-Client-Subject": "CN=agents"}
    assert post(PROLOG, headers=shown).status_code == 401
    settings.INVENTORY_CERTIFICATE_HEADER = "X-Client-Subject"
    assert post(PROLOG, headers=shown).status_code == 401
    settings.BEHIND_PROXY = True
    assert post(PROLOG, headers=shown).status_code == 200
    assert post(PROLOG, headers={"X-Client-Subject": "CN=other"}).status_code == 401


@pytest.mark.parametrize(
    ("name", "status"),
    [("truncated.xml", 400), ("entity-expansion.xml", 400), ("external-entity.xml", 400),
     ("zlib-bomb-64MiB.bin", 413), ("zlib-corrupt.bin", 400), ("array-root.json", 400)],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_kept(
    name: str, status: int, shared_data: Path, secret: str
) -> None:
    raw = (shared_data / "inventory" / "crafted" / name).read_bytes()
    for _time in range(2):
        response = post(raw, token=secret)
        assert response.status_code == status
        assert b"/etc" not in response.content
    report = InventoryReport.objects.get()
    assert (report.outcome, report.times) == (Outcome.REFUSED, 2)
    assert report.raw is not None
    assert report.reason


def test_too_large_is_refused_unread(secret: str) -> None:
    response = post(b"x" * (8 * 1024 * 1024 + 1), token=secret)
    assert response.status_code == 413
    assert not InventoryReport.objects.exists()


def test_injections_of_the_kind_that_took_glpi(secret: str) -> None:
    """CVE-2025-24799: SQL by the body of an inventory, before anybody signed in."""
    evil = "pc' OR SLEEP(5)-- \"); DROP TABLE park_agent; --"
    xml = (
        f"<REQUEST><DEVICEID>{evil}</DEVICEID><QUERY>get_params</QUERY>"
        f"<CONTENT><HARDWARE><NAME>{evil}</NAME></HARDWARE></CONTENT></REQUEST>"
    )
    assert post(xml.encode(), token=secret).status_code in {200, 400}
    document = inventory(evil, deviceid=evil, serial=evil, uuid=evil)
    response = post(json.dumps(document).encode(), token=secret, headers={"User-Agent": evil})
    assert response.status_code == 200
    run_due()
    assert Asset.objects.get().name == evil
    assert Agent.objects.filter(deviceid=evil).exists()


def test_there_is_no_session_and_no_cookie(secret: str) -> None:
    response = post(PROLOG, token=secret)
    assert not response.cookies
    assert response["Cache-Control"] == "no-store"


def test_asking_again_and_other_methods(secret: str) -> None:
    client = Client()
    here = {"REMOTE_ADDR": "127.0.0.1"}
    assert (
        client.get("/inventory", headers={"GLPI-Request-ID": "12345678"}, **here).json()["status"]
        == "ok"
    )  # type: ignore[arg-type]
    assert client.get("/inventory", **here).status_code == 200  # type: ignore[arg-type]
    assert client.put("/inventory", **here).status_code == 405  # type: ignore[arg-type]


def test_a_partial_waits_for_the_full_one_before_it(secret: str) -> None:
    said = {"uuid": "4c4c4544-0031-3010-8057-00000000abcd", "serial": "S1"}
    post(json.dumps(inventory("pc-1", **said)).encode(), token=secret)
    post(json.dumps(inventory("pc-1", partial=True, **said)).encode(), token=secret)
    last = InventoryReport.objects.latest("pk")
    from compagnon.park.ingestion.intake import process

    assert process(last.pk).outcome in {Outcome.UNCHANGED, Outcome.UPDATED}
    assert set(InventoryReport.objects.values_list("outcome", flat=True)) & {Outcome.CREATED}
