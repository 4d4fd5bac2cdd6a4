"""Time spent, by API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import (
    ApiRequest,
    Body,
    FilterLookup,
    Id,
    ListQuery,
    Routes,
    expected_version,
)
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import queries
from compagnon.desk.api import schemas
from compagnon.desk.choosing import chosen
from compagnon.desk.models import ActivityType, TimeEntry, Timer
from compagnon.desk.services import timesheet as services

router = Routes(tag="work")
Spent = Annotated[int, Field(ge=1, le=86_400, examples=[1800])]
Remark = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class TimeIn(Body):
    """Time spent on a day: today unless given."""

    seconds: Spent
    activity_id: Id | None = None
    day: date | None = None
    note: Remark = ""


class TimeOut(Schema):
    """Time noted."""

    id: int
    ticket_id: int
    person: schemas.Named
    activity: schemas.Named | None
    day: date
    seconds: int
    note: str
    version: int


class TimeQuery(ListQuery):
    """Which times."""

    person: Annotated[Id | None, FilterLookup("person_id")] = None
    ticket: Annotated[Id | None, FilterLookup("ticket_id")] = None
    since: Annotated[date | None, FilterLookup("day__gte")] = None
    until: Annotated[date | None, FilterLookup("day__lte")] = None
    ordering: Literal["id", "-id"] = "-id"


class TimerIn(Body):
    """On what."""

    activity_id: Id | None = None


class TimerOut(Schema):
    """Time being counted."""

    ticket_id: int
    started_at: datetime


class StopIn(Body):
    """What was done; or forget it."""

    note: Remark = ""
    discard: bool = False


class StopOut(Schema):
    """The time that was noted."""

    noted: TimeOut | None


def _rows() -> QuerySet[TimeEntry]:
    return TimeEntry.objects.select_related("person", "activity", "ticket")


@router.index("/time-entries", TimeOut)
def list_times(request: ApiRequest, query: Query[TimeQuery]) -> QuerySet[TimeEntry]:
    """List the time noted on tickets that you work on, tasks left out (`GET /work-tasks`)."""
    return visible(TimeEntry, request.actor, _rows())


@router.create("/tickets/{ticket_id}/time-entries", TimeOut)
def note_time(request: ApiRequest, ticket_id: Id, body: TimeIn) -> TimeEntry:
    """Note time that you spent on a ticket."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.note_time(
        actor=request.actor,
        ticket_id=ticket.pk,
        seconds=body.seconds,
        activity=chosen(ActivityType, request.actor, body.activity_id, "activity_id"),
        day=body.day,
        note=body.note,
    )


@router.change("/time-entries/{entry_id}", TimeOut)
def correct_time(request: ApiRequest, entry_id: Id, body: TimeIn) -> TimeEntry:
    """Correct time that you noted, within the delay."""
    found = get_visible(TimeEntry, request.actor, _rows(), pk=entry_id)
    return services.correct_time(
        actor=request.actor,
        entry_id=found.pk,
        seconds=body.seconds,
        activity=chosen(ActivityType, request.actor, body.activity_id, "activity_id"),
        day=body.day,
        note=body.note,
        expected_version=expected_version(request, found),
    )


@router.remove("/time-entries/{entry_id}")
def remove_time(request: ApiRequest, entry_id: Id) -> None:
    """Take away time noted by mistake, within the delay."""
    found = get_visible(TimeEntry, request.actor, pk=entry_id)
    services.remove_time(actor=request.actor, entry_id=found.pk)


@router.act("/tickets/{ticket_id}/timer", TimerOut)
def start_timer(request: ApiRequest, ticket_id: Id, body: TimerIn) -> Timer:
    """Begin to count your time on a ticket."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.start_timer(
        actor=request.actor,
        ticket_id=ticket.pk,
        activity=chosen(ActivityType, request.actor, body.activity_id, "activity_id"),
    )


@router.act("/timer/stop", StopOut)
def stop_timer(request: ApiRequest, body: StopIn) -> dict[str, TimeEntry | None]:
    """Stop counting your time, and note it."""
    noted = services.stop_timer(actor=request.actor, note=body.note, discard=body.discard)
    return {"noted": noted}
