"""Saved views by API: the same verbs as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, Routes, expected_version
from compagnon.desk import saved_views
from compagnon.desk.api import schemas
from compagnon.desk.choosing import chosen
from compagnon.desk.models import Layout, Reach, SavedView
from compagnon.desk.services import saved_views as services
from compagnon.desk.services.qualification import UNSET
from compagnon.people.models import Organisation, Team

router = Routes(tag="tickets")
ReachName = Literal["me", "team", "organisation"]
LayoutName = Literal["list", "board", "calendar"]
Name = Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$", examples=["À rappeler"])]
ColumnNames = Annotated[
    list[Annotated[str, Field(max_length=40, pattern=r"^[a-z_]*$")]],
    Field(
        max_length=40,
        description="What everybody finds in the list, in this order; null: each reader's own.",
        examples=[["request", "state", "due"]],
    ),
]
Key = Annotated[int, Field(ge=1, le=2**63 - 1)]


class ViewFilters(Body):
    """What narrows the queue; what is left out narrows nothing."""

    queue: Literal["mine", "team", "unassigned", "breaching", "open", "solved", "all"] = "open"
    state: Literal["new", "open", "pending", "solved", "closed", "cancelled"] | None = None
    priority: Annotated[int, Field(ge=1, le=5)] | None = None
    team: Key | None = None
    organisation: Key | None = None
    tag: Key | None = None
    assignee: Key | None = None
    category: Annotated[Key | None, Field(description="With those below it.")] = None
    kind: Literal["incident", "service_request"] | None = None
    days: Annotated[
        Literal[1, 7, 30, 90, 365] | None, Field(description="Opened within so many days.")
    ] = None
    q: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    sort: Annotated[str, Field(pattern=r"^-?(activity|priority|due|opened)$")] = "-activity"


class SavedViewIn(Body):
    """A view to keep."""

    name: Name
    reach: ReachName = "me"
    team_id: Id | None = None
    organisation_id: Id | None = None
    layout: LayoutName = "list"
    is_pinned: bool = True
    filters: ViewFilters = ViewFilters()
    columns: ColumnNames | None = None


class SavedViewChange(Body):
    """What changes of a view; with `reach`, say whom it is for."""

    name: Name | None = None
    reach: ReachName | None = None
    team_id: Id | None = None
    organisation_id: Id | None = None
    layout: LayoutName | None = None
    is_pinned: bool | None = None
    filters: ViewFilters | None = None
    columns: ColumnNames | None = None


class SavedViewOut(Schema):
    """A view."""

    id: int
    name: str
    owner: schemas.Named
    reach: ReachName
    team_id: int | None
    organisation_id: int | None
    layout: LayoutName
    filters: dict[str, Any]
    columns: list[str] | None
    is_pinned: bool
    created_at: datetime
    version: int


class ViewCount(Schema):
    """How many tickets a view shows you, or with `at_least` so many and more."""

    id: int
    count: int
    at_least: bool


class ViewCounts(Schema):
    """The counts of your views; those with words are not counted."""

    items: list[ViewCount]


@router.index("/saved-views", SavedViewOut)
def list_saved_views(request: ApiRequest, query: Query[schemas.PlainQuery]) -> QuerySet[SavedView]:
    """List the views that you have: your own, your teams', your organisation's."""
    return saved_views.views(request.actor)


@router.show("/saved-view-counts", ViewCounts)
def count_saved_views(request: ApiRequest) -> dict[str, Any]:
    """Count the tickets of your views, up to a hundred each."""
    counts = saved_views.counts(request.actor, list(saved_views.views(request.actor)[:200]))
    return {
        "items": [
            {"id": key, "count": one.number, "at_least": one.is_more}
            for key, one in sorted(counts.items())
        ]
    }


@router.show("/saved-views/{view_id}", SavedViewOut)
def get_saved_view(request: ApiRequest, view_id: Id) -> SavedView:
    """Read a view."""
    return saved_views.get_view(request.actor, view_id)


@router.create("/saved-views", SavedViewOut, location=lambda view: f"/saved-views/{view.pk}")
def save_view(request: ApiRequest, body: SavedViewIn) -> SavedView:
    """Keep filters of the queue by name."""
    return services.save_view(
        actor=request.actor,
        name=body.name,
        filters=body.filters.model_dump(exclude_none=True),
        reach=Reach(body.reach),
        layout=Layout(body.layout),
        is_pinned=body.is_pinned,
        columns=body.columns,
        **_place(request, body),
    )


@router.change("/saved-views/{view_id}", SavedViewOut)
def change_saved_view(request: ApiRequest, view_id: Id, body: SavedViewChange) -> SavedView:
    """Change a view."""
    view = saved_views.get_view(request.actor, view_id)
    return services.change_view(
        actor=request.actor,
        view_id=view.pk,
        name=body.name,
        filters=body.filters.model_dump(exclude_none=True) if body.filters else None,
        reach=Reach(body.reach) if body.reach else None,
        layout=Layout(body.layout) if body.layout else None,
        is_pinned=body.is_pinned,
        columns=body.columns if "columns" in body.model_fields_set else UNSET,
        expected_version=expected_version(request, view),
        **_place(request, body),
    )


@router.remove("/saved-views/{view_id}")
def remove_saved_view(request: ApiRequest, view_id: Id) -> None:
    """Delete a view; its tickets stay as they are."""
    view = saved_views.get_view(request.actor, view_id)
    services.remove_view(
        actor=request.actor, view_id=view.pk, expected_version=expected_version(request, view)
    )


def _place(request: ApiRequest, body: SavedViewIn | SavedViewChange) -> dict[str, Any]:
    actor = request.actor
    return {
        "team": chosen(Team, actor, body.team_id, "team_id"),
        "organisation": chosen(Organisation, actor, body.organisation_id, "organisation_id"),
    }
