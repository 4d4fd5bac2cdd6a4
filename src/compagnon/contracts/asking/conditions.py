"""Conditions on earlier answers, evaluated alike here and in the browser (``conditions.ts``).

A condition is ``{"all": [comparison, …]}`` or ``{"any": [comparison, …]}``; a comparison
``{"field": key, "op": word, "value": text}``. An answer is a text, a list of texts (several
choices), or absent. None and an empty «all» always hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

MOST = 10
VALUE_MAX = 200
# Numbers that a double holds exactly, scaled by ten thousand.
NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,4})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?")
OPS = ("is", "is_not", "filled", "empty", "more", "less", "at_least", "at_most")
WITHOUT_VALUE = frozenset({"filled", "empty"})

Answer = str | list[str]


def scaled(text: str) -> int:
    """Give a number as ten-thousandths."""
    whole, _dot, part = text.lstrip("-").partition(".")
    found = int(whole) * 10_000 + int(part.ljust(4, "0") or 0)
    return -found if text.startswith("-") else found


def same(left: str, right: str) -> bool:
    """Tell whether two texts say the same, numbers by their value."""
    if NUMBER.fullmatch(left) and NUMBER.fullmatch(right):
        return scaled(left) == scaled(right)
    return left == right


def order(left: str, right: str) -> int | None:
    """Compare two numbers or two dates: -1, 0, 1; ``None``: they cannot be compared."""
    if NUMBER.fullmatch(left) and NUMBER.fullmatch(right):
        first, second = scaled(left), scaled(right)
        return (first > second) - (first < second)
    if DATE.fullmatch(left) and DATE.fullmatch(right):
        return (left > right) - (left < right)
    return None


def compare(comparison: Mapping[str, Any], answers: Mapping[str, Answer]) -> bool:
    """Tell whether one comparison holds."""
    answer = answers.get(str(comparison["field"]))
    given = [one for one in (answer if isinstance(answer, list) else [answer or ""]) if one]
    op, value = comparison["op"], str(comparison.get("value") or "")
    if op == "filled":
        return bool(given)
    if op == "empty":
        return not given
    if op == "is":
        return any(same(one, value) for one in given)
    if op == "is_not":
        return not any(same(one, value) for one in given)
    found = order(given[0], value) if len(given) == 1 else None
    if found is None:
        return False
    return {"more": found > 0, "less": found < 0, "at_least": found >= 0}.get(op, found <= 0)


def holds(condition: Mapping[str, Any] | None, answers: Mapping[str, Answer]) -> bool:
    """Tell whether a condition holds."""
    if not condition:
        return True
    if "any" in condition:
        return any(compare(one, answers) for one in condition["any"])
    return all(compare(one, answers) for one in condition.get("all", []))


def faults(condition: object, earlier: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say what is wrong with a condition, as codes; nothing when it can be used.

    Args:
        earlier: the fields whose answers it may ask, as their document holds them, by their keys.
    """
    if condition is None:
        return []
    if not isinstance(condition, dict) or len(condition) != 1:
        return ["condition"]
    ((word, parts),) = condition.items()
    if word not in {"all", "any"} or not isinstance(parts, list) or not 1 <= len(parts) <= MOST:
        return ["condition"]
    return [fault for part in parts for fault in _faults(part, earlier)]


def _faults(part: object, earlier: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if not isinstance(part, dict) or not {"field", "op"} <= part.keys() <= {"field", "op", "value"}:
        return ["condition"]
    if part["op"] not in OPS:
        return ["condition_op"]
    if not isinstance(part["field"], str) or part["field"] not in earlier:
        return ["condition_field"]
    value = part.get("value", "")
    if part["op"] in WITHOUT_VALUE:
        return []
    if not isinstance(value, str) or not 0 < len(value) <= VALUE_MAX:
        return ["condition_value"]
    return _about(part["op"], value, earlier[part["field"]])


def _about(op: str, value: str, asked: Mapping[str, Any]) -> list[str]:
    """Find a comparison that the answers of a field could never meet, nor miss."""
    kind = asked.get("kind")
    if kind in {"number", "money"}:
        return [] if NUMBER.fullmatch(value) else ["condition_never"]
    if kind in {"date", "datetime"}:
        return [] if is_moment(value) else ["condition_never"]
    if op not in {"is", "is_not"}:
        return ["condition_op"]
    if kind == "yesno":
        return [] if value in {"yes", "no"} else ["condition_never"]
    if kind in {"choice", "choices"}:
        choices = asked.get("choices")
        known = [one.get("value") for one in choices if isinstance(one, dict)] if isinstance(
            choices, list) else []  # fmt: skip
        return [] if value in known else ["condition_never"]
    return []


def is_moment(text: str) -> bool:
    """Tell whether a text is a day, or a day and a time, that the calendar has."""
    if not DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
