"""The columns of the queue, chosen on a page: by keyboard, with or without a script."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Refused
from compagnon.desk import queue_columns, saved_views
from compagnon.desk.models import SavedView
from compagnon.desk.services import saved_views as views
from compagnon.desk.services.queue_columns import choose_columns

# More names than that are no form of ours.
MOST = 100


@dataclass(slots=True)
class Asked:
    """What the form says: every column in its order, which are ticked, what to do, for whom."""

    order: list[str]
    ticked: set[str]
    do: str
    moved: str
    for_view: bool


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Choose which columns the queue shows and in which order; the queue's address goes along.

    Moving a column up or down keeps nothing yet: the page comes back with the other order.

    Raises:
        Refused: no role of the actor's lets them read a queue.
        NotFound: the view that the address names is nobody's, or somebody else's.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("ticket.view"):
        raise Refused(_("Your role does not let you read the queue."))
    _narrowing, view = saved_views.opened(actor, request.GET)
    may_change = view is not None and views.may_change(actor, view)
    names = queue_columns.chosen(actor, view) or list(queue_columns.AT_FIRST)
    asked = Asked(
        [one.name for one in queue_columns.in_order(names)],
        set(names),
        "",
        "",
        may_change and bool(view and view.columns),
    )
    status, error = 200, ""
    if request.method == "POST":
        asked = _read(request.POST, may_change=may_change)
        if asked.do in {"save", "reset"}:
            try:
                _keep(actor, view if asked.for_view else None, asked)
            except CompagnonError as refused:
                status, error = refused.status, str(refused)
            else:
                messages.success(request, _("The columns are kept."))
                return redirect(f"{reverse('desk:queue')}?{request.GET.urlencode()}")
    context = {
        "columns": [queue_columns.BY_NAME[name] for name in asked.order],
        "ticked": asked.ticked | {queue_columns.REQUEST},
        "request_column": queue_columns.REQUEST,
        "pressed": (asked.do, asked.moved),
        "view": view,
        "may_change": may_change,
        "for_view": asked.for_view,
        "others_columns": view is not None and bool(view.columns) and not may_change,
        "error": error,
        "back": f"{reverse('desk:queue')}?{request.GET.urlencode()}",
    }
    return render(request, "desk/queue_columns.html", context, status=status)


def _read(given: QueryDict, *, may_change: bool) -> Asked:
    known = [name for name in given.getlist("order")[:MOST] if name in queue_columns.BY_NAME]
    order = [one.name for one in queue_columns.in_order(list(dict.fromkeys(known)))]
    do, _colon, moved = given.get("do", "save").partition(":")
    if do in {"up", "down"} and moved in order:
        at = order.index(moved)
        to = max(0, at - 1) if do == "up" else min(len(order) - 1, at + 1)
        order.insert(to, order.pop(at))
    for_view = may_change and given.get("for") == "view"
    return Asked(order, set(given.getlist("column")[:MOST]), do, moved, for_view)


def _keep(actor: Actor, view: SavedView | None, asked: Asked) -> None:
    ticked = asked.ticked | {queue_columns.REQUEST}
    names = [name for name in asked.order if name in ticked] if asked.do == "save" else None
    if view is None:
        choose_columns(actor=actor, columns=names)
    else:
        views.change_view(actor=actor, view_id=view.pk, columns=names)
