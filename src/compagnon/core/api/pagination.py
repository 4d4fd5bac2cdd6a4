"""A list's answer: some rows, and the addresses of the pages beside."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from compagnon.core import keyset
from compagnon.core.api.filters import ListQuery

T = TypeVar("T")


class Page(Schema, Generic[T]):
    """One page of a list. No total: counting a growing table is what makes lists slow."""

    items: list[T]
    next: str | None = Field(description="Address of the following page.")
    previous: str | None = Field(description="Address of the preceding page.")


def page_of(request: HttpRequest, rows: QuerySet[Any], query: ListQuery) -> dict[str, Any]:
    """Read the page that the query asks for.

    Raises:
        Invalid: the cursor is not one of this list.
    """
    found = keyset.take(
        query.narrow(rows), ordering=query.column, limit=query.limit, cursor=query.cursor
    )
    return {
        "items": found.rows,
        "next": _address(request, found.next),
        "previous": _address(request, found.previous),
    }


def _address(request: HttpRequest, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    parameters = request.GET.copy()
    parameters["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")
