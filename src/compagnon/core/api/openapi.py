"""The API's root object and its OpenAPI document."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from compagnon.core.api.auth import Bearer, Session
from compagnon.core.api.errors import BY_STATUS, PROBLEM, install
from compagnon.core.api.examples import example_of
from compagnon.core.api.parser import SafeParser

ALWAYS = (400, 401, 403, 422, 429)
BY_KIND: dict[str, tuple[int, ...]] = {
    "index": (),
    "show": (404,),
    "create": (404, 409, 413, 415),
    "create_within": (404, 409, 412, 413, 415),
    "download": (404,),
    "act": (404, 409, 412, 413, 415),
    "change": (404, 409, 412, 413, 415),
    "remove": (404, 409, 412),
}

PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "An error (RFC 9457). `code` is stable; `detail` is for a person.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "What is wrong with which field, when fields were sent.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}

WHEN = {
    400: "The request cannot be read: its body is not JSON, or a header is malformed.",
    401: "No token and no session, or a token that is wrong, expired or revoked.",
    403: "Your roles do not allow it; the answer names the rule.",
    404: "No such object, or you may not see it: the answer is the same.",
    409: "The object's state does not allow it, or the same creation is still at work.",
    412: "Somebody changed the object since the version in `If-Match`.",
    413: "The body is over a limit.",
    415: "The body is not of the type that this address takes.",
    422: "Some values are not valid; `errors` says which.",
    429: "Too many calls: wait for `Retry-After` seconds.",
}

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Your own unique key: sent again within 24 hours, the call is not made twice.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,120}$"},
    "example": "6d3f0a52-order-1184",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` you read: refused with 412 if somebody changed the object since.",
    "schema": {"type": "string"},
    "example": '"3-9f86d081884c7d65"',
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` you have: answered 304 without a body if nothing changed.",
    "schema": {"type": "string"},
    "example": '"3-9f86d081884c7d65"',
}
HEADERS_BY_KIND: dict[str, tuple[dict[str, Any], ...]] = {
    "show": (IF_NONE_MATCH,),
    "create": (IDEMPOTENCY_KEY,),
    "create_within": (IDEMPOTENCY_KEY, IF_MATCH),
    "act": (IDEMPOTENCY_KEY, IF_MATCH),
    "change": (IF_MATCH,),
    "remove": (IF_MATCH,),
}


class Api(NinjaAPI):
    """An API whose every error is a problem, documented."""

    def __init__(self, *, title: str, version: str, description: str) -> None:
        super().__init__(
            title=title,
            version=version,
            description=description,
            urls_namespace="api",
            auth=[Bearer(), Session()],
            parser=SafeParser(),
            openapi_url=None,
            docs_url=None,
        )
        install(self)

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Give the OpenAPI 3.1 document, with the errors and headers of each kind of route."""
        document = super().get_openapi_schema(**options)
        components = document["components"]
        components["schemas"]["Problem"] = PROBLEM_SCHEMA
        components["responses"] = {f"Problem{status}": _problem(status) for status in WHEN}
        components["schemas"] = dict(sorted(components["schemas"].items()))
        for path, methods in document["paths"].items():
            for operation in methods.values():
                complete(operation, nested="{" in path)
                exemplify(operation, components["schemas"])
        return document


def complete(operation: dict[str, Any], *, nested: bool = False) -> None:
    """Add to one operation the errors that it may answer and the headers that it reads.

    Args:
        nested: its address names an object, which may not be there.
    """
    kind = operation.pop("x-kind", "")
    responses = operation["responses"]
    statuses = {*ALWAYS, *BY_KIND.get(kind, (404,)), *((404,) if nested else ())}
    for status in sorted(statuses):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    operation["parameters"].extend(dict(header) for header in HEADERS_BY_KIND.get(kind, ()))
    if kind == "show":
        responses["304"] = {"description": "Nothing changed since the tag in `If-None-Match`."}
    if kind == "download":
        responses["200"] = {
            "description": "The bytes, to be saved; their type is the one found in them.",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    operation["responses"] = {
        str(status): responses[status] for status in sorted(responses, key=int)
    }


def exemplify(operation: dict[str, Any], components: dict[str, Any]) -> None:
    """Give one operation's body and answers an example each, where they are JSON."""
    holders = [operation.get("requestBody", {}), *operation["responses"].values()]
    for holder in holders:
        media = holder.get("content", {}).get("application/json")
        if media is not None and "schema" in media:
            media.setdefault("example", example_of(media["schema"], components))


def _problem(status: int) -> dict[str, Any]:
    error = BY_STATUS[status]
    headers: dict[str, Any] = {}
    if status in {409, 429}:
        headers["Retry-After"] = {
            "description": "Seconds to wait, where waiting helps.",
            "schema": {"type": "string", "pattern": "^[0-9]+$"},
        }
    if status == 401:
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
    example: dict[str, Any] = {
        "type": f"urn:compagnon:problem:{error.code}",
        "title": error.__name__,
        "status": status,
        "detail": WHEN[status],
        "code": error.code,
    }
    if status == 422:
        example["errors"] = [{"field": "name", "message": "This value is missing."}]
    return {
        "description": WHEN[status],
        "headers": headers,
        "content": {
            PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        },
    }
