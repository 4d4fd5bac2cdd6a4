"""The register of processing of this room: what is kept of whom, why, how long, what erases it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from compagnon.titles.ruling.calendar_months import add_months
from compagnon.titles.ruling.wording import Words

FILE = Path(__file__).with_name("processing.toml")
SENTENCES = ("name", "purpose", "basis", "data", "readers", "period", "erasure")


@dataclass(frozen=True, slots=True)
class Processing:
    """One line of the register.

    Args:
        months: how long after the end; ``None`` where it is kept without limit.
        models: names of the tables that hold it.
        words: each of :data:`SENTENCES`, in both languages.
    """

    id: str
    months: int | None
    models: frozenset[str]
    words: Mapping[str, Words]


@cache
def register() -> tuple[Processing, ...]:
    """Give every line."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["processing"]
    return tuple(_line(row) for row in rows)


def _line(row: Mapping[str, Any]) -> Processing:
    return Processing(
        id=row["id"],
        months=row.get("months"),
        models=frozenset(row["models"]),
        words={name: Words(row[name]["fr"], row[name]["en"]) for name in SENTENCES},
    )


def kept_until(processing_id: str, end: date) -> date:
    """Give the last day on which something that ended that day is kept.

    Raises:
        LookupError: there is no such line, or it is kept without limit.
    """
    months = next((one.months for one in register() if one.id == processing_id), None)
    if months is None:
        raise LookupError(processing_id)
    return add_months(end, months)
