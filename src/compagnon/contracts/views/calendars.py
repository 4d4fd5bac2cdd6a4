"""Calendars: the list, one calendar drawn, writing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.contracts import policies
from compagnon.contracts.clock.calendars import Calendar as ClockCalendar
from compagnon.contracts.effects import Shown, shown
from compagnon.contracts.forms import CalendarForm, ClosureForm, ClosureForms, refuse
from compagnon.contracts.frozen import freeze
from compagnon.contracts.models import Calendar, ServiceContract
from compagnon.contracts.previews import Preview, preview
from compagnon.contracts.services import calendars as services
from compagnon.contracts.services.calendars import ClosureLine
from compagnon.contracts.what_if import what_if_calendar
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid, Stale
from compagnon.core.visibility import get_visible, visible

VERB = "calendar.manage"
PREFIX = "d"


@require_safe
def calendar_list(request: HttpRequest) -> HttpResponse:
    """List every calendar with its week."""
    actor = actor_of(request)
    rows = visible(Calendar, actor).prefetch_related("closures").order_by("-is_active", "name")
    now = timezone.now()
    shown = []
    for row in rows[:100]:
        frozen = freeze(row, row.closures.all())
        shown.append((row, preview(frozen, year=timezone.localdate().year, now=now)))
    context = {"calendars": shown, "may_manage": policies.may_everywhere(actor, VERB)}
    return render(request, "contracts/calendar_list.html", context)


@require_safe
def calendar(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """Show one calendar: its week, its year, its closures, its next openings, who counts on it."""
    actor = actor_of(request)
    row = get_visible(Calendar, actor, pk=calendar_id)
    closures = list(row.closures.all())
    context = {
        "calendar": row,
        "closures": closures,
        "preview": _preview(request, freeze(row, closures)),
        "contracts": visible(ServiceContract, actor).filter(calendar=row)[:50],
        "may_manage": policies.may_everywhere(actor, VERB),
    }
    return render(request, "contracts/calendar.html", context)


def _preview(request: HttpRequest, frozen: ClockCalendar) -> Preview:
    year = request.GET.get("year", "")
    shown = int(year) if year.isdecimal() and len(year) == 4 else timezone.localdate().year
    return preview(frozen, year=shown, now=timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_add(request: HttpRequest) -> HttpResponse:
    """Write a new calendar."""
    policies.check_everywhere(actor_of(request), VERB)
    return _write(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_change(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """Change a calendar; what it would say is drawn before it is saved."""
    actor = actor_of(request)
    policies.check_everywhere(actor, VERB)
    return _write(request, get_visible(Calendar, actor, pk=calendar_id))


@require_POST
def calendar_delete(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """Delete a calendar that nothing counts on."""
    actor = actor_of(request)
    row = get_visible(Calendar, actor, pk=calendar_id)
    try:
        services.remove(actor=actor, calendar=row)
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("contracts:calendar", row.pk)
    messages.success(request, _("The calendar is deleted."))
    return redirect("contracts:calendar_list")


def _write(request: HttpRequest, row: Calendar | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    initial = CalendarForm.initial_of(row) if row else {}
    closures = [ClosureForm.initial_of(each) for each in row.closures.all()] if row else []
    form = CalendarForm(sent, initial=initial)
    days = ClosureForms(sent, initial=closures, prefix=PREFIX)
    drawn: Preview | None = None
    effect: Shown | None = None
    status = 200
    if sent is not None:
        status = 422
        if all([form.is_valid(), days.is_valid()]):
            lines = [
                each.line()
                for each in days
                if each.cleaned_data.get("first_day") and not each.cleaned_data.get("DELETE")
            ]
            try:
                if sent.get("action") == "preview":
                    frozen = services.as_changed(row or Calendar(), form.changes(), lines)
                    drawn, status = _preview(request, frozen), 200
                    effect = _weigh(request, row, frozen)
                else:
                    return _saved(request, row, form, lines)
            except (Invalid, Conflict, Stale) as error:
                refuse(form, _by_day(error))
                status = error.status
    context: dict[str, Any] = {
        "form": form,
        "closures": days,
        "calendar": row,
        "preview": drawn,
        "effect": effect,
    }
    return render(request, "contracts/calendar_form.html", context, status=status)


def _weigh(request: HttpRequest, row: Calendar | None, frozen: ClockCalendar) -> Shown | None:
    """Tell what the calendar as written would have done to last year's tickets."""
    actor = actor_of(request)
    if row is None or not actor.scope.allows_somewhere("contract.view"):
        return None
    now = timezone.now()
    effect = what_if_calendar(
        actor=actor,
        calendar_id=row.pk,
        calendar=frozen,
        since=now - timedelta(days=365),
        until=now,
    )
    return shown(actor, effect) if effect.total.clocks else None


def _saved(
    request: HttpRequest, row: Calendar | None, form: CalendarForm, lines: list[ClosureLine]
) -> HttpResponse:
    actor = actor_of(request)
    if row is None:
        saved = services.create(actor=actor, values=form.changes(), closures=lines)
    else:
        saved = services.change(
            actor=actor,
            calendar=row,
            changes=form.changes(),
            closures=lines,
            expected_version=form.cleaned_data["version"],
        )
    messages.success(request, _("The calendar is saved; running clocks follow it from now."))
    return redirect("contracts:calendar", saved.pk)


def _by_day(error: Invalid | Conflict | Stale) -> Invalid | Conflict | Stale:
    """Hand the weekly hours' problems to the field of Monday, where the week begins."""
    if "weekly" in error.fields:
        error.fields["monday"] = error.fields.pop("weekly")
    return error
