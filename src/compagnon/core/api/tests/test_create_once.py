"""Idempotency keys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from compagnon.core.api import auth, idempotency
from compagnon.core.api.tests.conftest import actor
from compagnon.core.api.tests.sample import organisation
from compagnon.core.models import IdempotencyKey
from compagnon.people.models import Site

pytestmark = pytest.mark.django_db


def create(api: Client, name: str = "Nantes", key: str | None = "k-1", **more: Any) -> Any:
    owner = Site.objects.first()
    owner_id = owner.organisation_id if owner else organisation().pk
    return api.post(
        "/api/v1/sites",
        {"name": name, "organisation_id": owner_id, **more},
        content_type="application/json",
        headers={"Idempotency-Key": key} if key is not None else {},
    )


def test_a_creation_is_made_once(api: Client) -> None:
    first = create(api)
    again = create(api)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == first["Location"] == f"/api/v1/sites/{first.json()['id']}"
    assert Site.objects.count() == 1


def test_without_a_key_each_call_counts(api: Client) -> None:
    assert create(api, key=None).status_code == 201
    assert create(api, name="Brest", key=None).status_code == 201
    assert IdempotencyKey.objects.count() == 0


def test_the_same_key_for_another_request_is_refused(api: Client) -> None:
    create(api)
    answer = create(api, name="Brest")
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency-key-reused"


def test_another_caller_may_use_the_same_key(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    create(api)
    monkeypatch.setattr(auth, "_authenticators", [lambda _raw: actor(token=4)])
    assert create(api, name="Brest").status_code == 201


def test_a_refusal_keeps_nothing(api: Client) -> None:
    assert create(api, name="refused").status_code == 403
    assert create(api, name="late").status_code == 409
    assert Site.objects.count() == 0
    assert IdempotencyKey.objects.count() == 0
    assert create(api).status_code == 201


def test_a_fault_keeps_nothing(api: Client) -> None:
    assert create(api, name="boom").status_code == 500
    assert Site.objects.count() == 0
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 121])
def test_a_key_that_is_none(api: Client, key: str) -> None:
    answer = create(api, key=key)
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad-idempotency-key"


def test_a_key_is_forgotten_after_a_day(api: Client) -> None:
    create(api)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert create(api, name="Brest").status_code == 201
    assert Site.objects.count() == 2


def test_a_file_is_taken_once(api: Client) -> None:
    def send(content: bytes) -> Any:
        file = SimpleUploadedFile("a.txt", content)
        return api.post(
            "/api/v1/files", {"note": "n", "file": file}, headers={"Idempotency-Key": "k-2"}
        )

    first = send(b"abc")
    assert first.json() == {"name": "n: a.txt", "size": 3}
    assert send(b"abc")["Idempotency-Replayed"] == "true"
    assert send(b"abd").status_code == 422


def test_expired_answers_are_deleted(api: Client) -> None:
    create(api)
    assert idempotency.forget_expired() == 0
    assert idempotency.forget_expired(now=timezone.now() + timedelta(hours=25)) == 1
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_creation_at_the_same_moment_is_made_once(api: Client) -> None:
    owner = organisation()

    def call(_number: int) -> Any:
        try:
            return api.post(
                "/api/v1/sites",
                {"name": "Nantes", "organisation_id": owner.pk},
                content_type="application/json",
                headers={"Idempotency-Key": "k-1"},
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, range(4)))
    made = [answer for answer in answers if answer.status_code == 201]
    assert sum("Idempotency-Replayed" not in answer for answer in made) == 1
    # PostgreSQL tells the others at once that the first is at work; SQLite makes them wait.
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert all(answer["Retry-After"] for answer in answers if answer.status_code == 409)
    assert Site.objects.count() == 1
