"""What a caller may ask of a list: filters, an order from a list of orders, a page."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, TypeVar

from django.db.models import Model, Q, QuerySet
from ninja import FilterLookup, FilterSchema
from pydantic import Field

from compagnon.core.api.moments import Moments

M = TypeVar("M", bound=Model)

MOST = 200
USUAL = 50

__all__ = ["MOST", "FilterLookup", "ListQuery"]


class ListQuery(Moments, FilterSchema):
    """The query of a list. A list adds its filters and its orders::

        class SiteQuery(ListQuery):
            organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
            ordering: Literal["name", "-name"] = "name"

    An order is a column of the model unless ``columns`` says which. A name that the list does not
    declare is refused, so a misspelt filter never answers with every row.
    """

    columns: ClassVar[dict[str, str]] = {}

    limit: Annotated[int, Field(ge=1, le=MOST, description="Rows a page.")] = USUAL
    cursor: Annotated[
        str | None,
        Field(max_length=2000, description="From `next` or `previous` of another page."),
    ] = None
    ordering: str = "-id"

    def filter_limit(self, _value: Any) -> Q:
        """Not a filter."""
        return Q()

    def filter_cursor(self, _value: Any) -> Q:
        """Not a filter."""
        return Q()

    def filter_ordering(self, _value: Any) -> Q:
        """Not a filter."""
        return Q()

    def narrow(self, rows: QuerySet[M]) -> QuerySet[M]:
        """Keep the rows that the caller asks for."""
        return rows.filter(self.get_filter_expression())

    @property
    def column(self) -> str:
        """The column to sort by, ``-`` before it for descending."""
        name = self.ordering.removeprefix("-")
        sign = "-" if self.ordering.startswith("-") else ""
        return sign + self.columns.get(name, name)
