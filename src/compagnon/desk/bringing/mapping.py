"""How the columns of a table become a history: a document that a person writes.

See ``docs/reference/import-mapping.md`` and the schema beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from compagnon.desk.bringing.dates import ISO
from compagnon.desk.bringing.errors import UnreadableSource
from compagnon.desk.bringing.history import PENDING_REASONS, STATES

A_DAY = datetime(2020, 2, 29, tzinfo=UTC)
MAX_MAPPING_BYTES = 1024 * 1024
# What a column may feed; ``category`` may be a list of columns, from the root.
COLUMNS = frozenset(
    {
        "reference", "at", "order", "by", "state", "team", "assignee", "category", "impact",
        "urgency", "priority", "requester", "requester_email", "opened_by", "opened_at",
        "solved_at", "closed_at", "title", "description", "kind", "channel", "affected_item",
        "solution", "solved_by", "message", "message_public", "reassignments", "reopenings",
        "tags",
    }
)  # fmt: skip
VALUES: Mapping[str, frozenset[Any]] = {
    "state": frozenset(STATES) | {f"pending:{reason}" for reason in PENDING_REASONS},
    "impact": frozenset({1, 2, 3}),
    "urgency": frozenset({1, 2, 3}),
    "priority": frozenset({1, 2, 3, 4, 5}),
    "kind": frozenset({"incident", "service_request"}),
    "channel": frozenset({"mail", "phone", "portal", "api", "alert", "desk"}),
    "message_public": frozenset({True, False}),
}
KEYS = frozenset(
    {
        "name", "layout", "columns", "values", "unknown", "date_formats", "zone", "encoding",
        "delimiter", "keep", "ignore", "unknown_team_counts",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """A mapping that can be followed.

    Args:
        layout: ``log``, a row an event, or ``tickets``, a row a ticket.
        columns: by what they feed, the column's name (a tuple for ``category``).
        values: by field, ours for each value of the source, folded to lower case.
        unknown: what the source writes for «unknown».
        keep: columns kept in an internal note; ``None``: all that feed nothing.
        ignore: columns left out on purpose.
        month_may_lead: whether a file whose dates can only be month-day-year is read so.
    """

    name: str
    layout: str
    columns: Mapping[str, Any]
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset({""})
    date_formats: tuple[str, ...] = (ISO,)
    zone: str = ""
    encoding: str = ""
    delimiter: str = ""
    keep: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    unknown_team_counts: bool = False
    month_may_lead: bool = False

    def column(self, name: str) -> str:
        """Give the column that feeds a field; empty if none."""
        return str(self.columns.get(name) or "")

    @property
    def category(self) -> tuple[str, ...]:
        """The columns of the category, from the root."""
        found = self.columns.get("category") or ()
        return (found,) if isinstance(found, str) else tuple(found)

    @property
    def fed(self) -> frozenset[str]:
        """The columns that feed something."""
        named = {name for key, name in self.columns.items() if key != "category" and name}
        return frozenset(named) | frozenset(self.category)


def read(path: Path) -> TableMapping:
    """Read a mapping from a JSON file.

    Raises:
        UnreadableSource: it is not one; the message says where.
    """
    try:
        raw = path.read_bytes()[: MAX_MAPPING_BYTES + 1]
    except OSError as error:
        raise UnreadableSource("unreadable_file", f"{path}: {error.strerror}") from error
    if len(raw) > MAX_MAPPING_BYTES:
        raise UnreadableSource("too_large", f"{path.name} is over 1 MiB")
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableSource("bad_mapping", f"{path.name}: {error}") from error
    return parse(document, name=path.stem)


def parse(document: Any, *, name: str = "csv") -> TableMapping:
    """Check a mapping's document.

    Raises:
        UnreadableSource: it is not one; the message says where.
    """
    if not isinstance(document, dict):
        raise _wrong("a mapping is an object")
    if unknown := document.keys() - KEYS - {"$schema"}:
        raise _wrong(f"unknown keys: {', '.join(sorted(map(str, unknown)))}")
    columns = document.get("columns")
    if not isinstance(columns, dict) or not columns:
        raise _wrong("columns is missing")
    if strange := columns.keys() - COLUMNS:
        raise _wrong(f"columns: unknown fields {', '.join(sorted(strange))}")
    for key, value in columns.items():
        listed = key == "category" and isinstance(value, list)
        if not all(isinstance(one, str) and one for one in (value if listed else [value])):
            raise _wrong(f"columns.{key} is the name of a column")
    layout = document.get("layout", "log" if "at" in columns else "tickets")
    if layout not in {"log", "tickets"}:
        raise _wrong("layout is log or tickets")
    for needed in ("reference", "at" if layout == "log" else "opened_at"):
        if needed not in columns:
            raise _wrong(f"columns.{needed} is missing")
    keep = document.get("keep")
    return TableMapping(
        name=_word(document, "name", name)[:40],
        layout=layout,
        columns=columns,
        values=_values(document.get("values", {})),
        unknown=frozenset(one.strip().lower() for one in _words(document, "unknown", [""])) | {""},
        date_formats=tuple(_formats(_words(document, "date_formats", [ISO]))),
        zone=_zone(_word(document, "zone", "")),
        encoding=_word(document, "encoding", ""),
        delimiter=_one_character(_word(document, "delimiter", "")),
        keep=None if keep is None else frozenset(_words(document, "keep", [])),
        ignore=frozenset(_words(document, "ignore", [])),
        unknown_team_counts=document.get("unknown_team_counts") is True,
    )


def _values(document: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(document, dict):
        raise _wrong("values is an object")
    found: dict[str, dict[str, Any]] = {}
    for name, values in document.items():
        if name not in VALUES:
            raise _wrong(f"values.{name}: only {', '.join(sorted(VALUES))} have values of ours")
        if not isinstance(values, dict):
            raise _wrong(f"values.{name} is an object")
        for theirs, ours in values.items():
            if not isinstance(ours, str | int) or ours not in VALUES[name]:
                allowed = ", ".join(sorted(map(str, VALUES[name])))
                raise _wrong(f"values.{name}.{theirs}: one of {allowed}")
        found[name] = {theirs.strip().lower(): ours for theirs, ours in values.items()}
    return found


def _word(document: Mapping[str, Any], key: str, default: str) -> str:
    value = document.get(key, default)
    if not isinstance(value, str):
        raise _wrong(f"{key} is a text")
    return value


def _words(document: Mapping[str, Any], key: str, default: list[str]) -> list[str]:
    value = document.get(key, default)
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(f"{key} is a list of texts")
    return value


def _formats(formats: list[str]) -> list[str]:
    for one in formats:
        try:
            if one not in {ISO, "epoch"}:
                datetime.strptime(A_DAY.strftime(one), one)  # noqa: DTZ007 - only tried
        except ValueError as error:
            raise _wrong(f"date_formats: {one}: {error}") from error
    return formats


def _zone(name: str) -> str:
    return name if not name else zone_named(name).key


def zone_named(name: str) -> ZoneInfo:
    """Give a time zone by its name.

    Raises:
        UnreadableSource: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnreadableSource(
            "zone", f"there is no time zone {name[:60]}", name=name[:60]
        ) from error


def _one_character(text: str) -> str:
    if len(text) > 1:
        raise _wrong("delimiter is one character")
    return text


def _wrong(message: str) -> UnreadableSource:
    return UnreadableSource("bad_mapping", f"mapping: {message}")
