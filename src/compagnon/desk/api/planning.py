"""The calendar by API: moving an appointment, the address of one's own."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from ninja import Schema
from pydantic import AwareDatetime

from compagnon.core.api import ApiRequest, Body, Id, Routes, expected_version
from compagnon.core.visibility import get_visible
from compagnon.desk.api import schemas
from compagnon.desk.models import WorkTask
from compagnon.desk.services import planning

router = Routes(tag="work")


class MoveTaskIn(Body):
    """When the appointment is."""

    planned_start: AwareDatetime


class CalendarAddressIn(Body):
    """Nothing to say: a new address ends the one before."""


class CalendarAddressOut(Schema):
    """The secret address of your calendar; it is told once."""

    address: str


@router.act("/work-tasks/{task_id}/move", schemas.WorkTaskOut)
def move_work_task(request: ApiRequest, task_id: Id, body: MoveTaskIn) -> WorkTask:
    """Move an appointment to another moment."""
    rows = WorkTask.objects.select_related("assignee", "site", "team")
    task = get_visible(WorkTask, request.actor, rows, pk=task_id)
    planning.replan_task(
        actor=request.actor,
        task_id=task.pk,
        planned_start=body.planned_start,
        expected_version=expected_version(request, task),
    )
    task.refresh_from_db()
    return task


@router.act("/me/calendar-address", CalendarAddressOut)
def make_calendar_address(request: ApiRequest, body: CalendarAddressIn) -> CalendarAddressOut:
    """Make the secret address at which a calendar program reads your appointments."""
    secret = planning.make_address(actor=request.actor)
    path = reverse("desk:calendar_feed", args=[secret])
    return CalendarAddressOut(address=f"{settings.BASE_URL}{path}")


@router.remove("/me/calendar-address")
def end_calendar_address(request: ApiRequest) -> None:
    """End the address of your calendar."""
    planning.end_address(actor=request.actor)
