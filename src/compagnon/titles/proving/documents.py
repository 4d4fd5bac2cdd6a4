"""Read somebody's JSON: bounded, and with one meaning only."""

from __future__ import annotations

import json
from typing import Any, NoReturn, TypeAlias

from compagnon.titles.proving import limits
from compagnon.titles.proving.errors import Unproven

Document: TypeAlias = dict[str, Any]


def read_document(raw: bytes, *, most: int = limits.CREDENTIAL_BYTES) -> Document:
    """Read a JSON object.

    Two members of one name, numbers that are none, too deep or too many values: refused, since two
    readers would not understand the same.

    Raises:
        Unproven: ``too-large`` or ``not-json``.
    """
    if len(raw) > most:
        raise Unproven("too-large", f"{len(raw)} bytes, {most} at most")
    try:
        found = json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise Unproven("not-json", str(error)[:200]) from error
    if not isinstance(found, dict):
        raise Unproven("not-json", "not an object")
    bound(found)
    return found


def bound(document: object, *, string: int = limits.JSON_STRING) -> None:
    """Refuse a document that is too deep, too long or has too many values.

    Raises:
        Unproven: ``too-large``.
    """
    waiting: list[tuple[object, int]] = [(document, 0)]
    seen = 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if depth > limits.JSON_DEPTH or seen > limits.JSON_VALUES:
            raise Unproven("too-large", "too deep, or too many values")
        if isinstance(value, dict):
            waiting += [(each, depth + 1) for each in value.values()]
        elif isinstance(value, list):
            waiting += [(each, depth + 1) for each in value]
        elif isinstance(value, str) and len(value) > string:
            raise Unproven("too-large", f"a text of {len(value)} characters")


def _once(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("two members of one name")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def write_document(document: Document) -> bytes:
    """Write a JSON object as it is attached and served: UTF-8, indented for a reader."""
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
