"""JSON of agents to a tree with lower-case names, bounded."""

from __future__ import annotations

import json
from typing import Any

from compagnon.park.inventory.errors import Unreadable
from compagnon.park.inventory.limits import Limits

_DIGITS = 18
"""Of an integer that stays a number: a 64-bit column holds it. Longer ones stay text."""


def json_tree(text: str, notes: list[str], limits: Limits) -> dict[str, Any]:
    """Read the document, an object.

    Of a key given twice the last value counts, with a note. Numbers with a decimal point and those
    too long stay text, as written. Raises `Unreadable`: ``json_*``, ``too_*``.
    """
    # Counted first at no cost: what an array of small things would take in memory.
    if text.count(",") + text.count("[") > 2 * limits.elements:
        raise Unreadable("too_many", f"{limits.elements} values at most")
    hook = _Objects(limits)
    decoder = json.JSONDecoder(
        object_pairs_hook=hook.of_pairs,
        parse_float=str,
        parse_int=_integer,
        parse_constant=lambda _name: None,
        strict=False,
    )
    text = text.strip(" \t\r\n\x00")
    try:
        root, end = decoder.raw_decode(text)
    except RecursionError as error:
        raise Unreadable("too_deep", f"{limits.depth} levels at most") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}: {error.msg}"
        stopped = error.pos >= len(text) or error.msg.startswith("Unterminated string")
        raise Unreadable("json_truncated" if stopped else "json_malformed", where) from error
    if text[end:].strip():
        raise Unreadable("json_trailing", f"from character {end}")
    if not isinstance(root, dict):
        raise Unreadable("json_root", f"a JSON {_name(root)}")
    if hook.repeated:
        notes.append(f"{hook.repeated} keys given twice: the last value counts")
    _measure(root, limits)
    return root


class _Objects:
    """Counts what it builds."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.values = 0
        self.repeated = 0

    def of_pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        self.values += len(pairs) + 1
        if self.values > self.limits.elements:
            raise Unreadable("too_many", f"{self.limits.elements} values at most")
        built = {key.lower(): value for key, value in pairs}
        self.repeated += len(pairs) - len(built)
        return built


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _DIGITS else digits[:1_000]


def _name(value: object) -> str:
    names = {list: "array", str: "string", int: "number", bool: "boolean", type(None): "null"}
    return names.get(type(value), "value")


def _measure(root: dict[str, Any], limits: Limits) -> None:
    """Bound the depth and the length of texts, level by level rather than by recursion."""
    level: list[Any] = [root]
    for _depth in range(limits.depth):
        below: list[Any] = []
        for container in level:
            for value in container.values() if isinstance(container, dict) else container:
                kind = type(value)
                if kind is str:
                    if len(value) > limits.text_chars:
                        raise Unreadable("too_long", f"{limits.text_chars} characters at most")
                elif kind is dict or kind is list:
                    below.append(value)
        if not below:
            return
        level = below
    raise Unreadable("too_deep", f"{limits.depth} levels at most")
