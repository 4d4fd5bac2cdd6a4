"""The sample API, and callers of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from compagnon.core.actor import Actor, ActorKind, Scope, Source
from compagnon.core.api import auth, throttle
from compagnon.core.api.tests import sample

TOKEN = "cpg_good"


def actor(key: int = 7, token: int = 3) -> Actor:
    return Actor(
        kind=ActorKind.PERSON, id=key, label="Ana", source=Source.PAGE, scope=Scope.everything(),
        token_id=token,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def sample_api(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answer by the sample API alone, knowing one token."""
    settings.ROOT_URLCONF = "compagnon.core.api.tests.sample"
    monkeypatch.setattr(auth, "_authenticators", [lambda raw: actor() if raw == TOKEN else None])
    monkeypatch.setattr(sample, "NOTES", {1: sample.Note()})
    throttle.buckets.clear()
    yield
    throttle.buckets.clear()


@pytest.fixture
def api() -> Client:
    """A caller with a good token. Errors of ours come back as answers."""
    client = Client(headers={"Authorization": f"Bearer {TOKEN}"})
    client.raise_request_exception = False
    return client
