"""The users’ portal: report, follow, answer, accept or refuse, find; on a phone as on a desk."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound
from compagnon.desk import (
    approvals,
    presence,
    queries,
    requests_reading,
    services,
    suggesting,
    ties,
    timeline,
)
from compagnon.desk.forms.portal import AnswerForm, KeyForm, ReportForm, WhyForm
from compagnon.desk.models import OPEN_STATES, Category, Channel, State, Ticket, Urgency
from compagnon.desk.once import once
from compagnon.desk.page_verbs import uploads
from compagnon.desk.policies import is_party, is_watching
from compagnon.desk.rules import may_reopen
from compagnon.desk.services.changing import rules_of
from compagnon.desk.standing import Standing, seen_by_watcher, standing, steps
from compagnon.desk.views.portal_offline import of_person
from compagnon.desk.views.ticket import add_errors
from compagnon.desk.visibility import party_filter, watched_filter
from compagnon.park.queries import cards
from compagnon.people.models import Person
from compagnon.ui import live

IN_PROGRESS, OVER = 40, 5
ENDED = (State.CLOSED, State.CANCELLED)
SOLVED = "-solved"


@dataclass(frozen=True, slots=True)
class Line:
    """A request in a list, with where it stands."""

    ticket: Ticket
    standing: Standing


def _mine(actor: Actor) -> Any:
    return queries.tickets(actor).filter(party_filter(actor.scope))


def watched(actor: Actor) -> QuerySet[Ticket]:
    """Give the requests of one's organisation that one follows without having asked for them."""
    rows = queries.tickets(actor).filter(watched_filter(actor.scope))
    return rows.exclude(requester_id=actor.id).exclude(beneficiary_id=actor.id)


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person, what is in progress, and what was settled last."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = _mine(actor).order_by("-activity_at", "-pk")
    going = list(rows.filter(state__in=[*OPEN_STATES, State.SOLVED])[:IN_PROGRESS])
    over = list(rows.filter(state__in=[State.CLOSED, State.CANCELLED])[:OVER])
    awaited = approvals.awaited_count(actor)
    watching = list(watched(actor).exclude(state__in=ENDED).order_by("-activity_at")[:IN_PROGRESS])
    shown = (*going, *over, *watching)
    version = live.version(awaited, *[(one.pk, one.version) for one in shown])
    if _is_live(request) and (same := live.unchanged(request, version)) is not None:
        return same
    lines = [Line(one, standing(one)) for one in going]
    context = {
        "followed": [Line(one, seen_by_watcher(one)) for one in watching],
        "awaited": awaited,
        "yours": [one for one in lines if one.standing.yours],
        "going": [one for one in lines if not one.standing.yours],
        "over": [Line(one, standing(one)) for one in over],
        "version": version,
    }
    page = "_home.html" if _is_live(request) else "home.html"
    return of_person(request, render(request, f"desk/portal/{page}", context))


