"""Patterns that a form may ask of a text: a part of regular expressions that cannot run away.

No reference, no look-around, no repetition of a group. How many ways there are to read a text of
:data:`TEXT_MAX` characters is counted beforehand and bounded.
"""

from __future__ import annotations

import re
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

PATTERN_MAX = 120
TEXT_MAX = 200
WAYS_MAX = 100_000
_PLAIN = frozenset({"LITERAL", "NOT_LITERAL", "IN", "ANY", "AT"})


def is_safe(pattern: str) -> bool:
    """Tell whether a pattern can be used."""
    if len(pattern) > PATTERN_MAX:
        return False
    try:
        parsed = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return _ways(list(parsed)) <= WAYS_MAX


def _ways(items: list[tuple[Any, Any]]) -> int:
    """Count in how many ways a text may be read; over the bound for what is not allowed."""
    found = 1
    for op, value in items:
        name = str(op)
        if name in _PLAIN:
            continue
        if name == "MAX_REPEAT":
            least, most, inner = value
            if any(str(one) not in _PLAIN for one, _value in inner):
                return WAYS_MAX + 1
            found *= min(int(most), TEXT_MAX) - min(int(least), TEXT_MAX) + 1
        elif name == "BRANCH":
            found *= sum(_ways(list(branch)) for branch in value[1])
        elif name == "SUBPATTERN":
            found *= _ways(list(value[-1]))
        else:
            return WAYS_MAX + 1
        if found > WAYS_MAX:
            return found
    return found


def matches(pattern: str, text: str) -> bool:
    """Tell whether a text, of :data:`TEXT_MAX` characters at most, is as the pattern says."""
    return len(text) <= TEXT_MAX and re.fullmatch(pattern, text) is not None
