"""The whole API against its own document, with every wrong type and four hundred requests each."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from compagnon.config.tests.asking import Caller, caller, described, run, standing

__all__ = ["caller", "standing"]  # fixtures

schema = described(whole=True)


@pytest.mark.long
@schema.parametrize()
@settings(
    max_examples=400,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_api_answers_as_its_document_says_for_long(case: Any, caller: Caller) -> None:
    run(case, caller)