def _is_live(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and "Live-Version" in request.headers


# --- reporting --------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report something in plain words; the same form sent twice opens one request."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    machines = cards.machines_of(actor, actor.id or 0)
    if request.method != "POST":
        form = ReportForm(actor=actor, machines=machines, initial={"key": uuid.uuid4()})
        return of_person(request, render(request, "desk/portal/report.html", {"form": form}))
    form = ReportForm(request.POST, request.FILES, actor=actor, machines=machines)
    status = 422
    if form.is_valid():
        try:
            key, _made = once(actor, _key(form, "report"), lambda: _open(actor, form).pk)
        except CompagnonError as error:
            if _wants_json(request):
                raise
            status = error.status
            add_errors(form, error)
        else:
            ticket = queries.get_ticket(actor, key)
            page = reverse("desk:portal_request", args=[ticket.pk])
            if _wants_json(request):
                return JsonResponse({"page": page})
            messages.success(
                request,
                _("Your request is number %(reference)s. We write to you as soon as it moves.")
                % {"reference": ticket.reference},
                extra_tags="sent-report",
            )
            return redirect(page)
    if _wants_json(request):
        return _said(form)
    return render(request, "desk/portal/report.html", {"form": form}, status=status)


def _open(actor: Actor, form: ReportForm) -> Ticket:
    values = form.cleaned_data
    return services.open_ticket(
        actor=actor,
        requester=Person.objects.select_related("organisation").get(pk=actor.id or 0),
        title=values["title"],
        text=values["text"],
        channel=Channel.PORTAL,
        urgency=Urgency(values["urgency"]),
        category=values["category"],
        asset=form.asset,
        uploads=uploads(values),
    )


@login_required
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Give what may already answer, and what the words seem to be about, while one writes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    words = request.GET.get("title", "").replace("\x00", "").strip()[:200]
    context = {
        "suggestions": suggesting.suggestions(actor, words),
        "categories": suggesting.categories(actor, words),
        "category": _chosen_category(request.GET.get("category", "")),
    }
    return render(request, "desk/portal/_suggestions.html", context)


def _chosen_category(given: str) -> Category | None:
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        return None
    return Category.objects.filter(pk=int(given), is_active=True).first()


# --- one request ------------------------------------------------------------------------------


@login_required
@require_safe
def one(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Show one of the person's requests as a conversation."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    ticket = _own(actor, ticket_id)
    if _is_live(request):
        if (same := live.unchanged(request, _version(actor, ticket))) is not None:
            return same
        context = _talk(actor, ticket)
        asked = request.headers["Live-Version"].endswith(SOLVED)
        if (context["solution"] is not None) != asked:
            # The answer's place is filled, or emptied, once: a refusal that is being written stays.
            context |= _writing(ticket) | {"asks_anew": True}
        return render(request, "desk/portal/_talk.html", context)
    services.read_notices(actor=actor, ticket_id=ticket.pk)
    context = _talk(actor, ticket) | _writing(ticket)
    return of_person(request, render(request, "desk/portal/request.html", context))


def _version(actor: Actor, ticket: Ticket) -> str:
    """Give the version of what a page shows; its end tells whether it asks for an answer."""
    asks = ticket.state == State.SOLVED and is_party(actor, ticket)
    return live.version(ticket.pk, ticket.version) + (SOLVED if asks else "")


def _own(actor: Actor, ticket_id: int) -> Ticket:
    """Give a request of the person's, or of a colleague's that they follow."""
    ticket = queries.get_ticket(actor, ticket_id)
    if not (is_party(actor, ticket) or is_watching(actor, ticket)):
        raise NotFound
    return ticket


def _talk(actor: Actor, ticket: Ticket) -> dict[str, Any]:
    rules = rules_of(ticket)
    own = is_party(actor, ticket)
    over = ticket.state in {State.CLOSED, State.CANCELLED}
    found = requests_reading.answers_of(actor, ticket)
    return {
        "ticket": ticket,
        "own": own,
        "standing": standing(ticket, rules) if own else seen_by_watcher(ticket, rules),
        "steps": steps(),
        # A technician who asked for help reads, here, what every user reads.
        "items": timeline.tell(queries.timeline(actor, ticket, as_user=True), support=False),
        "solution": queries.solution_to_answer(ticket)
        if own and ticket.state == State.SOLVED
        else None,
        "may_reopen": own
        and over
        and ticket.merged_into_id is None
        and may_reopen(ticket.closed_at, timezone.now(), rules.reopen_within_days),
        "over": over,
        "goes_on_in": ties.goes_on_in(actor, ticket),
        "version": _version(actor, ticket),
        "me": actor.id,
        "fulfilment": requests_reading.fulfilment(ticket, found),
        "answers": requests_reading.told(found),
    }


def _writing(ticket: Ticket, failed: str = "", form: forms.Form | None = None) -> dict[str, Any]:
    fresh = {"key": uuid.uuid4()}
    forms_of_page: dict[str, Any] = {
        "answer": AnswerForm(initial=fresh, auto_id="answer_%s"),
        "why": WhyForm(initial=fresh, auto_id="why_%s"),
        "gesture": KeyForm(initial=fresh, auto_id="gesture_%s"),
        "failed": failed,
    }
    if form is not None:
        forms_of_page[PLACES[failed]] = form
        forms_of_page["problem"] = next(iter(form.non_field_errors()), "")
    return forms_of_page


# Under which name the page finds the form of each gesture.
PLACES = {
    "reply": "answer", "accept": "gesture", "refuse": "why", "reopen": "why", "unwatch": "gesture",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gesture:
    """Something that a user does on their request."""

    form: type[forms.Form]
    run: Callable[[Actor, Ticket, dict[str, Any]], object]
    done: Any


GESTURES: dict[str, Gesture] = {
    "reply": Gesture(
        AnswerForm,
        lambda a, t, v: services.reply(actor=a, ticket_id=t.pk, text=v["text"], uploads=uploads(v)),
        gettext_lazy("Your answer is sent."),
    ),
    "accept": Gesture(
        KeyForm,
        lambda a, t, _v: services.accept_solution(actor=a, ticket_id=t.pk),
        gettext_lazy("Thank you: the request is closed."),
    ),
    "refuse": Gesture(
        WhyForm,
        lambda a, t, v: services.refuse_solution(actor=a, ticket_id=t.pk, reason=v["reason"]),
        gettext_lazy("We work on it again."),
    ),
    "reopen": Gesture(
        WhyForm,
        lambda a, t, v: services.reopen(actor=a, ticket_id=t.pk, reason=v["reason"]),
        gettext_lazy("The request is open again."),
    ),
    "unwatch": Gesture(
        KeyForm,
        lambda a, t, _v: services.unwatch(actor=a, ticket_id=t.pk),
        gettext_lazy("You follow this request no more."),
    ),
}


@login_required
@require_POST
def act(request: HttpRequest, ticket_id: int, name: str) -> HttpResponse:
    """Answer, accept, refuse or reopen; what is refused comes back with what was written.

    A page that was kept without network sends the same form later, and asks for JSON.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if name not in GESTURES:
        raise Http404
    gesture = GESTURES[name]
    ticket = _own(actor, ticket_id)
    form = gesture.form(request.POST, request.FILES, auto_id=f"{PLACES[name]}_%s")
    wants_json = _wants_json(request)
    status = 422
    if form.is_valid():
        try:
            key = _key(form, name, ticket.pk)
            once(actor, key, lambda: _do(gesture, actor, ticket, form.cleaned_data))
        except CompagnonError as error:
            if wants_json:
                raise
            status = error.status
            add_errors(form, error)
        else:
            page = reverse("desk:portal_request", args=[ticket.pk])
            if name == "unwatch" and not is_party(actor, ticket):
                page = reverse("desk:portal_requests")
            if name == "reply":
                presence.drop_draft(actor=actor, ticket=ticket, place="portal")
            if wants_json:
                return JsonResponse({"page": page})
            messages.success(request, str(gesture.done), extra_tags=f"sent-{name}")
            return redirect(page)
    if wants_json:
        return _said(form)
    ticket = _own(actor, ticket_id)
    context = _talk(actor, ticket) | _writing(ticket, failed=name, form=form)
    return render(request, "desk/portal/request.html", context, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _said(form: forms.Form) -> JsonResponse:
    said = " ".join(str(text) for texts in form.errors.values() for text in texts)
    return JsonResponse({"detail": said}, status=422)


def _key(form: forms.Form, *about: object) -> str:
    """Give the key of a sending: the page's, and what was written, so that another text is sent."""
    given = str(form.cleaned_data["key"])
    written = [str(form.cleaned_data.get(name, "")) for name in ("title", "text", "reason")]
    digest = hashlib.sha256("\0".join([*map(str, about), *written]).encode()).hexdigest()
    return f"{given[:38]}-{digest[:20]}" if given else ""


def _do(gesture: Gesture, actor: Actor, ticket: Ticket, values: dict[str, Any]) -> int:
    gesture.run(actor, ticket, values)
    return ticket.pk
