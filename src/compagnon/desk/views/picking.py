"""Answering the pickers of tickets, of colleagues and of suppliers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compagnon.core.actor import Actor
from compagnon.desk import picking
from compagnon.desk.choosing import chosen_person, pick_colleagues
from compagnon.desk.services.supply_quotes import pick_suppliers


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


def _key(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None


@login_required
@require_safe
def some_colleagues(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=`` with at most 20 persons whom a request may name, as options of a picker.

    ``near`` is who receives what is asked for as the form says it, ``for`` as it was opened;
    ``without`` is left out.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    key = _key(request, "near") or _key(request, "for")
    beneficiary = chosen_person(actor, key, "for") if key else None
    words, without = request.GET.get("q", ""), _key(request, "without")
    found = pick_colleagues(actor, words, beneficiary=beneficiary, without=without)
    options = [(one, one.site or "") for one in found]
    return render(request, "people/options.html", {"options": options})


@login_required
@require_safe
def some_suppliers(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=`` with at most 20 suppliers of whom quotes may be asked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = pick_suppliers(actor, request.GET.get("q", ""))
    return render(request, "people/options.html", {"options": [(one, "") for one in found]})
