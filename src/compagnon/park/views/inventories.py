"""Reports, agents, enrolment tokens, doubts: what who follows inventories sees and settles."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import files, keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound
from compagnon.core.visibility import get_visible, visible
from compagnon.park.forms.enrolment import TokenForm
from compagnon.park.identity.evidence import grouped
from compagnon.park.models import (
    Agent,
    Doubt,
    DoubtCandidate,
    DoubtState,
    EnrolmentToken,
    Identifier,
    InventoryReport,
    Match,
    Outcome,
)
from compagnon.park.policies import INVENTORY, MANAGE
from compagnon.park.services import doubts, reports, tokens
from compagnon.park.telling import EVIDENCE, cut_words, reason_words
from compagnon.park.views.acting import TOLD, actor_of, attempt

ROWS = 50
AGENTS = 100


@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """List what agents sent, and what became of it."""
    actor = actor_of(request, INVENTORY)
    outcome = request.GET.get("outcome", "")
    rows = visible(InventoryReport, actor).select_related("asset", "organisation")
    if outcome in Outcome.values:
        rows = rows.filter(outcome=outcome)
    else:
        outcome = ""
    try:
        page = keyset.take(
            rows, ordering="-received_at", limit=ROWS, cursor=request.GET.get("cursor")
        )
    except Invalid:
        page = keyset.take(rows, ordering="-received_at", limit=ROWS, cursor=None)
    context = {
        "page": page,
        "items": [
            (one, reason_words(one.reason, one.detail), cut_words(one.cuts)) for one in page.rows
        ],
        "outcome": outcome,
        "outcomes": [("", _("All")), *Outcome.choices],
    }
    return render(request, "park/inventories/reports.html", context)


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one report: who sent it, what became of it and why."""
    actor = actor_of(request, INVENTORY)
    row = get_visible(
        InventoryReport,
        actor,
        InventoryReport.objects.select_related("asset", "organisation", "raw", "agent", "token"),
        pk=pk,
    )
    matches = visible(Match, actor).filter(report=row).select_related("asset")
    context = {
        "report": row,
        "words": reason_words(row.reason, row.detail),
        "cuts": cut_words(row.cuts),
        "matches": [(one, reason_words("", one.reason)) for one in matches[:20]],
        "may_replay": row.raw_id is not None
        and row.outcome in {Outcome.REFUSED, Outcome.DOUBTFUL, Outcome.WAITING},
    }
    return render(request, "park/inventories/report.html", context)


@require_safe
def raw(request: HttpRequest, pk: int) -> FileResponse:
    """Give a report as it came."""
    actor = actor_of(request, INVENTORY)
    row = get_visible(InventoryReport, actor, InventoryReport.objects.select_related("raw"), pk=pk)
    if row.raw is None:
        raise NotFound
    return files.serve(row.raw, name=f"inventory-{row.pk}.bin")


@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a report processed again."""
    actor = actor_of(request, INVENTORY)
    row = get_visible(InventoryReport, actor, pk=pk)
    attempt(
        request,
        lambda: reports.replay(actor=actor, report_id=row.pk),
        _("The report is processed again."),
    )
    return redirect("park:report", pk=row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def agents(request: HttpRequest) -> HttpResponse:
    """List agents and enrolment tokens, and make one: its text is shown this once."""
    actor = actor_of(request, INVENTORY)
    form = TokenForm(actor, request.POST if request.method == "POST" else None)
    secret, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                secret = tokens.create(actor=actor, **form.cleaned_data).secret
            except TOLD as error:
                form.refuse(error)
                status = error.status
            else:
                # No redirection: the text is kept nowhere from which it could be shown again.
                form, status = TokenForm(actor), 200
    pages = Paginator(
        visible(Agent, actor)
        .select_related("asset", "organisation")
        .order_by("-last_contact_at", "-pk"),
        AGENTS,
    )
    context = {
        "agents": pages.get_page(request.GET.get("page")),
        "tokens": visible(EnrolmentToken, actor).select_related("organisation", "site")[:200],
        "form": form,
        "secret": secret,
        "address": request.build_absolute_uri("/inventory"),
    }
    answer = render(request, "park/inventories/agents.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an enrolment token out of use."""
    actor = actor_of(request, INVENTORY)
    token = get_visible(EnrolmentToken, actor, pk=pk)
    attempt(
        request,
        lambda: tokens.revoke(actor=actor, token_id=token.pk),
        _("The token is revoked."),
    )
    return redirect("park:agents")


@require_safe
def doubt_list(request: HttpRequest) -> HttpResponse:
    """List the reports that a person must settle."""
    actor = actor_of(request, INVENTORY)
    state = request.GET.get("state", DoubtState.OPEN)
    if state not in DoubtState.values:
        state = DoubtState.OPEN
    rows = visible(Doubt, actor).filter(state=state).select_related("organisation", "asset")
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {
        "items": [(one, reason_words("", one.reason)) for one in page],
        "page": page,
        "state": state,
        "states": DoubtState.choices,
    }
    return render(request, "park/inventories/doubts.html", context)


@require_safe
def doubt(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a doubt: what the report says beside what is known of each machine it may be."""
    actor = actor_of(request, INVENTORY)
    row = get_visible(Doubt, actor, Doubt.objects.select_related("report", "asset"), pk=pk)
    candidates = list(
        visible(DoubtCandidate, actor).filter(doubt=row).select_related("asset__type")[:10]
    )
    context = {
        "doubt": row,
        "words": reason_words("", row.reason),
        "candidates": candidates,
        "rows": side_by_side(row, candidates),
        "may_settle": row.state == DoubtState.OPEN
        and actor.scope.allows(MANAGE, row.organisation_id),
    }
    return render(request, "park/inventories/doubt.html", context)


def side_by_side(row: Doubt, candidates: list[DoubtCandidate]) -> list[dict[str, Any]]:
    """Give one line for each kind of evidence: the report's, and each candidate's."""
    known: dict[int, set[str]] = {one.asset_id: set() for one in candidates}
    for asset_id, key in Identifier.objects.filter(asset_id__in=known).values_list(
        "asset_id", "key"
    ):
        known[asset_id].add(key)
    values = {pk: grouped(keys) for pk, keys in known.items()}
    relations = {
        one.asset_id: {each["kind"]: each["relation"] for each in one.evidence}
        for one in candidates
    }
    lines = []
    for kind, label in EVIDENCE.items():
        cells = [
            {
                "text": ", ".join(sorted(values[one.asset_id].get(kind, ()))),
                "relation": relations[one.asset_id].get(kind, ""),
            }
            for one in candidates
        ]
        said = row.evidence.get(kind, "")
        if said or any(cell["text"] for cell in cells):
            lines.append({"label": label, "said": said, "cells": cells})
    return lines


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which machine a doubtful report is about, or that it is another."""
    actor = actor_of(request, INVENTORY)
    row = get_visible(Doubt, actor, pk=pk)
    chosen = request.POST.get("asset", "")
    attempt(request, lambda: _settle(actor, row, chosen), _("It is settled."))
    return redirect("park:doubt", pk=row.pk)


def _settle(actor: Actor, row: Doubt, chosen: str) -> Doubt:
    if chosen == "new":
        return doubts.another_machine(actor=actor, doubt_id=row.pk)
    if not chosen.isdecimal() or len(chosen) > 18:
        raise Invalid(_("Choose a machine, or another machine."))
    return doubts.same_machine(actor=actor, doubt_id=row.pk, asset_id=int(chosen))
