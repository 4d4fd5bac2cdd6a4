"""The calendar: month, week, a phone's agenda; appointments moved; the address of one's own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound, Refused
from compagnon.desk import board, calendar_feed, planner
from compagnon.desk.models import CalendarFeed, Layout
from compagnon.desk.planner import Span
from compagnon.desk.services import planning
from compagnon.desk.views.layouts import frame, narrowing_of
from compagnon.desk.views.ticket import goes_on
from compagnon.ui import live

SPANS = (
    (Span.MONTH, gettext_lazy("Month")),
    (Span.WEEK, gettext_lazy("Week")),
    (Span.AGENDA, gettext_lazy("Agenda")),
)
KEYS = (
    (gettext_lazy("Next, previous line"), "j k"),
    (gettext_lazy("Move the appointment by a day"), "Shift ← →"),
    (gettext_lazy("Move the appointment to a moment"), "v"),
    (gettext_lazy("Page before, after"), "[ ]"),
)


class MomentForm(forms.Form):
    """When."""

    planned_start = forms.DateTimeField()
    version = forms.IntegerField(required=False)


@login_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show a page of the calendar."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("ticket.view"):
        raise Refused
    asked = request.GET.get("span", "")
    span = Span(asked) if asked in set(Span) else Span.MONTH
    day = _day(request.GET.get("date", ""))
    version = live.version(span, day, timezone.localdate(), *board.pulse(actor))
    is_live = request.headers.get("HX-Request") == "true" and "Live-Version" in request.headers
    if is_live and (same := live.unchanged(request, version)) is not None:
        return same
    narrowing, view = narrowing_of(request, actor)
    context: dict[str, Any] = {
        "page": planner.page(actor, narrowing, span, day),
        "version": version,
        "span": span,
        "day": day,
        "date": day.isoformat(),
    }
    if is_live:
        return render(request, "desk/calendar/_days.html", context)
    context |= frame(request, actor, narrowing, view, Layout.CALENDAR)
    context |= {
        "spans": SPANS,
        "today": timezone.localdate(),
        "page_shortcuts": KEYS,
        "feed": CalendarFeed.objects.filter(person_id=actor.id or 0).first(),
        "new_address": request.session.pop("calendar_address", ""),
    }
    return render(request, "desk/calendar/calendar.html", context)


def _day(given: str) -> date:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return timezone.localdate()
    return found if 2000 <= found.year <= 2199 else timezone.localdate()


@login_required
@require_POST
def move(request: HttpRequest, task_id: int) -> HttpResponse:
    """Move an appointment to the moment that is given, local time."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = MomentForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a day and a time."))
    else:
        moment: datetime = form.cleaned_data["planned_start"]
        try:
            planning.replan_task(
                actor=actor,
                task_id=task_id,
                planned_start=moment,
                expected_version=form.cleaned_data["version"],
            )
        except NotFound as error:
            raise Http404 from error
        except CompagnonError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The appointment is moved."))
    back = goes_on(request) or reverse("desk:calendar")
    return redirect(f"{back.split('#')[0]}#task-{task_id}")


@login_required
@require_POST
def address(request: HttpRequest) -> HttpResponse:
    """Make the secret address of one's calendar, shown once, or end it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.POST.get("act") == "end":
        planning.end_address(actor=actor)
        messages.success(request, _("The address reads nothing more."))
    else:
        secret = planning.make_address(actor=actor)
        path = reverse("desk:calendar_feed", args=[secret])
        request.session["calendar_address"] = f"{settings.BASE_URL}{path}"
        messages.success(request, _("The address is made: copy it now, it is not shown again."))
    return redirect("desk:calendar")


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Give the appointments of whom the secret is; it is the right by itself."""
    content = calendar_feed.written(secret, settings.BASE_URL)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="compagnon.ics"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
