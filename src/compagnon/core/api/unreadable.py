"""What pydantic found wrong with a value, in words of ours, in the language in force.

Its own are English: none of them is passed on, so that nobody is answered in a language that they
did not ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Text

_TEXT = _("This must be text.")
_WHOLE = _("This must be a whole number.")
_NUMBER = _("This must be a number.")
_YES = _("This must be true or false.")
_LIST = _("This must be a list.")
_OBJECT = _("This must be an object: names with their values.")
_DAY = _("This must be a day, as in 2026-03-12.")
_MOMENT = _("This must be a moment with its offset from UTC, as in 2026-03-12T09:30:00Z.")
_HOUR = _("This must be a time of day, as in 09:30.")
_LENGTH = _("This must be a duration, as in PT15M.")
_MISSING = _("This value is missing.")
_UNKNOWN = _("There is no such field.")
_CHOICE = _("Not one of the choices: {expected}.")
_FORM = _("This is not written as it should be.")
_PAST = _("This must be in the past.")
_COMING = _("This must be in the future.")
_UUID = _("This must be a UUID, as in 0b7f6c1e-8f3b-4a55-9c35-9a4c2f0e6d11.")
_ADDRESS = _("This must be a web address, as in https://example.org/.")
OTHER = _("This value cannot be used.")

MESSAGES: Mapping[str, Text] = {
    "missing": _MISSING,
    "missing_argument": _MISSING,
    "missing_keyword_only_argument": _MISSING,
    "missing_positional_only_argument": _MISSING,
    "extra_forbidden": _UNKNOWN,
    "unexpected_keyword_argument": _UNKNOWN,
    "invalid_key": _UNKNOWN,
    "none_required": _("This must be left out, or null."),
    "json_invalid": _("This is no JSON."),
    "json_type": _("This must be JSON, as text."),
    "string_type": _TEXT,
    "bytes_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": _("This text holds characters that are not valid."),
    "string_not_ascii": _("This text holds characters that are not valid."),
    "bytes_invalid_encoding": _("This text holds characters that are not valid."),
    "string_too_short": _("At least {min_length} character(s)."),
    "bytes_too_short": _("At least {min_length} character(s)."),
    "string_too_long": _("At most {max_length} characters."),
    "bytes_too_long": _("At most {max_length} characters."),
    "string_pattern_mismatch": _FORM,
    "not_base64": _("This must be base64."),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _("This number is too large."),
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": _("This must be a finite number."),
    "decimal_max_digits": _("At most {max_digits} digits."),
    "decimal_max_places": _("At most {decimal_places} digits after the point."),
    "decimal_whole_digits": _("At most {whole_digits} digits before the point."),
    "multiple_of": _("This must be a multiple of {multiple_of}."),
    "greater_than": _("More than {gt}."),
    "greater_than_equal": _("At least {ge}."),
    "less_than": _("Less than {lt}."),
    "less_than_equal": _("At most {le}."),
    "bool_type": _YES,
    "bool_parsing": _YES,
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "union_tag_invalid": _("Not one of the choices: {expected_tags}."),
    "union_tag_not_found": _("Say of which kind it is, under {discriminator}."),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "iterable_type": _LIST,
    "set_item_not_hashable": _LIST,
    "too_short": _("At least {min_length} item(s)."),
    "too_long": _("At most {max_length} items."),
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "arguments_type": _OBJECT,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "date_past": _PAST,
    "date_future": _COMING,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_past": _PAST,
    "datetime_future": _COMING,
    "moment_out_of_reach": _("A date from 1900 to 2200."),
    "timezone_aware": _("Say the offset from UTC, as in 2026-03-12T09:30:00Z."),
    "timezone_naive": _("Leave the offset from UTC out."),
    "timezone_offset": _("Say the offset from UTC, as in 2026-03-12T09:30:00Z."),
    "time_type": _HOUR,
    "time_parsing": _HOUR,
    "time_delta_type": _LENGTH,
    "time_delta_parsing": _LENGTH,
    "uuid_type": _UUID,
    "uuid_parsing": _UUID,
    "uuid_version": _UUID,
    "url_type": _ADDRESS,
    "url_parsing": _ADDRESS,
    "url_syntax_violation": _ADDRESS,
    "url_scheme": _("This web address must begin with {expected_schemes}."),
    "url_too_long": _("At most {max_length} characters."),
    "recursion_loop": _("This holds itself."),
    "recursion_depth_exceeded": _("This is nested too deeply."),
}


def message(item: Mapping[str, Any]) -> str:
    """Say what is wrong with a value, of what pydantic says of it."""
    given = {
        # «'a', 'b' or 'c'»: pydantic joins the last two by an English word.
        name: value.replace(" or ", str(_(" or "))) if isinstance(value, str) else value
        for name, value in (item.get("ctx") or {}).items()
    }
    try:
        return str(MESSAGES.get(item.get("type", ""), OTHER)).format_map(given)
    except KeyError:
        return str(OTHER)
