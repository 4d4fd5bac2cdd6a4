"""Tasks of a ticket: planned, done, and signed for by the user."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Stale
from compagnon.core.services import service
from compagnon.desk.errors import AlreadySigned, IllegalMove
from compagnon.desk.models import (
    ActivityType,
    InterventionSheet,
    Ticket,
    WorkMode,
    WorkState,
    WorkTask,
)
from compagnon.desk.policies import may_as_party
from compagnon.desk.services import fulfilling, task_notices, writing
from compagnon.desk.services.assignment import check_is_here
from compagnon.desk.services.changing import apply, lock
from compagnon.people.models import Person, Site

DAY = 24 * 3600
SIGNATURE_MAX = 200_000


def _checked_seconds(name: str, seconds: int) -> int:
    if not 0 <= seconds <= 31 * DAY:
        raise Invalid(
            _("A duration must be between zero and 31 days."),
            fields={name: [_("Give a duration of 31 days at most.")]},
        )
    return seconds


def _task(actor: Actor, task_id: int, expected_version: int | None) -> tuple[Ticket, WorkTask]:
    """Lock the task's ticket, then read the task."""
    ticket_id = WorkTask.objects.filter(pk=task_id).values_list("ticket_id", flat=True).first()
    if ticket_id is None:
        raise NotFound
    ticket = lock(actor=actor, ticket_id=ticket_id, verb="ticket.work")
    task = WorkTask.objects.select_for_update().get(pk=task_id)
    if expected_version is not None and task.version != expected_version:
        raise Stale(_("This task was changed since you opened it. Look at it again."))
    return ticket, task


def _check_unsealed(task: WorkTask) -> None:
    """Refuse to change what the user signed for: the seal covers the times.

    Raises:
        AlreadySigned: the sheet is signed.
    """
    if InterventionSheet.objects.filter(task=task, signed_at__isnull=False).exists():
        raise AlreadySigned


@service("ticket.plan_task")
def plan_task(
    *,
    actor: Actor,
    ticket_id: int,
    title: str,
    details: str = "",
    mode: WorkMode = WorkMode.REMOTE,
    assignee: Person | None = None,
    site: Site | None = None,
    planned_start: datetime | None = None,
    planned_seconds: int = 0,
    at: datetime | None = None,
) -> WorkTask:
    """Plan a task on an open ticket; with a start and ``on_site`` it is an appointment.

    Raises:
        NotFound, Refused: see :func:`changing.lock`.
        IllegalMove: the ticket is closed or cancelled.
        Invalid: no title, a duration out of bounds, or for somebody who has left.
    """
    ticket = lock(actor=actor, ticket_id=ticket_id, verb="ticket.work")
    at = at or timezone.now()
    if not ticket.is_open:
        raise IllegalMove(_("This ticket is no longer worked on: reopen it to plan a task."))
    title = " ".join(title.split())[:200]
    if not title:
        raise Invalid(_("Say what to do."), fields={"title": [_("The title is empty.")]})
    if assignee is not None:
        check_is_here(assignee)
    mode = WorkMode(mode)
    task = WorkTask.objects.create(
        ticket=ticket,
        title=title,
        details=details.strip()[:5000],
        mode=mode,
        assignee=assignee,
        site_id=site.pk if site else (ticket.site_id if mode == WorkMode.ON_SITE else None),
        planned_start=planned_start,
        planned_seconds=_checked_seconds("planned_seconds", planned_seconds),
        created_by_id=actor.id,
        created_at=at,
    )
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.plan_task",
        at=at,
        after={
            "task_id": task.pk,
            "mode": task.mode,
            "task_assignee_id": task.assignee_id,
            "planned_start": planned_start,
            "planned_seconds": planned_seconds,
        },
    )
    task_notices.tell_due(actor=actor, ticket=ticket, tasks=[task], at=at)
    return task


@service("ticket.complete_task")
def complete_task(
    *,
    actor: Actor,
    task_id: int,
    spent_seconds: int,
    travel_seconds: int = 0,
    activity: ActivityType | None = None,
    note: str = "",
    expected_version: int | None = None,
    at: datetime | None = None,
) -> WorkTask:
    """Report a task as done, with the time it took.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: it is done or cancelled already.
        Invalid: a duration out of bounds.
    """
    ticket, task = _task(actor, task_id, expected_version)
    at = at or timezone.now()
    _check_unsealed(task)
    if task.state != WorkState.TODO:
        raise IllegalMove(_("This task is “%(state)s”.") % {"state": task.get_state_display()})
    task.spent_seconds = _checked_seconds("spent_seconds", spent_seconds)
    task.travel_seconds = _checked_seconds("travel_seconds", travel_seconds)
    task.state, task.done_at = WorkState.DONE, at
    task.activity = activity or task.activity
    task.assignee_id = task.assignee_id or actor.id
    task.version += 1
    if note.strip():
        task.details = f"{task.details}\n\n{note.strip()}".strip()[:5000]
    task.save()
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.complete_task",
        at=at,
        after={
            "task_id": task.pk,
            "spent_seconds": spent_seconds,
            "travel_seconds": travel_seconds,
        },
    )
    task_notices.tell_done(actor=actor, ticket=ticket, task=task, at=at)
    fulfilling.after_task(actor=actor, ticket=ticket, at=at)
    return task


