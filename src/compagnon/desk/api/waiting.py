"""Tickets that wait, by API: when the next reminder leaves, and stopping them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, FilterLookup, Id, ListQuery, Routes, expected_version
from compagnon.core.errors import NotFound
from compagnon.desk import queries, services, waiting
from compagnon.desk.models import Wait

router = Routes(tag="tickets")


class WaitOut(Schema):
    """A ticket on hold and what leaves next."""

    id: int
    ticket_id: int
    reason: str = Field(description="In the caller’s language.", examples=["Waiting for the user"])
    base: str = Field(description="What contracts know it as.", examples=["waiting_user"])
    reminds: Literal["user", "technician", "nobody"]
    began_at: datetime
    reminded: int
    next_at: datetime | None = Field(description="The next reminder, or the closing after them.")
    closes_at: datetime | None
    stopped_at: datetime | None

    @staticmethod
    def resolve_reason(obj: Wait) -> str:
        """The reason's name."""
        return obj.words


class WaitQuery(ListQuery):
    """Which waits, in which order."""

    reminds: Annotated[Literal["user", "technician", "nobody"] | None, FilterLookup("reminds")] = (
        None
    )
    ordering: Literal["next_at", "-next_at", "id", "-id"] = "next_at"


@router.index("/waits", WaitOut)
def list_waits(request: ApiRequest, query: Query[WaitQuery]) -> QuerySet[Wait]:
    """List the tickets on hold that you work on, the next reminder first."""
    return waiting.waits(request.actor)


@router.show("/tickets/{ticket_id}/wait", WaitOut)
def get_wait(request: ApiRequest, ticket_id: Id) -> Wait:
    """Read for what a ticket waits and what leaves next."""
    found = waiting.current(request.actor, queries.get_ticket(request.actor, ticket_id))
    if found is None:
        raise NotFound
    return found


@router.act("/tickets/{ticket_id}/stop-reminders", WaitOut)
def stop_reminders(request: ApiRequest, ticket_id: Id) -> Wait:
    """Let no more reminder leave while this wait lasts; the ticket stays on hold."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.stop_reminders(
        actor=request.actor,
        ticket_id=ticket.pk,
        expected_version=expected_version(request, ticket),
    )
