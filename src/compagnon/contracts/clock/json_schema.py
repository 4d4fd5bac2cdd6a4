"""The JSON Schema (draft 2020-12) of a calendar in canonical form."""

from __future__ import annotations

from typing import Any

from .schema_problems import ENTRIES_MAX, LABEL_MAX
from .schema_week import DAY_NAMES, SEGMENTS_MAX

_TIME = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$|^24:00$"}
_SEGMENT = {"type": "array", "prefixItems": [_TIME, _TIME], "minItems": 2, "maxItems": 2}
_HOURS = {"type": "array", "items": _SEGMENT, "maxItems": SEGMENTS_MAX}
_DATE = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_MOMENT = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9:]{5,8})?)?$",
}
_LABEL = {"type": "string", "maxLength": LABEL_MAX}
_TEXTS = {"type": "array", "items": {"type": "string"}}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _list(*forms: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": {"oneOf": list(forms)}, "maxItems": ENTRIES_MAX}


_DAY_HOURS = _object(["date", "hours"], date=_DATE, hours=_HOURS, label=_LABEL)
_RANGE = _object(["start", "end"], start=_MOMENT, end=_MOMENT, label=_LABEL)

JSON_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Compagnon service calendar",
    **_object(
        ["timezone", "weekly"],
        name=_LABEL,
        timezone={"type": "string", "description": "IANA name, such as Europe/Paris"},
        weekly=_object([], **dict.fromkeys(DAY_NAMES, _HOURS)),
        holidays=_list(
            _object(
                ["country"],
                country={"type": "string", "pattern": "^[A-Z]{2,3}$"},
                subdivision={"type": "string"},
                categories={**_TEXTS, "minItems": 1},
                observed={"type": "boolean"},
                **{"except": _TEXTS},
            ),
            _object(["date"], date=_DATE, name=_LABEL),
        ),
        closures=_list(
            _object(["date"], date=_DATE, label=_LABEL),
            _DAY_HOURS,
            _RANGE,
            _object(
                ["yearly"], yearly={"type": "string", "pattern": "^[0-9]{2}-[0-9]{2}$"},
                label=_LABEL,
            ),
        ),
        openings=_list(_DAY_HOURS, _RANGE),
    ),
}  # fmt: skip
"""What `dump_calendar` writes. `load_calendar` accepts more spellings than this."""
