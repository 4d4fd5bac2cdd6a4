"""Filters and names of attributes that somebody typed (RFC 4515, RFC 4512)."""

from __future__ import annotations

import re

LONGEST = 1000
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}|\d+(?:\.\d+){1,30}")
_ITEM = re.compile(r"[A-Za-z0-9.;:-]+(?:=|>=|<=|~=|:=)(?:[^()\\\0]|\\[0-9A-Fa-f]{2})*")
_SPECIAL = {"\\": r"\5c", "*": r"\2a", "(": r"\28", ")": r"\29", "\0": r"\00"}
DEEPEST = 20


def is_attribute(name: str) -> bool:
    """Tell whether that can be the name of an attribute."""
    return bool(_ATTRIBUTE.fullmatch(name))


def is_filter(text: str) -> bool:
    """Tell whether that is one whole filter: balanced, each part a comparison."""
    if len(text) > LONGEST:
        return False
    end = _end_of(text, 0, 0)
    return end == len(text)


def _end_of(text: str, start: int, depth: int) -> int:
    """Give where the filter that begins there ends; -1 if it is none."""
    if depth > DEEPEST or not text.startswith("(", start):
        return -1
    at = start + 1
    if text[at : at + 1] in {"&", "|", "!"}:
        sign, parts = text[at], 0
        at += 1
        while text.startswith("(", at):
            at = _end_of(text, at, depth + 1)
            if at < 0:
                return -1
            parts += 1
        if parts == 0 or (sign == "!" and parts != 1):
            return -1
    else:
        item = _ITEM.match(text, at)
        if item is None:
            return -1
        at = item.end()
    return at + 1 if text.startswith(")", at) else -1


def escaped(value: str) -> str:
    """Give a value as it stands in a filter, whatever it holds (RFC 4515 section 3)."""
    return "".join(_SPECIAL.get(sign, sign) for sign in value)


def escaped_bytes(value: bytes) -> str:
    r"""Give bytes as they stand in a filter: ``\5e\a3…``."""
    return "".join(f"\\{one:02x}" for one in value)
