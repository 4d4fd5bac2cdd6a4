"""The API's root: every room's routes under ``/api/v1/``, their OpenAPI document and reference.

The document and its reference are public: they hold no data, and a program's author needs them
before any token.
"""

from __future__ import annotations

import importlib
import json
from functools import cache
from importlib.util import find_spec
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, path
from django.utils import translation
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from compagnon.core import markup
from compagnon.core.api import background, records
from compagnon.core.api.errors import problem_response
from compagnon.core.api.openapi import Api
from compagnon.core.api.reference import sections
from compagnon.core.errors import NotFound

ROOMS = ("people", "contracts", "park", "desk", "titles")

DESCRIPTION = """\
Everything the pages do, this API does, by the same rules.

- **Who calls**: `Authorization: Bearer TOKEN`, or the session of the pages with `X-CSRFToken`.
- **Errors** are `application/problem+json` (RFC 9457); `code` is stable, `detail` is for a person.
- **Lists** come by pages: follow `next` until it is null. There is no total.
- **Creating**: send an `Idempotency-Key`, and a call sent twice is made once.
- **Changing**: send back the `ETag` you read as `If-Match`, and you overwrite nobody.
- **Rate**: `RateLimit-Remaining` says what is left; over it, 429 with `Retry-After`.
- Times are UTC (RFC 3339); durations are seconds.
"""

api = Api(title="Compagnon", version="1", description=DESCRIPTION)

for own in (records.router, background.router):
    api.add_router("", own)
for room in ROOMS:
    # A room that has no API yet has no such module.
    if find_spec(f"compagnon.{room}.api") is not None:
        module = importlib.import_module(f"compagnon.{room}.api")
        if router := getattr(module, "router", None):
            api.add_router("", router)


@cache
def document() -> dict[str, Any]:
    """Give the OpenAPI document; made once, since routes do not change while the program runs."""
    # Through JSON, so that what is served, tested and shown is the same plain data.
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    return found


@require_safe
def openapi_json(_request: HttpRequest) -> HttpResponse:
    """Serve the OpenAPI document."""
    return HttpResponse(
        json.dumps(document(), ensure_ascii=False, indent=1),
        content_type="application/json",
        headers={"Cache-Control": "public, max-age=300"},
    )


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Show the reference of the API, made from its OpenAPI document."""
    return render(request, "core/api/reference.html", {"body": reference_body()})


@cache
def reference_body() -> SafeString:
    """Give what the page shows of the whole document; drawn once, as it takes half a second."""
    return drawn(document())


def drawn(described: dict[str, Any]) -> SafeString:
    """Draw the reference of an OpenAPI document, which is in English for every reader."""
    with translation.override("en"):
        return render_to_string(
            "core/api/reference_body.html",
            {"introduction": markup.render(DESCRIPTION), "sections": sections(described)},
        )


def unknown(_request: HttpRequest, **_path: str) -> HttpResponse:
    """Answer for an address that the API does not have; without this Django would draw a page."""
    return problem_response(NotFound())


urls: list[URLPattern | URLResolver] = [
    path("openapi.json", openapi_json, name="api_openapi"),
    path("docs", reference, name="api_reference"),
    path("", unknown),
    path("", api.urls),
    path("<path:address>", unknown),
]
