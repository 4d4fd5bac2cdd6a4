"""Reads what judges looked at, from the loose forms a candidacy may give it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .candidacy import ELEMENTS, Element
from .json_values import Reader
from .vocabulary import ELEMENT_WORDS, VERDICT_WORDS


def read_elements(reader: Reader, value: Any) -> tuple[Element, ...]:
    """Read elements: an object by kind, or a list of objects that say their kind.

    By kind, a value may be ``true``, a day, an object, a list of objects (one a CCP), or an object
    whose keys are CCPs. ``false`` and ``null`` say that there is none.
    """
    pairs: list[tuple[str, str, Any]] = []
    if isinstance(value, list):
        for number, row in enumerate(value):
            at = f"/elements/{number}"
            kind = row.get("kind") if isinstance(row, Mapping) else row
            pairs.append((_kind(reader, kind, f"{at}/kind"), at, _given(row)))
    else:
        for key, inner in reader.table(value, "/elements").items():
            pairs.append((_kind(reader, key, f"/elements/{key}"), f"/elements/{key}", inner))
    found: list[Element] = []
    for kind, at, inner in pairs:
        if kind:
            found += _of_kind(reader, kind, at, inner)
    return tuple(found)


def _kind(reader: Reader, value: Any, pointer: str) -> str:
    return reader.word(value, pointer, ELEMENTS, ELEMENT_WORDS)


def _given(row: Any) -> Any:
    return row if isinstance(row, Mapping) else True


_FIELDS = {
    "kind", "ccp", "date", "held_on", "result", "signed", "given", "present", "activities",
    "per_ccp", "form", "comment",
}  # fmt: skip


def _of_kind(reader: Reader, kind: str, at: str, value: Any) -> list[Element]:
    if value is None or value is False:
        return []
    if value is True or isinstance(value, str):
        day = reader.day(value, at) if isinstance(value, str) else None
        return [Element(kind=kind, on=day)]
    if isinstance(value, list):
        return [
            one
            for number, row in enumerate(value)
            for one in _of_kind(reader, kind, f"{at}/{number}", row)
        ]
    table = reader.table(value, at)
    rows = reader.table(table.get("per_ccp"), f"{at}/per_ccp")
    if rows or (table and not _FIELDS & table.keys()):
        return _by_ccp(reader, kind, at, rows or table, table if rows else {})
    reader.known(table, at, _FIELDS)
    return _one(reader, kind, at, table, "")


def _by_ccp(
    reader: Reader, kind: str, at: str, rows: Mapping[str, Any], shared: Mapping[str, Any]
) -> list[Element]:
    found: list[Element] = []
    for ccp, row in rows.items():
        where = f"{at}/{ccp}"
        if row is None:
            continue
        table = {"result": row} if isinstance(row, str | bool) else reader.table(row, where)
        common = {key: shared[key] for key in ("date", "signed") if key in shared}
        found += _one(reader, kind, where, {**common, **table}, ccp)
    return found


def _one(reader: Reader, kind: str, at: str, table: Mapping[str, Any], ccp: str) -> list[Element]:
    given = table.get("given", table.get("present"))
    if given is not None and reader.flag(given, f"{at}/given") is False:
        return []
    result = table.get("result")
    acquired: bool | None = result if isinstance(result, bool) else None
    if result is not None and acquired is None:
        word = reader.word(result, f"{at}/result", ("granted", "refused"), VERDICT_WORDS)
        acquired = word == "granted" if word else None
    activities = table.get("activities")
    return [
        Element(
            kind=kind,
            ccp=ccp or reader.text(table.get("ccp"), f"{at}/ccp"),
            on=reader.day(table.get("date", table.get("held_on")), f"{at}/date"),
            acquired=acquired,
            signed=reader.flag(table.get("signed"), f"{at}/signed"),
            activities=None
            if activities is None
            else tuple(
                reader.text(one, f"{at}/activities/{n}")
                for n, one in enumerate(reader.rows(activities, at))
            ),
        )
    ]
