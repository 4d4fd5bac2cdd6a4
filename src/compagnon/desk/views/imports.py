"""Imports of another desk's past: the list, asking for one, its report."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import bringing_words
from compagnon.desk.bringing.sources import SOURCES
from compagnon.desk.forms.imports import ImportForm
from compagnon.desk.models import Bringing, BringingState
from compagnon.desk.services import bringing as services
from compagnon.desk.views.ticket import add_errors
from compagnon.people.models import Person
from compagnon.ui import live

ROWS = 50
LOSSES_SHOWN = 300


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the imports, the last first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.check(actor)
    rows = visible(Bringing, actor).select_related("organisation").defer("report", "mapping")
    try:
        page = keyset.take(rows, ordering="-asked_at", limit=ROWS, cursor=request.GET.get("cursor"))
    except Invalid:
        page = keyset.take(rows, ordering="-asked_at", limit=ROWS, cursor=None)
    return render(request, "desk/imports/list.html", {"page": page, "sources": SOURCES})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for an import: it is tried first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.check(actor)
    status = 200
    form = ImportForm(actor=actor)
    if request.method == "POST":
        form, status = ImportForm(request.POST, request.FILES, actor=actor), 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            file = given.pop("file")
            given["prefix"] = given.pop("number_prefix")
            try:
                row = services.ask(
                    actor=actor,
                    name=file.name,
                    content=file.read(services.MAX_UPLOAD + 1),
                    dry_run=True,
                    **given,
                )
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                return redirect("desk:import", row.pk)
    return render(request, "desk/imports/new.html", {"form": form}, status=status)


@login_required
@require_safe
def one(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show an import: how far it is, then its report."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.check(actor)
    row = get_visible(Bringing, actor, pk=import_id)
    version = live.version((row.pk, row.done), (row.pk, len(str(row.state)) + bool(row.ended_at)))
    is_live = request.headers.get("HX-Request") == "true"
    if is_live and (same := live.unchanged(request, version)) is not None:
        return same
    losses = bringing_words.losses(row.report)
    context = {
        "import": row,
        "source": SOURCES.get(row.source, row.source),
        "asker": Person.objects.filter(pk=row.actor_id).first() if row.actor_id else None,
        "organisation": row.organisation or services.default_name(row.source),
        "version": version,
        "counts": bringing_words.counts(row.report),
        "values": [loss for loss in losses if loss["loss"] == "value"][:LOSSES_SHOWN],
        "problems": [loss for loss in losses if loss["loss"] == "problem"],
        "kept": row.report.get("kept_in_notes", ()),
        "tickets": row.report.get("tickets", ()),
        "outcomes": bringing_words.OUTCOMES,
        "may_confirm": row.is_dry_run and row.state == BringingState.DONE and row.file_id,
        "is_running": row.state in {BringingState.WAITING, BringingState.RUNNING},
    }
    template = "desk/imports/_report.html" if is_live else "desk/imports/one.html"
    return render(request, template, context)


@login_required
@require_POST
def confirm(request: HttpRequest, import_id: int) -> HttpResponse:
    """Import for good what was tried."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = get_visible(Bringing, actor, pk=import_id)
    try:
        made = services.confirm(actor=actor, bringing=row)
    except CompagnonError as error:
        messages.error(request, str(error))
        return redirect("desk:import", row.pk)
    messages.success(request, _("The import runs in the background."))
    return redirect("desk:import", made.pk)
