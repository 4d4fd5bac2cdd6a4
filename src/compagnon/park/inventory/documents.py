"""A report kept as JSON and read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compagnon.park.inventory.facts import Report


def to_document(report: Report) -> dict[str, Any]:
    """Give the report as JSON types, without what is None or empty."""
    raise NotImplementedError


def from_document(document: Mapping[str, Any]) -> Report:
    """Read back what `to_document` gave; names unknown to this version are ignored."""
    raise NotImplementedError


def merged(before: Report, after: Report) -> Report:
    """Lay a partial report over the whole one that is stored: sections present replace, others stay."""
    raise NotImplementedError


def digest(report: Report) -> str:
    """SHA-256 of what is not noise: equal digests, nothing to write but «seen»."""
    raise NotImplementedError
