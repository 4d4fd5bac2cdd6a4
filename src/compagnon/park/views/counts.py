"""Counting with a phone, and settling what differs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.visibility import get_visible, visible
from compagnon.park.forms.life import CountForm, CreateForm
from compagnon.park.models import LineState, StockLine, StockTaking, StrayCode
from compagnon.park.policies import STOCK, VIEW
from compagnon.park.queries import life
from compagnon.park.services import stock_taking
from compagnon.park.views.acting import actor_of, attempt
from compagnon.people.models import Organisation

SHOWN = 50
LINES = 300


def writable(actor: Actor, verb: str) -> Any:
    """Give the organisations where a role gives the verb."""
    rows = Organisation.objects.filter(is_active=True)
    reach = actor.scope.organisations(verb)
    return rows if reach is None else rows.filter(pk__in=sorted(reach))


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """List counts, and open one."""
    actor = actor_of(request, VIEW)
    keeps = actor.scope.allows_somewhere(STOCK)
    form = None
    if keeps:
        sent = request.POST if request.method == "POST" else None
        form = CountForm(writable(actor, STOCK), actor, sent)
    made: list[StockTaking] = []
    if request.method == "POST" and form is not None and form.is_valid():
        said = form.cleaned_data
        refused = attempt(
            request,
            lambda: made.append(stock_taking.open_count(actor=actor, **said)),
            _("The count is open."),
        )
        if refused is None:
            return redirect("park:count", pk=made[0].pk)
    context = {"counts": list(life.counts(actor)[:SHOWN]), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "park/life/counts.html", context, status=status)


def _count(actor: Actor, pk: int) -> StockTaking:
    rows = StockTaking.objects.select_related("organisation", "site", "place")
    return get_visible(StockTaking, actor, rows, pk=pk)


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Count: what is expected, what was found; then what differs."""
    actor = actor_of(request)
    return render(request, "park/life/count.html", _context(actor, _count(actor, pk)))


def _context(actor: Actor, count: StockTaking) -> dict[str, Any]:
    rows = visible(StockLine, actor).filter(stock_taking=count)
    lines = list(rows.select_related("asset", "asset__type").order_by("asset__name", "pk")[:LINES])
    states = list(rows.values_list("state", flat=True))
    keeps = actor.scope.allows(STOCK, count.organisation_id)
    return {
        "count": count,
        "keeps": keeps,
        "groups": [
            (state, state.label, [one for one in lines if one.state == state])
            for state in (
                LineState.WAITING, LineState.MISSING, LineState.ELSEWHERE, LineState.FOUND,
            )
        ],
        "found": states.count(LineState.FOUND),
        "elsewhere": states.count(LineState.ELSEWHERE),
        "expected": len(states) - states.count(LineState.ELSEWHERE),
        "strays": list(visible(StrayCode, actor).filter(stock_taking=count)[:LINES]),
        "create_form": CreateForm() if keeps else None,
        "is_cut": len(states) > LINES,
        "ways": stock_taking.WAYS,
    }  # fmt: skip


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep that a code was read."""
    actor = actor_of(request)
    count = _count(actor, pk)
    told: dict[str, Any] = {}

    def keep() -> None:
        told["read"] = stock_taking.read_code(
            actor=actor, count_id=count.pk, text=request.POST.get("code", "")
        )

    is_part = request.headers.get("HX-Request") == "true"
    refused = attempt(request, keep, _("Read."))
    if not is_part:
        return redirect("park:count", pk=count.pk)
    context = {**_context(actor, count), **told, "refused": refused}
    return render(request, "park/life/_count_lines.html", context)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a count: what was not seen is missing."""
    actor = actor_of(request)
    count = _count(actor, pk)
    attempt(
        request,
        lambda: stock_taking.close(actor=actor, count_id=count.pk),
        _("The count is closed: settle what differs."),
    )
    return redirect("park:count", pk=count.pk)


@require_POST
def settle(request: HttpRequest, pk: int, line_id: int) -> HttpResponse:
    """Settle a difference."""
    actor = actor_of(request)
    count = _count(actor, pk)
    line = get_visible(StockLine, actor, pk=line_id, stock_taking_id=count.pk)
    attempt(
        request,
        lambda: stock_taking.settle_line(
            actor=actor,
            count_id=count.pk,
            line_id=line.pk,
            resolution=request.POST.get("resolution", ""),
        ),
        _("It is settled."),
    )
    return redirect("park:count", pk=count.pk)


@require_POST
def settle_code(request: HttpRequest, pk: int, stray_id: int) -> HttpResponse:
    """Create the asset of an unknown code, or ignore it."""
    actor = actor_of(request)
    count = _count(actor, pk)
    stray = get_visible(StrayCode, actor, pk=stray_id, stock_taking_id=count.pk)
    form = CreateForm(request.POST)
    made = form.cleaned_data if "create" in request.POST and form.is_valid() else {}
    attempt(
        request,
        lambda: stock_taking.settle_code(actor=actor, count_id=count.pk, stray_id=stray.pk, **made),
        _("It is settled."),
    )
    return redirect("park:count", pk=count.pk)
