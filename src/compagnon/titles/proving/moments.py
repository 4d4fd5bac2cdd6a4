"""Moments as credentials write them: UTC, to the second."""

from __future__ import annotations

from datetime import UTC, datetime

from compagnon.titles.proving.errors import Unproven


def in_utc(moment: datetime) -> str:
    """Write a moment that knows its zone: «2026-11-22T09:30:00Z»."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: object) -> datetime:
    """Read what a credential gives as a moment.

    Raises:
        Unproven: ``not-a-moment``.
    """
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Unproven("not-a-moment", str(text)[:60]) from error
    if found.tzinfo is None:
        raise Unproven("not-a-moment", "without a zone")
    return found
