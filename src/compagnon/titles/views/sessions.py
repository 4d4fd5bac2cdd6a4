"""Pages of sessions: list, plan, one with all that hangs on it, approvals, forecast."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.titles.deeds_of_sessions import SESSION
from compagnon.titles.forms import sessions as forms
from compagnon.titles.models import Answer, Attendance, Session, SessionState
from compagnon.titles.queries import sessions as queries
from compagnon.titles.services import inviting, sessions, summoning
from compagnon.titles.showing_sessions import COLOURS, by_candidate, by_station, months
from compagnon.titles.views.deeds import carry_out, refuse

ROWS = 50
JURY = 3


def _take(request: HttpRequest, rows: Any, ordering: str) -> keyset.Slice[Any]:
    try:
        return keyset.take(rows, ordering=ordering, limit=ROWS, cursor=request.GET.get("cursor"))
    except Invalid:
        return keyset.take(rows, ordering=ordering, limit=ROWS, cursor=None)


def _check_prepares(actor: Actor) -> None:
    if not actor.scope.allows_somewhere("session.manage"):
        raise Refused(_("You prepare the sessions of no centre."))


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """List the sessions that one prepares, judges in or is a candidate of."""
    actor = actor_of(request)
    q = request.GET.get("q", "")
    context = {
        "page": _take(request, queries.sessions(actor, q), "-starts_at"),
        "q": q,
        "colours": COLOURS,
        "may_plan": actor.scope.allows_somewhere("session.manage"),
        "may_view": actor.scope.allows_somewhere("session.view")
        or actor.scope.allows_somewhere("session.manage"),
    }
    return render(request, "titles/sessions/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a session."""
    actor = actor_of(request)
    _check_prepares(actor)
    form = forms.PlanForm(request.POST or None, actor=actor, row=None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = sessions.plan_session(actor=actor, **form.cleaned_data)
            except (Invalid, Conflict) as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("%(reference)s is planned.") % {"reference": row})
                return redirect("titles:session", row.pk)
    return render(request, "titles/sessions/plan.html", {"form": form}, status=status)


@require_safe
def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Show a session to who prepares it, who judges in it, who is a candidate of it."""
    actor = actor_of(request)
    row = queries.session(actor, session_id)
    page = queries.page_of(actor, row)
    first, last = queries.day_bounds(page.slots, row)
    may_manage = actor.scope.allows("session.manage", row.organisation_id)
    planning = row.state in (SessionState.PLANNED, SessionState.SUMMONED)
    context = {
        "row": row,
        "page": page,
        "colour": COLOURS[SessionState(row.state)],
        "may_manage": may_manage,
        "seat": queries.own_seat(actor, row),
        "planning": planning,
        "first": first,
        "last": last,
        "by_candidate": by_candidate(page.slots, first, last),
        "by_station": by_station(page.slots, first, last),
        "attendances": Attendance.choices,
        "answers": Answer.choices,
    }
    if may_manage and planning:
        context |= _preparing(row)
    return render(request, "titles/sessions/session.html", context)


def _preparing(row: Session) -> dict[str, Any]:
    missing = JURY - row.jury.exclude(answer=Answer.DECLINED).count()
    return {
        "suggested": inviting.suggested(row, missing) if missing > 0 else [],
        "obstructions": summoning.obstructions(row) if row.state == SessionState.PLANNED else [],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, session_id: int, name: str) -> HttpResponse:
    """Carry out a deed on a session."""
    actor = actor_of(request)
    row = queries.session(actor, session_id)
    deed = SESSION.get(name)
    if deed is None:
        raise NotFound
    back = reverse("titles:session", args=[row.pk])
    if name in {"vote", "write"} and request.POST.get("key", "").isdecimal():
        back = reverse("titles:judge_candidate", args=[row.pk, int(request.POST["key"][:18])])
    elif name == "close-opinions":
        back = reverse("titles:judge", args=[row.pk])
    return carry_out(request, actor, row, deed, back=back, where=f"{row.reference} · {row.place}")


@require_http_methods(["GET", "HEAD", "POST"])
def approvals(request: HttpRequest) -> HttpResponse:
    """List the approvals of one's centres, and record one."""
    actor = actor_of(request)
    may_manage = actor.scope.allows_somewhere("session.manage")
    form = forms.ApprovalForm(request.POST or None, actor=actor, row=None)
    status = 200
    if request.method == "POST":
        _check_prepares(actor)
        status = 422
        if form.is_valid():
            try:
                sessions.record_approval(actor=actor, **form.cleaned_data)
            except (Invalid, Conflict) as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("The approval is recorded."))
                return redirect("titles:approval_list")
    context = {
        "rows": queries.approvals(actor)[:200],
        "form": form,
        "may_manage": may_manage,
        "today": timezone.localdate(),
    }
    return render(request, "titles/sessions/approvals.html", context, status=status)


def _year(request: HttpRequest) -> int:
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else timezone.localdate().year
    return min(max(year, 2000), 2200)


@require_http_methods(["GET", "HEAD", "POST"])
def forecast(request: HttpRequest) -> HttpResponse:
    """Show the sessions foreseen in a year, and foresee one."""
    actor = actor_of(request)
    year = _year(request)
    form = forms.ForecastForm(request.POST or None, actor=actor, row=None)
    status = 200
    if request.method == "POST":
        _check_prepares(actor)
        status = 422
        if form.is_valid():
            try:
                made = sessions.foresee(actor=actor, **form.cleaned_data)
            except (Invalid, Conflict) as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("It is foreseen."))
                return redirect(f"{reverse('titles:forecast')}?year={made.month.year}")
    rows = list(queries.forecasts(actor).filter(month__year=year)[:500])
    context = {
        "rows": rows,
        "months": months(rows, year),
        "year": year,
        "form": form,
        "may_manage": actor.scope.allows_somewhere("session.manage"),
        "untold": sum(one.submitted_on is None for one in rows),
    }
    return render(request, "titles/sessions/forecast.html", context, status=status)


@require_safe
def forecast_file(request: HttpRequest) -> HttpResponse:
    """Give the forecast of a year as CSV: what is told to the State before 31 January."""
    actor = actor_of(request)
    year = _year(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="forecast-{year}.csv"'
    response.write("\ufeff")
    out = csv.writer(response, delimiter=";")
    out.writerow(
        [
            _("Centre"), _("Code of the title"), _("Title"), _("Kind"), _("Month"),
            _("Candidates"), _("Told to the State on"),
        ]
    )  # fmt: skip
    for one in queries.forecasts(actor).filter(month__year=year)[:5000]:
        title = one.version_of_title.title
        cells = [
            one.organisation.name, title.code, one.version_of_title.name,
            one.get_kind_display(), f"{one.month:%Y-%m}", one.places, one.submitted_on or "",
        ]  # fmt: skip
        # A cell that begins like a formula would be one in a spreadsheet.
        out.writerow(
            [f"'{cell}" if str(cell)[:1] in "=+-@\t\r" and cell != "" else cell for cell in cells]
        )
    return response
