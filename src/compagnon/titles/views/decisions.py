"""Pages of decisions: the register, one with its reasons, a report under other rules, a trial."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.core import keyset
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import CompagnonError, Invalid
from compagnon.titles import policies_decisions as policies
from compagnon.titles import ruling
from compagnon.titles.forms.decisions import TryForm
from compagnon.titles.queries import decisions as queries
from compagnon.titles.services import decisions as services
from compagnon.titles.showing_decisions import shown, shown_decision

ROWS = 50


@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    """List the decisions of one's centres."""
    actor = actor_of(request)
    q = request.GET.get("q", "")
    rows = queries.decisions(actor, q)
    try:
        page = keyset.take(
            rows, ordering="-recorded_at", limit=ROWS, cursor=request.GET.get("cursor")
        )
    except Invalid:
        page = keyset.take(rows, ordering="-recorded_at", limit=ROWS, cursor=None)
    context = {"page": page, "q": q, "may_try": policies.may_try(actor)}
    return render(request, "titles/decisions/list.html", context)


@require_safe
def decision(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Show one with every rule that it applied."""
    row = queries.decision(actor_of(request), decision_id)
    context = {
        "row": row,
        "decision": shown(row.result, services.language()),
        "inputs": json.dumps(row.inputs, ensure_ascii=False, indent=2),
        "others": [one for one in ruling.rule_sets() if one.id != row.rule_set],
        "language": services.language(),
        "superseded": getattr(row, "superseded_by", None),
    }
    return render(request, "titles/decisions/decision.html", context)


@require_safe
def reevaluate(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Show what another rule set would have given, beside the decision."""
    row = queries.decision(actor_of(request), decision_id)
    said = services.language()
    asked = request.GET.get("rule_set") or ruling.rule_sets()[-1].id
    report = queries.report(row, asked)
    context = {
        "row": row,
        "report": report,
        "decision": shown_decision(report.comparison.decision, said),
        "other": shown_decision(report.comparison.other, said),
        "changes": [
            {
                "id": one.rule_id,
                "says": (one.after or one.before).rule.says.text(said),  # type: ignore[union-attr]
                "before": one.before and one.before.words.text(said),
                "after": one.after and one.after.words.text(said),
                "before_verdict": one.before and str(one.before.verdict),
                "after_verdict": one.after and str(one.after.verdict),
            }
            for one in report.comparison.changes
        ],
        "sets": [(one.id, one.name.text(said)) for one in ruling.rule_sets()],
        "asked": asked,
    }
    return render(request, "titles/decisions/reevaluate.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def try_decision(request: HttpRequest) -> HttpResponse:
    """Decide a candidacy written or sent as a file; record it when a centre is chosen."""
    actor = actor_of(request)
    policies.check_try(actor)
    centres = queries.centres(actor)
    form = TryForm(request.POST or None, request.FILES or None, centres=centres)
    found, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            asked = {
                "document": values["parsed"], "at": values["at"], "rule_set": values["rule_set"],
            }  # fmt: skip
            try:
                if values["organisation"] and "record" in request.POST:
                    row = services.record_decision(
                        actor=actor, organisation=values["organisation"], **asked
                    )
                    messages.success(request, _("The decision is recorded."))
                    return redirect("titles:decision", row.pk)
                found = shown_decision(services.try_decision(**asked), services.language())
                status = 200
            except Invalid as error:
                _refuse(form, error)
    context = {"form": form, "decision": found, "may_record": centres.exists()}
    return render(request, "titles/decisions/try.html", context, status=status)


def _refuse(form: TryForm, error: CompagnonError) -> None:
    for pointer, told in error.fields.items():
        form.add_error(None, [f"{pointer} — {one}" for one in told])
    if not error.fields:
        form.add_error(None, str(error))
