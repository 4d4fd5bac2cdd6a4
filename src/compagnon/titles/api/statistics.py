"""Statistics of titles by API."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpResponse
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Routes
from compagnon.titles.queries import statistics as queries

router = Routes(tag="statistics")


class StatisticsQuery(Schema):
    """How counts are put together, and of which sessions."""

    by: queries.By = "title"
    title: Annotated[str, Field(max_length=20, pattern=r"^[^\x00]*$")] = ""
    start: date | None = None
    end: date | None = None

    def asked(self) -> queries.Asked:
        """Give it as the queries take it."""
        return queries.Asked(**self.model_dump())


class GroupOut(Schema):
    """A line; the total's name is empty. A masked count is null."""

    name: str
    counts: dict[str, int | None] = Field(
        description="entered = absent + present; present = full + partial + none"
    )


class FailedOut(Schema):
    """A criterion; a masked count is null."""

    title: str
    competence: str
    criterion: str
    marked: int | None
    failed: int | None


class StatisticsOut(Schema):
    """What became of candidates, and what they fail."""

    groups: list[GroupOut]
    total: GroupOut
    is_cut: bool = Field(description="There are more lines than are given.")
    failures: list[FailedOut]


@router.show("/title-statistics", StatisticsOut)
def get_title_statistics(request: ApiRequest, query: Query[StatisticsQuery]) -> dict[str, object]:
    """Count the candidates of closed sessions; counts from 1 to 4 are masked."""
    asked = query.asked()
    table = queries.results(request.actor, asked)
    return {
        "groups": table.groups,
        "total": table.total,
        "is_cut": table.is_cut,
        "failures": queries.failures(request.actor, asked),
    }


@router.download("/title-statistics/file")
def get_title_statistics_file(request: ApiRequest, query: Query[StatisticsQuery]) -> HttpResponse:
    """Download the table (CSV); a masked count is «*»."""
    text = queries.as_csv(queries.results(request.actor, query.asked()))
    return HttpResponse(f"\ufeff{text}", content_type="text/csv; charset=utf-8")
