"""Time spent: on a ticket's page, and the week's sheet."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound, Refused
from compagnon.core.visibility import get_visible
from compagnon.desk import queries, timesheet
from compagnon.desk.forms.timesheet import TimeForm
from compagnon.desk.models import Ticket, TimeEntry
from compagnon.desk.policies import is_support
from compagnon.desk.services import timesheet as services
from compagnon.desk.views.ticket import add_errors
from compagnon.people.models import Person


@login_required
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """Show a week of one's own, or of somebody whom one leads."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sheet, others = _sheet(request, actor)
    context = {
        "sheet": sheet,
        "others": others,
        "own": sheet.person.pk == actor.id,
        "by_client": sheet.totals("client"),
        "by_activity": sheet.totals("activity"),
        "previous": _number(sheet.monday - timedelta(days=7)),
        "following": _number(sheet.monday + timedelta(days=7)),
        "correctable": {
            line.entry.pk
            for line in sheet.lines
            if line.entry and services.may_correct(actor, line.entry)
        },
    }
    return render(request, "desk/time/week.html", context)


@login_required
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Give a week as a CSV file."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sheet, _others = _sheet(request, actor)
    response = StreamingHttpResponse(
        timesheet.csv_lines(sheet), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{sheet.number}.csv"'
    return response


def _sheet(request: HttpRequest, actor: Actor) -> tuple[timesheet.Week, list[Person]]:
    if actor.id is None or not actor.scope.allows_somewhere("ticket.work"):
        raise Refused(_("Your role does not let you note time."))
    others = timesheet.people(actor)
    asked = request.GET.get("person", "")
    person = next((one for one in others if str(one.pk) == asked), None)
    if person is None:
        if asked and asked != str(actor.id):
            raise Http404
        person = Person.objects.get(pk=actor.id)
    monday = timesheet.monday_of(request.GET.get("week", ""))
    return timesheet.week(actor, person, monday), others


def _number(monday: date) -> str:
    year, number, _day = monday.isocalendar()
    return f"{year}-W{number:02}"


@login_required
@require_safe
def on_ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Give the time spent on a ticket as a part of its page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    ticket = queries.get_ticket(actor, ticket_id)
    if not is_support(actor, ticket):
        raise Http404
    return render(request, "desk/time/_on_ticket.html", _context(actor, ticket))


def _context(actor: Actor, ticket: Ticket, form: TimeForm | None = None) -> dict[str, object]:
    return {
        "ticket": ticket,
        "time": timesheet.on_ticket(actor, ticket),
        "form": form or TimeForm(actor=actor, initial={"day": timezone.localdate()}),
    }


@login_required
@require_POST
def act(request: HttpRequest, ticket_id: int, name: str) -> HttpResponse:
    """Note time on a ticket, start or stop the timer."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    ticket = queries.get_ticket(actor, ticket_id)
    if name not in {"note", "start", "stop", "discard"}:
        raise Http404
    form = TimeForm(request.POST, actor=actor)
    if name == "note" and not form.is_valid():
        return render(request, "desk/time/note.html", _context(actor, ticket, form), status=422)
    try:
        said = _act(actor, ticket, name, form)
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        if name == "note":
            add_errors(form, error)
            context = _context(actor, ticket, form)
            return render(request, "desk/time/note.html", context, status=error.status)
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("desk:ticket", ticket_id=ticket.pk)


def _act(actor: Actor, ticket: Ticket, name: str, form: TimeForm) -> str:
    if name == "note":
        values = form.cleaned_data
        services.note_time(
            actor=actor,
            ticket_id=ticket.pk,
            seconds=60 * values["minutes"],
            activity=values["activity"],
            day=values["day"],
            note=values["note"],
        )
        return _("The time is noted.")
    if name == "start":
        services.start_timer(actor=actor, ticket_id=ticket.pk)
        return _("Your time is being counted.")
    services.stop_timer(actor=actor, discard=name == "discard")
    return _("The time is noted.") if name == "stop" else _("Nothing is noted.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Correct time that was noted, or take it away."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = get_visible(
        TimeEntry, actor, TimeEntry.objects.select_related("ticket", "person"), pk=entry_id
    )
    status = 200
    initial = {
        "minutes": round(found.seconds / 60) or 1, "activity": found.activity_id,
        "day": found.day, "note": found.note, "version": found.version,
    }  # fmt: skip
    form = TimeForm(actor=actor, initial=initial)
    if request.method == "POST":
        form, status = TimeForm(request.POST, actor=actor), 422
        remove = "remove" in request.POST
        if remove or form.is_valid():
            try:
                if remove:
                    services.remove_time(actor=actor, entry_id=found.pk)
                else:
                    values = form.cleaned_data
                    services.correct_time(
                        actor=actor,
                        entry_id=found.pk,
                        seconds=60 * values["minutes"],
                        activity=values["activity"],
                        day=values["day"],
                        note=values["note"],
                        expected_version=values["version"],
                    )
            except (NotFound, Refused):
                raise
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("The sheet is corrected."))
                asked = {"week": _number(found.day - timedelta(days=found.day.weekday()))}
                if found.person_id != actor.id:
                    asked["person"] = str(found.person_id)
                return redirect(f"{reverse('desk:time')}?{urlencode(asked)}")
    return render(request, "desk/time/entry.html", {"entry": found, "form": form}, status=status)
