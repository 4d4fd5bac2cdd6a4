"""``/healthz``, ``/readyz`` and ``/metrics``: what a watchman asks, and who may."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.test import Client

from compagnon.config import health, metrics


@pytest.fixture(autouse=True)
def forgetful():
    """Each test asks the migrations anew."""
    health._migrated.cache_clear()


def test_alive_needs_neither_database_nor_a_known_host(client: Client):
    """Without the ``db`` fixture a query would fail this test."""
    answer = client.get("/healthz", headers={"Host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer


@pytest.mark.django_db
def test_ready_when_everything_is_there(client: Client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": "ok", "migrations": "ok", "disk": "ok"}


@pytest.mark.django_db
def test_not_ready_without_database(client: Client, monkeypatch: pytest.MonkeyPatch):
    def refuse() -> None:
        raise DatabaseError

    monkeypatch.setattr(health.connection, "cursor", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "failed"


@pytest.mark.django_db
def test_not_ready_until_migrated(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "pending_migrations", lambda: ["desk.0002_more"])
    assert client.get("/readyz").status_code == 503
    monkeypatch.undo()
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_not_ready_on_a_full_disk(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 1 << 60)
    assert client.get("/readyz").json()["checks"]["disk"] == "failed"


def test_only_reading_is_answered(client: Client):
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_figures_tell_requests_and_work(client: Client):
    client.get("/no-such-page")
    text = client.get("/metrics").content.decode()
    assert 'compagnon_http_request_seconds_count{method="GET"' in text
    assert "compagnon_database_up 1.0" in text
    assert "compagnon_workers 0.0" in text
    assert "compagnon_outbox_unsequenced" in text
    assert "no-such-page" not in text


@pytest.mark.parametrize(
    ("headers", "address", "behind", "status"),
    [
        ({}, "127.0.0.1", False, 200),
        ({}, "::1", False, 200),
        ({}, "192.0.2.7", False, 403),
        ({}, "", False, 403),
        ({"X-Forwarded-For": "192.0.2.7"}, "127.0.0.1", False, 403),
        ({}, "127.0.0.1", True, 403),
        ({"Authorization": "Bearer right"}, "192.0.2.7", True, 200),
        ({"Authorization": "Bearer wrong"}, "127.0.0.1", False, 403),
        ({"Authorization": "Basic right"}, "192.0.2.7", False, 403),
    ],
)
@pytest.mark.django_db
def test_figures_are_for_this_machine_or_the_token(
    client: Client, settings, headers: dict[str, str], address: str, behind: bool, status: int
):
    settings.METRICS_TOKEN, settings.BEHIND_PROXY = "right", behind
    answer = client.get("/metrics", headers=headers, REMOTE_ADDR=address)
    assert answer.status_code == status


@pytest.mark.django_db
def test_without_a_token_none_is_right(client: Client, settings):
    settings.METRICS_TOKEN = ""
    answer = client.get("/metrics", headers={"Authorization": "Bearer "}, REMOTE_ADDR="192.0.2.7")
    assert answer.status_code == 403


@pytest.mark.django_db
def test_figures_survive_a_database_that_does_not(monkeypatch: pytest.MonkeyPatch):
    def refuse() -> None:
        raise DatabaseError

    monkeypatch.setattr(metrics, "task_figures", refuse)
    assert b"compagnon_database_up 0.0" in metrics.document()
