"""Reading what a caller sends, before any schema sees it."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser

from compagnon.core.api.errors import Malformed, UnsupportedMediaType
from compagnon.core.errors import Invalid

# PostgreSQL refuses the first; a half of a surrogate pair cannot be written in UTF-8.
NEVER = re.compile("[\0\ud800-\udfff]")
ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
UNKEEPABLE = _("Text may not hold U+0000 nor half a character.")


class SafeParser(Parser):
    """JSON only, said to be JSON, and without what no database of ours can keep."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Read the body.

        Raises:
            UnsupportedMediaType: it is not said to be JSON.
            Malformed: it is not JSON (RFC 8259: no NaN, no Infinity).
            Invalid: some text holds what no database of ours can keep.
        """
        if request.content_type != "application/json":
            raise UnsupportedMediaType
        try:
            data = json.loads(request.body.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise Malformed(_("The body is not valid JSON.")) from None
        # Only an escape can bring them in, and only then is the walk worth its time.
        if ESCAPED.search(request.body) and _unkeepable(data):
            raise Invalid(UNKEEPABLE)
        return data

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Read a query or a form; the same is refused.

        Raises:
            Invalid: some value holds what no database of ours can keep.
        """
        for name, values in data.lists():
            if any(_unkeepable(value) for value in (name, *values)):
                raise Invalid(UNKEEPABLE)
        return super().parse_querydict(data, list_fields, request)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _unkeepable(value: Any) -> bool:
    if isinstance(value, str):
        return NEVER.search(value) is not None
    if isinstance(value, dict):
        return any(_unkeepable(key) or _unkeepable(item) for key, item in value.items())
    return isinstance(value, list) and any(_unkeepable(item) for item in value)
