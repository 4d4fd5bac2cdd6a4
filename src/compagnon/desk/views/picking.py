"""Answering the picker of tickets."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compagnon.core.actor import Actor
from compagnon.desk import picking


@login_required
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=`` with at most 20 tickets, as options of a picker; ``near`` is left out."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    without = request.GET.get("near", "")
    known = without.isascii() and without.isdecimal() and len(without) < 19
    found = picking.pick_tickets(
        actor, request.GET.get("q", ""), without=int(without) if known else None
    )
    return render(request, "desk/picking/options.html", {"found": found})
