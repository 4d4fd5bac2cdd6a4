"""Pure rules of the park: own fields of a type of asset, checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
KINDS = ("text", "number", "date", "choice", "yes_no")
MOST_FIELDS = 40
MOST_CHOICES = 100
LONGEST = 500
Text = str | Promise


def check_fields(fields: object) -> list[Text]:
    """Say what is wrong with the own fields of a type; empty when nothing is.

    Each is ``{"name": "warranty_level", "label": "…", "kind": "text", "required": false,
    "choices": []}``.
    """
    if not isinstance(fields, list):
        return [_("The fields are a list.")]
    if len(fields) > MOST_FIELDS:
        return [_("There are too many fields.")]
    errors: list[Text] = []
    seen: set[str] = set()
    for one in fields:
        errors += _check_field(one, seen)
    return errors


def _check_field(one: object, seen: set[str]) -> Iterable[Text]:
    if not isinstance(one, Mapping):
        yield _("Each field has a name, a label and a kind.")
        return
    name, kind = one.get("name"), one.get("kind", "text")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield _("A field's name is a word of small letters, digits and underscores.")
    elif name in seen:
        yield _("Two fields have the same name.")
    else:
        seen.add(name)
    if not isinstance(one.get("label"), str) or not 0 < len(str(one["label"]).strip()) <= 80:
        yield _("A field has a label of 80 signs at most.")
    if kind not in KINDS:
        yield _("A field is a text, a number, a date, a choice, or a yes or no.")
    if unknown := {*one} - {"name", "label", "kind", "required", "choices"}:
        yield _("A field has no: %(names)s") % {"names": ", ".join(sorted(map(str, unknown)))}
    choices = one.get("choices", [])
    sound = isinstance(choices, list) and all(
        isinstance(each, str) and 0 < len(each) <= 80 for each in choices
    )
    if not sound or len(choices) > MOST_CHOICES or (kind == "choice" and not choices):
        yield _("The choices are a list of short texts.")


def check_values(fields: Iterable[Mapping[str, Any]], values: object) -> dict[str, Text]:
    """Say what is wrong with an asset's own values, by field; empty when nothing is."""
    if not isinstance(values, Mapping):
        return {"values": _("The values are given by field.")}
    known = {str(one["name"]): one for one in fields}
    errors: dict[str, Text] = {
        str(name): _("The type of this asset has no such field.")
        for name in values
        if name not in known
    }
    for name, field in known.items():
        value = values.get(name)
        if value in (None, ""):
            if field.get("required"):
                errors[name] = _("This field is required.")
        elif not _fits(field, value):
            errors[name] = _("This value does not fit the field.")
    return errors


def _fits(field: Mapping[str, Any], value: object) -> bool:
    match field.get("kind", "text"):
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_date(value)
        case "choice":
            return value in field.get("choices", [])
        case "yes_no":
            return isinstance(value, bool)
    return isinstance(value, str) and len(value) <= LONGEST


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
