"""The journal by API."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core import journal_reading
from compagnon.core.api.auth import ApiRequest
from compagnon.core.api.filters import FilterLookup, ListQuery
from compagnon.core.api.routes import Id, Routes
from compagnon.core.models import Entry

router = Routes(tag="journal")

Name = Annotated[str | None, Field(max_length=60, pattern=r"^[a-z_.]*$")]
Door = Literal["page", "api", "mail", "link", "command", "task", "import", "demo"]


class EntryOut(Schema):
    """One change: who did what to which object, when, and what it was before and after."""

    id: int
    occurred_at: dt.datetime = Field(description="When it happened; an import sets it in the past.")
    recorded_at: dt.datetime
    source: str = Field(description="The door it came through.", examples=["page"])
    actor_kind: str = Field(examples=["person"])
    actor_id: int | None = Field(description="The person; null for the program.")
    actor_label: str = Field(description="The part of the program, when no person acted.")
    on_behalf_of: int | None
    verb: str = Field(examples=["ticket.take"])
    object_type: str = Field(examples=["desk.ticket"])
    object_id: int
    organisation_id: int | None
    before: dict[str, Any] = Field(examples=[{"state": "new"}])
    after: dict[str, Any] = Field(examples=[{"state": "open"}])
    correlation_id: UUID = Field(description="The same for all that one call did.")


class JournalQuery(ListQuery):
    """Which entries, in which order."""

    actor_id: Id | None = None
    verb: Name = None
    object_type: Name = None
    object_id: Id | None = None
    organisation_id: Id | None = None
    source: Door | None = None
    since: Annotated[dt.datetime | None, FilterLookup("occurred_at__gte")] = None
    before: Annotated[dt.datetime | None, FilterLookup("occurred_at__lt")] = None
    ordering: Literal["occurred_at", "-occurred_at"] = "-occurred_at"


@router.index("/journal", EntryOut)
def list_journal_entries(request: ApiRequest, query: Query[JournalQuery]) -> QuerySet[Entry]:
    """List what was done on the organisations whose journal you may read."""
    return journal_reading.entries(request.actor)
