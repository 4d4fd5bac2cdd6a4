"""What docs/reference/clock.md shows is what the clock does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from compagnon.contracts.clock import (
    BUILT_IN,
    JSON_SCHEMA,
    Why,
    dump_calendar,
    load_calendar,
    load_calendar_text,
)

REFERENCE = Path(__file__).parents[4] / "docs/reference"


@pytest.fixture(scope="module")
def page() -> str:
    if not REFERENCE.is_dir():
        pytest.skip("the documentation is not beside the package")
    return (REFERENCE / "clock.md").read_text(encoding="utf-8")


def test_the_example_is_canonical(page: str) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    calendar = load_calendar_text(example)
    written = dump_calendar(calendar)
    given = json.loads(example)
    for key in ("name", "timezone", "weekly", "closures", "openings"):
        assert written[key] == given[key]
    assert load_calendar(written) == calendar


def test_the_schema_is_the_published_one(page: str) -> None:
    assert "calendar.schema.json" in page
    text = (REFERENCE / "calendar.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == JSON_SCHEMA


def test_every_reason_and_every_built_in_calendar_is_documented(page: str) -> None:
    assert all(f"| `{why}` |" in page for why in Why)
    assert all(f"`{name}`" in page for name in BUILT_IN)
