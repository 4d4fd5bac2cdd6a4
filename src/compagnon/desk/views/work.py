"""A task of a ticket, its report, and the sheet that a user signs on the technician's phone."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import links, queries, services
from compagnon.desk.forms import CompleteForm, SheetForm, SignForm
from compagnon.desk.models import InterventionSheet, WorkState, WorkTask
from compagnon.desk.policies import may
from compagnon.desk.views.ticket import add_errors

FORMS = {"complete": CompleteForm, "sheet": SheetForm, "sign": SignForm}


@login_required
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """Show the tasks that wait for the person, in the order of their appointments."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = (
        visible(WorkTask, actor)
        .filter(assignee_id=actor.id, state=WorkState.TODO)
        .select_related("ticket__beneficiary", "ticket__organisation", "site")
        .order_by("planned_start", "id")[:200]
    )
    groups = _by_day(rows)
    if actor.scope.team_ids:
        free = (
            visible(WorkTask, actor)
            .filter(team_id__in=actor.scope.team_ids, assignee=None, state=WorkState.TODO)
            .select_related("ticket__beneficiary", "ticket__organisation", "site")
            .order_by("id")[:200]
        )
        if of_teams := list(free):
            groups.append((_("Of my teams, nobody’s yet"), of_teams))
    return render(request, "desk/tasks.html", {"groups": groups, "now": timezone.now()})


def _by_day(rows: Iterable[WorkTask]) -> list[tuple[str, list[WorkTask]]]:
    """Put tasks under late, today, later, and without appointment; empty groups are left out."""
    now = timezone.now()
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0) + timedelta(days=1)
    groups: dict[str, list[WorkTask]] = {
        _("Late"): [],
        _("Today"): [],
        _("Later"): [],
        _("Without appointment"): [],
    }
    late, today, later, free = groups.values()
    for row in rows:
        if row.planned_start is None:
            free.append(row)
        elif row.planned_start < now:
            late.append(row)
        else:
            (today if row.planned_start < midnight else later).append(row)
    return [(label, tasks) for label, tasks in groups.items() if tasks]


@login_required
@require_safe
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """Show a task."""
    return _page(request, _task(request, task_id))


@login_required
@require_POST
def act(request: HttpRequest, task_id: int, name: str) -> HttpResponse:
    """Report a task, give it up, prepare its sheet, or have it signed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = _task(request, task_id)
    form_class = FORMS.get(name)
    form = form_class(request.POST) if form_class else None
    if name != "cancel" and form is None:
        raise NotFound
    status = 422
    if form is None or form.is_valid():
        try:
            _run(actor, found, name, form.cleaned_data if form else {})
        except CompagnonError as error:
            status = error.status
            if form is None:
                messages.error(request, str(error))
                return redirect("desk:task", task_id=found.pk)
            add_errors(form, error)
        else:
            messages.success(request, _("It is kept."))
            return redirect("desk:task", task_id=found.pk)
    return _page(request, _task(request, task_id), {name: form}, status)


def _run(actor: Actor, found: WorkTask, name: str, values: dict[str, object]) -> None:
    match name:
        case "complete":
            services.complete_task(
                actor=actor,
                task_id=found.pk,
                spent_seconds=60 * int(str(values["spent_minutes"])),
                travel_seconds=60 * int(str(values["travel_minutes"] or 0)),
                activity=values["activity"],  # type: ignore[arg-type]
                note=str(values["note"]),
                expected_version=values["version"],  # type: ignore[arg-type]
            )
        case "cancel":
            services.cancel_task(actor=actor, task_id=found.pk)
        case "sheet":
            services.prepare_sheet(actor=actor, task_id=found.pk, report=str(values["report"]))
        case "sign":
            sheet = InterventionSheet.objects.filter(task=found).first()
            if sheet is None:
                raise NotFound
            services.sign_sheet(
                actor=actor,
                sheet_id=sheet.pk,
                name=str(values["name"]),
                signature=picture(str(values["signature"])),
                remarks=str(values["remarks"]),
            )


def picture(data_url: str) -> bytes:
    """Give the bytes of a picture that the signature pad sent as ``data:image/png;base64,…``."""
    _head, _comma, encoded = data_url.partition("base64,")
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""


@login_required
@require_safe
def signature(request: HttpRequest, sheet_id: int) -> FileResponse:
    """Give the picture of a signature."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = InterventionSheet.objects.select_related("signature")
    sheet = get_visible(InterventionSheet, actor, rows, pk=sheet_id)
    if sheet.signature is None:
        raise NotFound
    return files.serve(sheet.signature, name="signature.png", inline=True)


def _task(request: HttpRequest, task_id: int) -> WorkTask:
    rows = WorkTask.objects.select_related(
        "ticket__beneficiary", "ticket__organisation", "assignee", "site", "sheet"
    )
    return get_visible(WorkTask, request.actor, rows, pk=task_id)  # type: ignore[attr-defined]


def _page(
    request: HttpRequest,
    found: WorkTask,
    failed: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    sheet = getattr(found, "sheet", None)
    minutes = found.planned_seconds // 60 or None
    context = {
        "task": found,
        "ticket": found.ticket,
        "sheet": sheet,
        "contacts": queries.contacts_of(request.actor, found.ticket),  # type: ignore[attr-defined]
        "may_work": may(request.actor, "ticket.work", found.ticket),  # type: ignore[attr-defined]
        "complete": CompleteForm(initial={"version": found.version, "spent_minutes": minutes}),
        "prepare": SheetForm(initial={"report": sheet.report if sheet else found.details}),
        "sign": SignForm(initial={"name": str(found.ticket.beneficiary)}),
        "sign_address": links.sheet_link(sheet) if sheet and not sheet.signed_at else "",
    }
    names = {"sheet": "prepare"}
    context |= {names.get(name, name): form for name, form in (failed or {}).items()}
    return render(request, "desk/task.html", context, status=status)
