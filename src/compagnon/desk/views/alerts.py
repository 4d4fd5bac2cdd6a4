"""Alerts and the supervisions that send them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Invalid, NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.forms.alerts import SourceForm
from compagnon.desk.inbound import alerts as adapters
from compagnon.desk.inbound.alerts.mapped import PARTS
from compagnon.desk.models import Alert, AlertReport, AlertSource, AlertState, Channel, Ticket
from compagnon.desk.policies_connections import ALERT_SOURCE
from compagnon.desk.services import alert_sources as services
from compagnon.desk.views.ticket import add_errors

ROWS = 50
REPORTS_SHOWN = 30


@login_required
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """List the alerts, those last heard first, with their incidents."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("ticket.view"):
        raise Refused
    rows = visible(Alert, actor).select_related("source", "ticket", "asset", "silence")
    shown = request.GET.get("state", AlertState.FIRING)
    if shown in AlertState.values:
        rows = rows.filter(state=shown)
    else:
        shown = ""
    cursor = request.GET.get("cursor")
    try:
        page = keyset.take(rows, ordering="-heard_at", limit=ROWS, cursor=cursor)
    except Invalid:
        page = keyset.take(rows, ordering="-heard_at", limit=ROWS, cursor=None)
    context = {"page": page, "shown": shown, "states": AlertState.choices}
    return render(request, "desk/alerts/list.html", context)


def _check(actor: Actor) -> None:
    if not actor.scope.allows_somewhere(ALERT_SOURCE):
        raise Refused(_("Your role does not allow you to connect supervisions."))


@login_required
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """List the supervisions, with what was last heard of each."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    rows = visible(AlertSource, actor).select_related("organisation", "team")
    shown = [(row, _label(row)) for row in rows.order_by("name", "id")[:500]]
    return render(request, "desk/alerts/sources.html", {"rows": shown})


def _label(source: AlertSource) -> str:
    known = adapters.adapters().get(source.adapter)
    return known.label if known else source.adapter


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Connect a supervision; its token is shown once."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    form, status = SourceForm(actor=actor), 200
    context: dict[str, Any] = {}
    if request.method == "POST":
        form, status = SourceForm(request.POST, actor=actor), 422
        if "preview" in request.POST:
            code, status = request.POST.get("adapter", ""), 200
            context |= _preview(form, code)
        elif form.is_valid():
            given = form.values()
            given.pop("is_active")
            try:
                made = services.create_source(actor=actor, **given)
            except CompagnonError as error:
                status = error.status
                _add_errors(form, error)
            else:
                return _shown(request, actor, made.source, token=made.token)
    return render(request, "desk/alerts/form.html", context | {"form": form}, status=status)


def _add_errors(form: SourceForm, error: CompagnonError) -> None:
    """Put what is wrong in the mapping on its first field."""
    if "mapping" in error.fields:
        error.fields["map_key"] = error.fields.pop("mapping")
    add_errors(form, error)


def _preview(form: SourceForm, code: str) -> dict[str, Any]:
    """Read the sample as it would be read; nothing is kept, and no other field is looked at."""
    form.is_valid()
    form.errors.clear()
    sample = str(form.data.get("sample", ""))
    mapping = {name: str(form.data.get(f"map_{name}", ""))[:200] for name in PARTS}
    try:
        return {"preview": adapters.read(code, sample, mapping), "is_preview": True}
    except adapters.NotUnderstood as error:
        return {"preview_error": str(error), "is_preview": True}


@login_required
@require_safe
def source(request: HttpRequest, source_id: int) -> HttpResponse:
    """Show a supervision: how it is set, what it posted last."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    rows = AlertSource.objects.select_related(
        "organisation", "requester", "team", "category", "service"
    )
    return _shown(request, actor, get_visible(AlertSource, actor, rows, pk=source_id))


def _shown(
    request: HttpRequest, actor: Actor, found: AlertSource, *, token: str = ""
) -> HttpResponse:
    reports = visible(AlertReport, actor).filter(source=found).defer("body")
    context = {
        "source": found,
        "label": _label(found),
        "token": token,
        "address": settings.BASE_URL + reverse("desk:alert_door"),
        "reports": reports.order_by("-received_at", "-id")[:REPORTS_SHOWN],
    }
    return render(request, "desk/alerts/source.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, source_id: int) -> HttpResponse:
    """Change how a supervision's alerts are taken; try the mapping on a sample."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    found = get_visible(AlertSource, actor, pk=source_id)
    form, status = SourceForm(actor=actor, source=found), 200
    context: dict[str, Any] = {"source": found, "is_mapped": found.adapter == "mapped"}
    if request.method == "POST":
        form, status = SourceForm(request.POST, actor=actor, source=found), 422
        if "preview" in request.POST:
            status = 200
            context |= _preview(form, found.adapter)
        elif form.is_valid():
            try:
                services.change_source(actor=actor, source=found, changes=form.values())
            except CompagnonError as error:
                status = error.status
                _add_errors(form, error)
            else:
                messages.success(request, _("The source is changed."))
                return redirect("desk:alert_source", source_id=found.pk)
    return render(request, "desk/alerts/form.html", context | {"form": form}, status=status)


@login_required
@never_cache
@require_POST
def act(request: HttpRequest, source_id: int, name: str) -> HttpResponse:
    """Give a new token, or take the supervision away."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    found = get_visible(AlertSource, actor, pk=source_id)
    if name == "rotate":
        made = services.rotate_source(actor=actor, source=found)
        return _shown(request, actor, made.source, token=made.token)
    if name == "remove":
        services.remove_source(actor=actor, source=found)
        messages.success(request, _("The source is taken away; its incidents stay."))
        return redirect("desk:alert_sources")
    raise NotFound


@login_required
@require_safe
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """Show what a supervision posted, to the letter, and what is read of it now."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    rows = AlertReport.objects.select_related("source")
    found = get_visible(AlertReport, actor, rows, pk=report_id)
    context: dict[str, Any] = {"report": found}
    try:
        context["preview"] = adapters.read(found.source.adapter, found.body, found.source.mapping)
    except adapters.NotUnderstood as error:
        context["preview_error"] = str(error)
    return render(request, "desk/alerts/report.html", context)


def on_ticket(request: HttpRequest, ticket: Ticket) -> SafeString | None:
    """Show on an incident's page how its alert stands."""
    if ticket.channel != Channel.ALERT:
        return None
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = list(visible(Alert, actor).filter(ticket=ticket).select_related("source")[:5])
    if not rows:
        return None
    return SafeString(render_to_string("desk/alerts/_on_ticket.html", {"alerts": rows}))
