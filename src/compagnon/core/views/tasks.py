"""Background work: what waits, what was given up and why, which jobs run."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from compagnon.core import keyset
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid, NotFound, Text
from compagnon.core.models import TaskState
from compagnon.core.tasks import queries, services

ROWS = 50
ACTIONS: dict[str, tuple[Callable[..., object], Text]] = {
    "retry": (services.retry_dead, _("The task is tried again.")),
    "discard": (services.discard_dead, _("The task is discarded.")),
}
SHOWN = (TaskState.DEAD, TaskState.WAITING, TaskState.RUNNING, TaskState.DONE)


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """Show the tasks of one state, those given up first, and the periodic jobs."""
    actor = actor_of(request)
    try:
        state = TaskState(request.GET.get("state", TaskState.DEAD))
    except ValueError:
        state = TaskState.DEAD
    rows = queries.tasks_in(actor=actor, state=state)
    ordering = "-finished_at" if state in {TaskState.DEAD, TaskState.DONE} else "-id"
    try:
        page = keyset.take(rows, ordering=ordering, limit=ROWS, cursor=request.GET.get("cursor"))
    except Invalid:
        page = keyset.take(rows, ordering=ordering, limit=ROWS, cursor=None)
    counted: dict[TaskState, int] = dict.fromkeys(SHOWN, 0)
    for (_queue, one), number in queries.counts().items():
        counted[one] = counted.get(one, 0) + number
    context = {
        "state": state,
        "states": [(one, one.label, counted[one]) for one in SHOWN],
        "page": page,
        "workers": list(queries.live_workers()),
        "oldest": max(queries.oldest_waiting().values(), default=None),
        "jobs": queries.jobs(actor=actor),
    }
    return render(request, "core/admin/tasks.html", context)


@require_POST
def act(request: HttpRequest, task_id: int, name: str) -> HttpResponse:
    """Have one task tried again, or discard it."""
    actor = actor_of(request)
    if name not in ACTIONS:
        raise NotFound
    run, done = ACTIONS[name]
    try:
        run(actor=actor, task_id=task_id)
    except Conflict as error:  # somebody decided meanwhile
        messages.error(request, str(error))
    else:
        messages.success(request, str(done))
    return redirect("core:tasks")


@require_POST
def retry_all(request: HttpRequest) -> HttpResponse:
    """Have all the tasks that were given up tried again."""
    number = services.retry_all_dead(actor=actor_of(request))
    messages.success(
        request,
        ngettext("%(number)d task is tried again.", "%(number)d tasks are tried again.", number)
        % {"number": number},
    )
    return redirect("core:tasks")
