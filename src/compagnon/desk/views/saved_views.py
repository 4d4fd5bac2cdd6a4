"""Filters of the queue kept by name: the list of them, keeping, changing, deleting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound, Refused
from compagnon.desk import queue_columns, saved_views
from compagnon.desk.forms.saved_views import SavedViewForm
from compagnon.desk.models import Layout, Reach, SavedView
from compagnon.desk.narrowing import Narrowing
from compagnon.desk.services import saved_views as services
from compagnon.desk.views.ticket import add_errors


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("ticket.view"):
        raise Refused(_("Only somebody who works on tickets keeps views of them."))
    return actor


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the views that somebody has, each with what waits in it."""
    actor = _actor(request)
    rows = list(saved_views.views(actor)[:200])
    counts = saved_views.counts(actor, rows)
    shown = [
        {
            "view": row,
            "address": saved_views.address(row),
            "count": counts.get(row.pk),
            "may_change": services.may_change(actor, row),
        }
        for row in rows
    ]
    return render(request, "desk/views/list.html", {"rows": shown})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the address by name."""
    actor = _actor(request)
    narrowing = Narrowing.read(request.GET)
    asked = request.GET.get("layout", "")
    initial = {
        "filters": narrowing.address(),
        "layout": asked if asked in Layout.values else Layout.LIST,
        "columns": _columns(actor, None),
    }
    return _form(request, actor, None, initial)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, view_id: int) -> HttpResponse:
    """Change a view; with filters in the address, they take the place of its own."""
    actor = _actor(request)
    view = saved_views.get_view(actor, view_id)
    if not services.may_change(actor, view):
        raise NotFound
    given = request.GET or view.filters
    asked = request.GET.get("layout", "")
    initial = {
        "name": view.name,
        "reach": view.reach,
        "team": view.team_id,
        "organisation": view.organisation_id,
        "layout": asked if asked in Layout.values else view.layout,
        "is_pinned": view.is_pinned,
        "filters": Narrowing.read(given).address(),
        "columns": _columns(actor, view),
        "with_columns": view.columns is not None,
        "version": view.version,
    }
    return _form(request, actor, view, initial)


@login_required
@require_POST
def delete(request: HttpRequest, view_id: int) -> HttpResponse:
    """Delete a view."""
    services.remove_view(actor=_actor(request), view_id=view_id)
    messages.success(request, _("The view is deleted; its tickets stay as they are."))
    return redirect("desk:views")


def _columns(actor: Actor, view: SavedView | None) -> str:
    return ",".join(one.name for one in queue_columns.shown(actor, view))


def _form(
    request: HttpRequest, actor: Actor, view: SavedView | None, initial: dict[str, Any]
) -> HttpResponse:
    form = SavedViewForm(request.POST or None, actor=actor, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                kept = _keep(actor, view, form)
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("The view is kept."))
                return redirect(saved_views.address(kept))
    return render(request, "desk/views/form.html", {"form": form, "view": view}, status=status)


def _keep(actor: Actor, view: SavedView | None, form: SavedViewForm) -> SavedView:
    values = form.cleaned_data
    common: dict[str, Any] = {
        "name": values["name"],
        "reach": Reach(values["reach"]),
        "team": values["team"],
        "organisation": values.get("organisation"),
        "layout": Layout(values["layout"]),
        "is_pinned": values["is_pinned"],
        "filters": QueryDict(values["filters"]),
        "columns": form.chosen_columns(),
    }
    if view is None:
        return services.save_view(actor=actor, **common)
    return services.change_view(
        actor=actor, view_id=view.pk, expected_version=values["version"], **common
    )
