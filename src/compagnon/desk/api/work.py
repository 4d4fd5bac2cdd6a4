"""Tasks, intervention sheets and attachments by API."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import FileResponse
from ninja import Query

from compagnon.core import files
from compagnon.core.api import ApiRequest, Id, Routes, expected_version
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import queries, services
from compagnon.desk.api import schemas
from compagnon.desk.choosing import chosen
from compagnon.desk.models import ActivityType, InterventionSheet, WorkMode, WorkTask
from compagnon.people.models import Person, Site

router = Routes(tag="work")


@router.index("/tickets/{ticket_id}/tasks", schemas.WorkTaskOut)
def list_work_tasks(
    request: ApiRequest,
    ticket_id: Id,
    query: Query[schemas.PlainQuery],
) -> QuerySet[WorkTask]:
    """List the tasks of a ticket."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    rows = ticket.work_tasks.select_related("assignee", "site", "team")
    return visible(WorkTask, request.actor, rows)


@router.create("/tickets/{ticket_id}/tasks", schemas.WorkTaskOut)
def plan_work_task(request: ApiRequest, ticket_id: Id, body: schemas.PlanIn) -> WorkTask:
    """Plan a task on a ticket."""
    actor = request.actor
    ticket = queries.get_ticket(actor, ticket_id)
    return services.plan_task(
        actor=actor,
        ticket_id=ticket.pk,
        title=body.title,
        details=body.details,
        mode=WorkMode(body.mode),
        assignee=chosen(Person, actor, body.assignee_id, "assignee_id"),
        site=chosen(Site, actor, body.site_id, "site_id"),
        planned_start=body.planned_start,
        planned_seconds=body.planned_seconds,
    )


@router.index("/work-tasks", schemas.WorkTaskOut)
def list_all_work_tasks(
    request: ApiRequest,
    query: Query[schemas.WorkTaskQuery],
) -> QuerySet[WorkTask]:
    """List the tasks that you may see, of every ticket.

    Those that wait for somebody: `?state=todo&assignee=7`.
    """
    rows = WorkTask.objects.select_related("assignee", "site", "team")
    return visible(WorkTask, request.actor, rows)


@router.show("/work-tasks/{task_id}", schemas.WorkTaskOut)
def get_work_task(request: ApiRequest, task_id: Id) -> WorkTask:
    """Read a task."""
    return _task(request, task_id)


@router.act("/work-tasks/{task_id}/complete", schemas.WorkTaskOut)
def complete_work_task(request: ApiRequest, task_id: Id, body: schemas.CompleteIn) -> WorkTask:
    """Report a task as done, with the time it took."""
    task = _task(request, task_id)
    return services.complete_task(
        actor=request.actor,
        task_id=task.pk,
        spent_seconds=body.spent_seconds,
        travel_seconds=body.travel_seconds,
        activity=chosen(ActivityType, request.actor, body.activity_id, "activity_id"),
        note=body.note,
        expected_version=expected_version(request, task),
    )


@router.act("/work-tasks/{task_id}/cancel", schemas.WorkTaskOut)
def cancel_work_task(request: ApiRequest, task_id: Id) -> WorkTask:
    """Give up a task."""
    task = _task(request, task_id)
    return services.cancel_task(
        actor=request.actor, task_id=task.pk, expected_version=expected_version(request, task)
    )


@router.act("/work-tasks/{task_id}/sheet", schemas.SheetOut)
def prepare_sheet(request: ApiRequest, task_id: Id, body: schemas.SheetIn) -> InterventionSheet:
    """Write, or write again, the sheet that the user will sign."""
    task = _task(request, task_id)
    return services.prepare_sheet(actor=request.actor, task_id=task.pk, report=body.report)


@router.show("/sheets/{sheet_id}", schemas.SheetOut)
def get_sheet(request: ApiRequest, sheet_id: Id) -> InterventionSheet:
    """Read an intervention sheet."""
    return _sheet(request, sheet_id)


@router.act("/sheets/{sheet_id}/sign", schemas.SheetOut)
def sign_sheet(request: ApiRequest, sheet_id: Id, body: schemas.SignIn) -> InterventionSheet:
    """Sign an intervention sheet, once and for all."""
    sheet = _sheet(request, sheet_id)
    return services.sign_sheet(
        actor=request.actor,
        sheet_id=sheet.pk,
        name=body.name,
        signature=body.picture(),
        remarks=body.remarks,
    )


def _sheet(request: ApiRequest, sheet_id: int) -> InterventionSheet:
    rows = InterventionSheet.objects.select_related("task__ticket")
    return get_visible(InterventionSheet, request.actor, rows, pk=sheet_id)


def _task(request: ApiRequest, task_id: int) -> WorkTask:
    rows = WorkTask.objects.select_related("assignee", "site", "team")
    return get_visible(WorkTask, request.actor, rows, pk=task_id)


@router.download("/attachments/{attachment_id}/content")
def get_attachment_content(request: ApiRequest, attachment_id: Id) -> FileResponse:
    """Fetch the bytes of an attachment."""
    attachment = queries.get_attachment(request.actor, attachment_id)
    return files.serve(attachment.file, name=attachment.name)
