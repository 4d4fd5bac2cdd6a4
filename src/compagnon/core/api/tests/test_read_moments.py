"""Times that callers send."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from compagnon.core.api import Body, ListQuery


class Sent(Body):
    at: dt.datetime | None = None
    day: dt.date | None = None


class Asked(ListQuery):
    since: dt.datetime | None = None


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2026-03-12T09:30:00Z", 9), ("2026-03-12T09:30:00+02:00", 7), ("2026-03-11T09:30-23:59", 9)],
)
def test_times_come_out_in_utc(text: str, hour: int) -> None:
    for found in (Sent(at=text).at, Asked(since=text).since):  # type: ignore[arg-type]
        assert found is not None
        assert found.tzinfo is dt.UTC
        assert found.hour == hour


@pytest.mark.parametrize(
    "text",
    ["2026-03-12T09:30:00", "0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00",
     "1899-12-31T00:00Z", "2201-01-01T00:00Z"],
)  # fmt: skip
def test_times_out_of_reach_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Sent(at=text)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        Asked(since=text)  # type: ignore[arg-type]


def test_days_are_bounded_too() -> None:
    assert Sent(day="2026-03-12").day == dt.date(2026, 3, 12)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        Sent(day="9999-12-31")  # type: ignore[arg-type]


def test_what_was_not_sent_stays_so() -> None:
    assert Sent(at="2026-03-12T09:30Z").model_fields_set == {"at"}  # type: ignore[arg-type]
