"""Each organisation's matrix of priorities and delays."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import queries
from compagnon.desk.forms import RulesForm
from compagnon.desk.models import Impact, Urgency
from compagnon.desk.services.settings import set_rules
from compagnon.desk.views.ticket import add_errors
from compagnon.people.models import Organisation

SHOWN = 500


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the organisations, with who decided the rules that apply to each."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("desk.configure"):
        raise Refused
    organisations = list(visible(Organisation, actor).order_by("path")[:SHOWN])
    return render(request, "desk/rules_list.html", {"rows": queries.rules_in_force(organisations)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Show and change an organisation's rules."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    organisation = get_visible(Organisation, actor, pk=organisation_id)
    if not actor.scope.allows("desk.configure", organisation.pk):
        raise Refused
    ((_organisation, rules, origin),) = queries.rules_in_force([organisation])
    status = 200
    if request.method == "POST":
        form, status = RulesForm(request.POST, rules=rules), 422
        if form.is_valid():
            values: dict[str, Any] = form.cleaned_data
            try:
                set_rules(
                    actor=actor,
                    organisation=organisation,
                    matrix=form.matrix(),
                    close_after_days=values["close_after_days"],
                    reopen_within_days=values["reopen_within_days"],
                )
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("The rules are kept."))
                return redirect("desk:rules")
    else:
        form = RulesForm(rules=rules)
    grid = [
        (
            impact.label,
            [(form[f"cell_{impact.value}_{urgency.value}"], urgency.label) for urgency in Urgency],
        )
        for impact in Impact
    ]
    context = {
        "organisation": organisation,
        "form": form,
        "grid": grid,
        "urgencies": [urgency.label for urgency in Urgency],
        "origin": origin,
    }
    return render(request, "desk/rules.html", context, status=status)