@service("ticket.cancel_task")
def cancel_task(
    *,
    actor: Actor,
    task_id: int,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> WorkTask:
    """Give up a task that is no longer needed.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: it is done or cancelled already.
    """
    ticket, task = _task(actor, task_id, expected_version)
    at = at or timezone.now()
    _check_unsealed(task)
    if task.state not in {WorkState.TODO, WorkState.HELD}:
        raise IllegalMove(_("This task is “%(state)s”.") % {"state": task.get_state_display()})
    task.state = WorkState.CANCELLED
    task.version += 1
    task.save(update_fields=["state", "version"])
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.cancel_task",
        at=at,
        after={"task_id": task.pk},
    )
    fulfilling.after_task(actor=actor, ticket=ticket, at=at)
    return task


@service("ticket.prepare_sheet")
def prepare_sheet(
    *, actor: Actor, task_id: int, report: str, at: datetime | None = None
) -> InterventionSheet:
    """Write, or write again, the sheet that the user will sign on the technician's phone.

    Raises:
        NotFound, Refused: see :func:`changing.lock`.
        AlreadySigned: the user has signed.
        Invalid: an empty report.
    """
    ticket, task = _task(actor, task_id, None)
    at = at or timezone.now()
    report = writing.checked_text(report, field="report")[:5000]
    sheet = InterventionSheet.objects.filter(task=task).first()
    if sheet is None:
        sheet = InterventionSheet(task=task, nonce=secrets.token_urlsafe(32))
    elif sheet.signed_at:
        raise AlreadySigned
    sheet.report, sheet.prepared_by_id, sheet.prepared_at = report, actor.id, at
    sheet.save()
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.prepare_sheet",
        at=at,
        after={"task_id": task.pk, "sheet_id": sheet.pk},
    )
    return sheet


@service("ticket.sign_sheet")
def sign_sheet(
    *,
    actor: Actor,
    sheet_id: int,
    name: str,
    signature: bytes,
    remarks: str = "",
    at: datetime | None = None,
) -> InterventionSheet:
    """Keep the user's signature on a sheet, sealed with what they were shown.

    It is signed on the technician's phone, by the user themselves, or through the link.

    Args:
        signature: a PNG picture; empty when the typed name is the signature, for those who
            cannot draw one.

    Raises:
        NotFound: no such sheet, or not visible.
        AlreadySigned: it was signed before.
        IllegalMove: the work is not reported yet, waits for another task, or was cancelled.
        Invalid: no name, or something that is not a small PNG picture.
    """
    found = InterventionSheet.objects.select_related("task__ticket").filter(pk=sheet_id).first()
    if found is None:
        raise NotFound
    # The ticket is locked first, as by every verb: two that lock in another order wait for ever.
    ticket = lock(
        actor=actor, ticket_id=found.task.ticket_id, verb=_signing_verb(actor, found.task.ticket)
    )
    sheet = InterventionSheet.objects.select_for_update().get(pk=sheet_id)
    task = sheet.task
    at = at or timezone.now()
    if sheet.signed_at:
        raise AlreadySigned
    if task.state == WorkState.TODO:
        raise IllegalMove(_("Report the work as done first: the user signs for the time it took."))
    if task.state != WorkState.DONE:
        # Signed for before it begins, it could never be reported.
        raise IllegalMove(_("This task is “%(state)s”.") % {"state": task.get_state_display()})
    name = " ".join(name.split())[:120]
    if not name:
        raise Invalid(_("Write the name of the person who signs."), fields={"name": [_("Empty.")]})
    if signature and (
        len(signature) > SIGNATURE_MAX or not signature.startswith(b"\x89PNG\r\n\x1a\n")
    ):
        raise Invalid(
            _("The signature must be a PNG picture of at most 200 kB."),
            fields={"signature": [_("Sign again.")]},
        )
    stored = files.store(signature) if signature else None
    sheet.signed_name, sheet.signed_at, sheet.signature = name, at, stored
    sheet.remarks = remarks.strip()[:2000]
    sheet.digest = sheet_digest(sheet)
    sheet.save()
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.sign_sheet",
        at=at,
        after={"task_id": task.pk, "sheet_id": sheet.pk, "digest": sheet.digest},
    )
    return sheet


def _signing_verb(actor: Actor, ticket: Ticket) -> str:
    return "ticket.answer_solution" if may_as_party(actor, ticket) else "ticket.work"


def sheet_digest(sheet: InterventionSheet) -> str:
    """Give the SHA-256 (hex) over what was signed: times, report, name, remarks, picture."""
    parts = [
        str(sheet.task_id),
        str(sheet.task.spent_seconds),
        str(sheet.task.travel_seconds),
        sheet.report,
        sheet.signed_name,
        sheet.signed_at.isoformat() if sheet.signed_at else "",
        sheet.remarks,
        sheet.signature.sha256 if sheet.signature else "",
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
