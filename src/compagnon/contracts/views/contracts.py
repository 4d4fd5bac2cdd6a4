"""Service contracts: the list, one contract, writing it, putting it in force, ending it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.contracts import policies, queries
from compagnon.contracts.forms import ContractForm, EndForm, refuse
from compagnon.contracts.models import Calendar, ContractState, ServiceContract
from compagnon.contracts.rules import DEFAULT_PAUSES
from compagnon.contracts.services import contracts as services
from compagnon.contracts.services.terms_writing import RULED
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid, Refused, Stale

MOST_SHOWN = 200
KEPT_DAYS = 90


@require_safe
def contract_list(request: HttpRequest) -> HttpResponse:
    """List the contracts that the reader may see, those in force first."""
    actor = actor_of(request)
    state = request.GET.get("state", "")
    rows = queries.contracts(actor)
    if state in ContractState.values:
        rows = rows.filter(state=state)
    context = {
        "contracts": list(rows.order_by("state", "name")[:MOST_SHOWN]),
        "state": state,
        "states": ContractState.choices,
        "may_add": actor.scope.allows_somewhere("contract.manage"),
    }
    return render(request, "contracts/contract_list.html", context)


@require_safe
def contract(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Show one contract: what it promises, what stops its clocks, how it was kept."""
    return _page(request, queries.get_contract(actor_of(request), contract_id))


def _page(
    request: HttpRequest, row: ServiceContract, *, end: EndForm | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    ruled = {rule.reason: rule.pauses for rule in row.pause_rules.all()}
    context: dict[str, Any] = {
        "contract": row,
        "commitments": queries.commitments(row),
        "former": list(
            row.commitments.exclude(retired_at=None)
            .select_related("calendar", "service", "request_type")
            .order_by("-retired_at")[:50]
        ),
        "pauses": [
            (reason.label, ruled.get(reason, DEFAULT_PAUSES[reason]), reason in ruled)
            for reason in RULED
        ],
        "kept": queries.kept_since(actor, row, timezone.now() - timedelta(days=KEPT_DAYS)),
        "kept_days": KEPT_DAYS,
        "may_manage": policies.may_manage(actor, row),
        "end_form": end or EndForm(initial={"last_day": timezone.localdate()}),
        "end_open": end is not None,
    }
    return render(request, "contracts/contract.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def contract_add(request: HttpRequest) -> HttpResponse:
    """Write a draft."""
    actor = actor_of(request)
    if not actor.scope.allows_somewhere("contract.manage"):
        raise Refused
    form = ContractForm(request.POST or None, actor=actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.create(actor=actor, **form.values())
            except (Invalid, Conflict) as error:
                refuse(form, error)
            else:
                messages.success(request, _("The draft is written. Now write what it promises."))
                return redirect("contracts:terms", made.pk)
    context = {"form": form, "no_calendar": not Calendar.objects.filter(revision__gt=0).exists()}
    return render(request, "contracts/contract_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def contract_change(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Change a contract beside its terms."""
    actor = actor_of(request)
    row = queries.get_contract(actor, contract_id)
    policies.check_manage(actor, row)
    initial = {
        name: getattr(row, name)
        for name in (
            "kind", "name", "reference", "provider", "client", "team", "starts_on", "ends_on",
            "warn_percent", "version",
        )
    }  # fmt: skip
    form = ContractForm(request.POST or None, actor=actor, contract=row, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.change(
                    actor=actor,
                    contract=row,
                    changes=form.values(),  # type: ignore[arg-type]
                    expected_version=form.cleaned_data["version"],
                )
            except (Invalid, Conflict, Stale) as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("The contract is changed."))
                return redirect("contracts:contract", row.pk)
    context = {"form": form, "contract": row}
    return render(request, "contracts/contract_form.html", context, status=status)


@require_POST
def contract_activate(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Put a draft in force."""
    actor = actor_of(request)
    row = queries.get_contract(actor, contract_id)
    try:
        services.activate(actor=actor, contract=row)
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The contract is in force."))
    return redirect("contracts:contract", row.pk)


@require_POST
def contract_end(request: HttpRequest, contract_id: int) -> HttpResponse:
    """End a contract after a day."""
    actor = actor_of(request)
    row = queries.get_contract(actor, contract_id)
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            services.end(actor=actor, contract=row, last_day=form.cleaned_data["last_day"])
        except (Invalid, Conflict) as error:
            refuse(form, error)
        else:
            messages.success(request, _("The contract ends; its clocks run on to their end."))
            return redirect("contracts:contract", row.pk)
    return _page(request, row, end=form, status=422)


@require_POST
def contract_delete(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Delete a draft."""
    actor = actor_of(request)
    row = queries.get_contract(actor, contract_id)
    try:
        services.remove(actor=actor, contract=row)
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("contracts:contract", row.pk)
    messages.success(request, _("The draft is deleted."))
    return redirect("contracts:contract_list")
