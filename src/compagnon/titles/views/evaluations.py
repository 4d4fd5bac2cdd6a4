"""Pages of evaluations: lists, plan, a grid to mark (offline too), what all said, the booklet."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.visibility import get_visible
from compagnon.titles.deeds_of_evaluations import DEEDS, plans
from compagnon.titles.forms.evaluations import PlanForm
from compagnon.titles.models import Candidacy, Evaluation, EvaluationState, Value
from compagnon.titles.policies_candidacies import may_manage, may_train
from compagnon.titles.queries import evaluations as queries
from compagnon.titles.services import evaluations as services
from compagnon.titles.views.deeds import carry_out, refuse
from compagnon.ui import assets

ROWS = 50
WITH = ("person", "organisation", "version_of_title__title")


def _candidacy(actor: Actor, candidacy_id: int) -> Candidacy:
    rows = Candidacy.objects.select_related(*WITH)
    return get_visible(Candidacy, actor, rows, pk=candidacy_id)


def _may_plan(actor: Actor, row: Candidacy) -> bool:
    return may_train(actor, row) or may_manage(actor, row.organisation_id)


@require_safe
def evaluation_list(request: HttpRequest) -> HttpResponse:
    """List one's evaluations to mark, then those of one's centres."""
    actor = actor_of(request)
    rows = queries.evaluations(actor)
    mine = rows.filter(
        assessors__person=actor.id,
        state__in=(EvaluationState.PLANNED, EvaluationState.MARKED),
    ).order_by("starts_at", "pk")
    try:
        page = keyset.take(
            rows, ordering="-starts_at", limit=ROWS, cursor=request.GET.get("cursor")
        )
    except Invalid:
        page = keyset.take(rows, ordering="-starts_at", limit=ROWS, cursor=None)
    context = {"mine": mine[:50] if actor.id else [], "page": page}
    return render(request, "titles/evaluations/list.html", context)


@require_safe
def of_candidacy(request: HttpRequest, candidacy_id: int) -> HttpResponse:
    """Give the evaluations of a candidacy as a part of its page, or alone."""
    actor = actor_of(request)
    row = _candidacy(actor, candidacy_id)
    context = {
        "candidacy": row,
        "rows": queries.of_candidacy(actor, row.pk),
        "may_plan": _may_plan(actor, row) and row.is_open,
    }
    is_part = request.headers.get("HX-Request") == "true"
    name = "_of" if is_part else "of"
    return render(request, f"titles/evaluations/{name}.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, candidacy_id: int) -> HttpResponse:
    """Plan an evaluation of a candidate."""
    actor = actor_of(request)
    row = _candidacy(actor, candidacy_id)
    if not _may_plan(actor, row):
        raise Refused(_("Only the centre's trainers and secretary plan evaluations."))
    form = PlanForm(request.POST or None, actor=actor, row=row)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.plan(actor=actor, candidacy_id=row.pk, **form.planned())
            except (Invalid, Conflict) as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("The evaluation is planned."))
                return redirect("titles:evaluation", made.pk)
    context = {"form": form, "candidacy": row}
    return render(request, "titles/evaluations/plan.html", context, status=status)


@require_safe
def evaluation(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    """Show an evaluation: one's grid while it is open, then what all said."""
    actor = actor_of(request)
    row = queries.evaluation(actor, evaluation_id)
    assessor = queries.own_assessor(actor, row)
    context: dict[str, Any] = {
        "row": row,
        "assessor": assessor,
        "values": Value.choices,
        "may_cancel": plans(actor, row)
        and row.state == EvaluationState.PLANNED
        and not any(one.signed_at for one in row.assessors.all()),
    }
    if assessor and not assessor.signed_at and row.state == EvaluationState.PLANNED:
        context |= _grid(actor, row, assessor)
        return render(request, "titles/evaluations/grid.html", context)
    context["lines"] = queries.table(actor, row)
    settled = any(one.settled for one in context["lines"])
    context["settles"] = row.state == EvaluationState.MARKED and assessor is not None
    context["may_agree"] = (
        row.state == EvaluationState.MARKED
        and settled
        and assessor is not None
        and assessor.agreed_at is None
    )
    return render(request, "titles/evaluations/evaluation.html", context)


def _grid(actor: Actor, row: Evaluation, assessor: Any) -> dict[str, Any]:
    words = {
        "kept": _("Every mark is kept by the server."),
        "unsent": _("Marks on this device that are not sent yet:"),
        "offline": _("No network: go on, they leave when it is back."),
        "conflict": _("Two devices disagree: choose which mark holds."),
        "keep": _("Keep this one"),
        "storage": _("This browser keeps nothing: do not leave the page before marks are sent."),
        "signIn": _("Sign in again: your marks wait on this device."),
        **{value: str(label) for value, label in Value.choices},
    }
    return {
        "competences": queries.competences(row),
        "marks": json.dumps(queries.told(queries.marks_of(actor, assessor))),
        "words": json.dumps(words),
        "scope": reverse("titles:evaluation_list"),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, evaluation_id: int, name: str) -> HttpResponse:
    """Carry out a deed on an evaluation."""
    actor = actor_of(request)
    row = queries.evaluation(actor, evaluation_id)
    deed = DEEDS.get(name)
    if deed is None:
        raise NotFound
    back = reverse("titles:evaluation", args=[row.pk])
    where = f"{row.get_kind_display()} · {row.candidacy.person}"
    return carry_out(request, actor, row, deed, back=back, where=where)


@require_safe
def booklet(request: HttpRequest, candidacy_id: int) -> HttpResponse:
    """Show the booklet of in-course evaluations, as it is printed."""
    actor = actor_of(request)
    row = _candidacy(actor, candidacy_id)
    context = {"candidacy": row, "parts": queries.booklet(actor, row)}
    return render(request, "titles/evaluations/booklet.html", context)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Give the script that keeps the pages of grids on a device: its scope is this folder."""
    actor_of(request)
    return HttpResponse(
        assets.content("grid-worker.js"),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )
