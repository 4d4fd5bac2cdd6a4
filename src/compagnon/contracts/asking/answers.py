"""What is answered to a form: what is asked of somebody, what is missing, what is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from compagnon.contracts.asking import conditions, patterns
from compagnon.contracts.asking.conditions import Answer
from compagnon.contracts.asking.definition import Field, Form
from compagnon.contracts.asking.limits import DATES, LONG_MAX, NUMBERS, TEXT_MAX, normal

FILES_MAX = 10
# What is chosen among rows of ours; who calls says which are offered.
ROWS = frozenset({"person", "site", "asset", "file"})


@dataclass(frozen=True, slots=True)
class Settled:
    """``answers`` of the fields that are shown; ``faults`` by field, as codes; ``asked`` keys."""

    answers: dict[str, Answer]
    faults: dict[str, str]
    asked: frozenset[str]
    required: frozenset[str]


def settle(
    form: Form,
    given: Mapping[str, Any],
    *,
    today: date,
    offered: Mapping[str, Mapping[str, str]],
) -> Settled:
    """Read what was given, field by field in order; what is hidden is dropped.

    Args:
        given: texts, lists of texts for several choices and files; unknown keys are dropped.
        offered: for each field that takes a row of ours, the keys that may be given.
    """
    answers: dict[str, Answer] = {}
    faults: dict[str, str] = {}
    asked: set[str] = set()
    required: set[str] = set()
    for section in form.sections:
        if not conditions.holds(section.show, answers):
            continue
        for field in section.fields:
            if not conditions.holds(field.show, answers):
                continue
            asked.add(field.key)
            if not field.asks:
                continue
            needed = field.required or bool(
                field.require and conditions.holds(field.require, answers)
            )
            if needed:
                required.add(field.key)
            answer, fault = _clean(field, given.get(field.key), today, offered.get(field.key, {}))
            if fault:
                faults[field.key] = fault
            if answer:
                answers[field.key] = answer
            elif needed and not fault:
                faults[field.key] = "missing"
    return Settled(answers, faults, frozenset(asked), frozenset(required))


def normal_number(text: str) -> str:
    """Give a number as it is compared: no blanks, a point."""
    for blank in (" ", "\u00a0", "\u202f"):
        text = text.replace(blank, "")
    return text.replace(",", ".")


def _clean(
    field: Field, raw: object, today: date, offered: Mapping[str, str]
) -> tuple[Answer, str]:
    if field.kind in {"choices", "file"}:
        return _several(field, raw, offered)
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    if isinstance(raw, list | tuple):
        raw = raw[0] if len(raw) == 1 else ""
    text = normal(raw)
    if not text:
        return "", ""
    if field.kind in {"text", "long"}:
        return _text(field, text)
    if field.kind in NUMBERS:
        return _number(field, text)
    if field.kind in DATES:
        return _date(field, text, today)
    known = (
        {value for value, _label in field.choices} if field.kind == "choice"
        else {"yes", "no"} if field.kind == "yesno" else offered.keys()
    )  # fmt: skip
    return (text, "") if text in known else ("", "not_offered")


def _several(field: Field, raw: object, offered: Mapping[str, str]) -> tuple[Answer, str]:
    given = raw if isinstance(raw, list | tuple) else [raw] if raw else []
    known = {value for value, _label in field.choices} if field.kind == "choices" else set(offered)
    chosen = list(dict.fromkeys(normal(one) for one in given if normal(one)))
    if any(one not in known for one in chosen):
        return [], "not_offered"
    if field.kind == "file":
        return (chosen, "") if len(chosen) <= FILES_MAX else ([], "too_many")
    # In the order of the form, however they were ticked.
    ordered = [value for value, _label in field.choices if value in chosen]
    if ordered and field.least and len(ordered) < int(field.least):
        return ordered, "too_few"
    if field.most and len(ordered) > int(field.most):
        return ordered, "too_many"
    return ordered, ""


def _text(field: Field, text: str) -> tuple[Answer, str]:
    most = min(int(field.most or LONG_MAX), LONG_MAX if field.kind == "long" else TEXT_MAX)
    if field.kind == "text":
        text = " ".join(text.split())
    if len(text) > most:
        return text[:LONG_MAX], "too_long"
    if field.least and len(text) < int(field.least):
        return text, "too_short"
    if field.pattern and not patterns.matches(field.pattern, text):
        return text, "pattern"
    return text, ""


def _number(field: Field, text: str) -> tuple[Answer, str]:
    text = normal_number(text)
    if not conditions.NUMBER.fullmatch(text):
        return "", "not_a_number"
    if field.kind == "money" and len(text.partition(".")[2]) > 2:
        return "", "not_a_number"
    value = conditions.scaled(text)
    if field.kind == "money" and not field.least and value < 0:
        # An amount under zero would slip under the condition of an approval.
        return text, "too_small"
    if field.least and value < conditions.scaled(field.least):
        return text, "too_small"
    if field.most and value > conditions.scaled(field.most):
        return text, "too_large"
    return text, ""


def bound(text: str, today: date) -> str:
    """Give a date that bounds, «today+7» counted from today."""
    if not text.startswith("today"):
        return text
    return (today + timedelta(days=int(text[5:] or 0))).isoformat()


def _date(field: Field, text: str, today: date) -> tuple[Answer, str]:
    text = text.replace(" ", "T")[:16]
    try:
        found = (
            date.fromisoformat(text).isoformat()
            if field.kind == "date"
            else datetime.fromisoformat(text).strftime("%Y-%m-%dT%H:%M")
        )
    except ValueError:
        return "", "not_a_date"
    if not conditions.DATE.fullmatch(found):
        return "", "not_a_date"
    if field.least and found < bound(field.least, today):
        return found, "too_early"
    # A day holds all its hours; a moment is one.
    if field.most and found[: len(last := bound(field.most, today))] > last:
        return found, "too_late"
    return found, ""
