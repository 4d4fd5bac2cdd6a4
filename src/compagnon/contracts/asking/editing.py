"""Building a form or a plan piece by piece: each act gives a new document. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from compagnon.contracts.asking.limits import NUMBERS

Document = dict[str, Any]
# Where the pieces of each kind stand: of the form, or of the plan.
LISTS = {"section": "sections", "approval": "approvals", "task": "tasks"}


def keys_of(form: Mapping[str, Any]) -> list[str]:
    """Give the keys of a form's fields, in order."""
    return [one["key"] for section in form.get("sections", []) for one in section.get("fields", [])]


def fields_of(form: Mapping[str, Any]) -> dict[str, Document]:
    """Give the fields that take an answer, by their keys."""
    rows = [one for section in form.get("sections", []) for one in section.get("fields", [])]
    return {one["key"]: one for one in rows if one.get("kind") != "note"}


def amounts_of(form: Mapping[str, Any]) -> list[str]:
    """Give the keys of the fields that hold a number, which an approval may read as its amount."""
    rows = [one for section in form.get("sections", []) for one in section.get("fields", [])]
    return [one["key"] for one in rows if one.get("kind") in NUMBERS]


def find(document: Mapping[str, Any], kind: str, key: str) -> Document | None:
    """Give the piece of that key."""
    if kind == "field":
        rows = [one for section in document.get("sections", []) for one in section["fields"]]
    else:
        rows = list(document.get(LISTS[kind], []))
    return next((one for one in rows if one.get("key") == key), None)


def new_key(document: Mapping[str, Any], kind: str) -> str:
    """Give a key that nothing of the document bears."""
    known = {
        one.get("key")
        for name in LISTS.values()
        for row in document.get(name, [])
        for one in [row, *row.get("fields", [])]
    }
    number = 1
    while f"{kind}_{number}" in known:
        number += 1
    return f"{kind}_{number}"


def put(document: Mapping[str, Any], kind: str, piece: Document, *, section: str = "") -> Document:
    """Add a piece, or write it again under its key; a field stands in ``section``."""
    made = copy.deepcopy(dict(document))
    if kind != "field":
        rows = made.setdefault(LISTS[kind], [])
        _put(rows, piece)
        return made
    sections = made.setdefault("sections", [])
    if not sections:
        sections.append({"key": "section_1", "title": {"fr": "", "en": ""}, "fields": []})
    home = next((one for one in sections if one["key"] == section), sections[-1])
    for one in sections:
        if one is not home:
            one["fields"] = [row for row in one["fields"] if row["key"] != piece["key"]]
    _put(home.setdefault("fields", []), piece)
    return made


def _put(rows: list[Document], piece: Document) -> None:
    for index, row in enumerate(rows):
        if row["key"] == piece["key"]:
            kept = {"fields": row["fields"]} if "fields" in row else {}
            rows[index] = piece | kept
            return
    rows.append(piece)


def remove(document: Mapping[str, Any], kind: str, key: str) -> Document:
    """Take a piece away, a section with its fields."""
    made = copy.deepcopy(dict(document))
    if kind == "field":
        for section in made["sections"]:
            section["fields"] = [row for row in section["fields"] if row["key"] != key]
    else:
        made[LISTS[kind]] = [row for row in made.get(LISTS[kind], []) if row["key"] != key]
    return made


def duplicate(document: Mapping[str, Any], kind: str, key: str) -> Document:
    """Write a piece once more, just after it, under another key."""
    made = copy.deepcopy(dict(document))
    for rows in _rows(made, kind):
        for index, row in enumerate(rows):
            if row["key"] == key:
                again = copy.deepcopy(row) | {"key": new_key(made, kind)}
                rows.insert(index + 1, again)
                for one in again.get("fields", []):
                    one["key"] = ""
                for one in again.get("fields", []):
                    one["key"] = new_key(made, "field")
                return made
    return made


def move(document: Mapping[str, Any], kind: str, key: str, step: int) -> Document:
    """Move a piece up (-1) or down (1); a field leaves its section at either end."""
    made = copy.deepcopy(dict(document))
    lists = _rows(made, kind)
    for place, rows in enumerate(lists):
        for index, row in enumerate(rows):
            if row["key"] != key:
                continue
            wanted = index + step
            if 0 <= wanted < len(rows):
                rows[index], rows[wanted] = rows[wanted], rows[index]
            elif 0 <= place + step < len(lists):
                rows.pop(index)
                other = lists[place + step]
                other.insert(0 if step > 0 else len(other), row)
            return made
    return made


def _rows(document: Document, kind: str) -> list[list[Document]]:
    if kind == "field":
        return [section.setdefault("fields", []) for section in document.get("sections", [])]
    return [document.setdefault(LISTS[kind], [])]
