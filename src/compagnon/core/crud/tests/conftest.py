"""The sample tables in place of the real ones."""

from __future__ import annotations

from typing import Any

import pytest

from compagnon.core.api import throttle
from compagnon.core.crud import resource


@pytest.fixture(autouse=True)
def samples(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from compagnon.core.crud.tests import sample

    settings.ROOT_URLCONF = "compagnon.core.crud.tests.sample"
    monkeypatch.setattr(resource, "_RESOURCES", dict(sample.SAMPLES))
    throttle.buckets.clear()
