"""The limits of a field's answers, its pattern and its answer to begin with: what fits. Pure.

A limit that nobody can keep is a fault: a form that cannot be sent is found out by who builds it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from compagnon.contracts.asking import conditions, patterns

NUMBERS = frozenset({"number", "money"})
DATES = frozenset({"date", "datetime"})
COUNTED = frozenset({"text", "long", "choices"})
RELATIVE = re.compile(r"today([+-][0-9]{1,4})?")
TEXT_MAX, LONG_MAX = 500, 20_000


def normal(text: object) -> str:
    """Give a text without NUL, carriage returns and outer blanks."""
    return str(text if text is not None else "").replace("\x00", "").replace("\r\n", "\n").strip()


def faults(one: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with a field's limits, pattern, currency and default, as codes."""
    kind = str(one.get("kind"))
    least, most = (_written(one.get(name)) for name in ("min", "max"))
    codes = ["bound" for text in (least, most) if text and not _fits(kind, text)]
    if not codes:
        codes = _order(kind, least, most, one)
    pattern = one.get("pattern")
    if pattern and (
        kind != "text" or not isinstance(pattern, str) or not patterns.is_safe(pattern)
    ):
        codes.append("pattern")
    elif pattern and not codes and int(least or 0) > patterns.TEXT_MAX:
        codes.append("bound_order")
    currency = one.get("currency")
    if currency and not (isinstance(currency, str) and re.fullmatch(r"[A-Z]{3}", currency)):
        codes.append("currency")
    return codes or _default(kind, one, least, most)


def _written(value: object) -> str:
    return "" if value is None else str(value)


def _fits(kind: str, text: str) -> bool:
    if kind in DATES:
        # Of a day alone, a time says nothing.
        moment = conditions.is_moment(text) and (kind == "datetime" or "T" not in text)
        return moment or bool(RELATIVE.fullmatch(text))
    if kind in COUNTED:
        return text.isascii() and text.isdecimal() and len(text) < 6
    return kind in NUMBERS and bool(conditions.NUMBER.fullmatch(text))


def _order(kind: str, least: str, most: str, one: Mapping[str, Any]) -> list[str]:
    """Find limits between which nothing stands."""
    if kind in NUMBERS:
        low, high = (conditions.scaled(text) if text else None for text in (least, most))
        if kind == "money" and low is None:
            low = 0
    elif kind in COUNTED:
        low, high = int(least or 0), int(most) if most else None
        if high == 0:
            return ["bound_order"]
        if kind == "choices":
            low_of = one.get("choices")
            high = min(high or len(low_of), len(low_of)) if isinstance(low_of, list) else high
        else:
            ours = LONG_MAX if kind == "long" else TEXT_MAX
            high = min(high or ours, ours)
    elif kind in DATES:
        return _order_of_days(least, most)
    else:
        return []
    return ["bound_order"] if low is not None and high is not None and low > high else []


def _order_of_days(least: str, most: str) -> list[str]:
    if not (least and most) or least.startswith("today") != most.startswith("today"):
        return []
    if least.startswith("today"):
        return ["bound_order"] if int(least[5:] or 0) > int(most[5:] or 0) else []
    # A day holds all its hours.
    size = min(len(least), len(most))
    return ["bound_order"] if least[:size] > most[:size] else []


def _default(kind: str, one: Mapping[str, Any], least: str, most: str) -> list[str]:
    """Find an answer to begin with that the field would refuse.

    A text may begin too short, or unlike its pattern: it is there to be gone on with.
    """
    text = normal(one.get("default"))
    if not text:
        return []
    if kind in {"text", "long"}:
        longest = min(int(most or LONG_MAX), LONG_MAX if kind == "long" else TEXT_MAX)
        return ["default"] if len(text) > longest else []
    if kind in NUMBERS:
        fits = bool(conditions.NUMBER.fullmatch(text)) and _between(
            conditions.scaled(text),
            conditions.scaled(least) if least else (0 if kind == "money" else None),
            conditions.scaled(most) if most else None,
        )
        cents = kind != "money" or len(text.partition(".")[2]) <= 2
        return [] if fits and cents else ["default"]
    if kind in DATES:
        return [] if _day_fits(kind, text, least, most) else ["default"]
    if kind == "yesno":
        return [] if text in {"yes", "no"} else ["default"]
    choices = one.get("choices")
    known = [row["value"] for row in choices if isinstance(row, dict) and "value" in row] if (
        isinstance(choices, list)) else []  # fmt: skip
    # Persons, sites, machines and files are nobody's to choose beforehand.
    return [] if kind in {"choice", "choices"} and text in known else ["default"]


def _between(value: int, least: int | None, most: int | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _day_fits(kind: str, text: str, least: str, most: str) -> bool:
    if not conditions.is_moment(text) or (kind == "date") == ("T" in text):
        return False
    # What is counted from the day of asking is known then.
    low, high = (one for one in (least, most))
    early = low and not low.startswith("today") and text < low
    late = high and not high.startswith("today") and text[: len(high)] > high
    return not (early or late)
