"""Answering the pickers of tickets, suppliers, approvers, and of what a request may name."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compagnon.core.actor import Actor
from compagnon.core.lookups import key_of
from compagnon.desk import approvals, picking
from compagnon.desk.choosing import chosen_person, pick_colleagues, pick_sites
from compagnon.desk.services.supply_quotes import pick_suppliers
from compagnon.park.queries.picking import pick_assets_near
from compagnon.people.models import Person


@login_required
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=`` with at most 20 tickets, as options of a picker; ``near`` is left out."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = picking.pick_tickets(actor, request.GET.get("q", ""), without=_key(request, "near"))
    return render(request, "desk/picking/options.html", {"found": found})


def _key(request: HttpRequest, name: str) -> int | None:
    return key_of(request.GET.get(name, ""))


def _receiver(request: HttpRequest, actor: Actor) -> Person | None:
    """Give who receives what is asked for: as the form says it now, or as it was opened."""
    key = _key(request, "near") or _key(request, "for")
    return chosen_person(actor, key, "for") if key else None


@login_required
@require_safe
def some_colleagues(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=`` with at most 20 persons whom a request may name, as options of a picker.

    ``near`` is who receives what is asked for as the form says it, ``for`` as it was opened;
    ``without`` is left out.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    beneficiary = _receiver(request, actor)
    words, without = request.GET.get("q", ""), _key(request, "without")
    found = pick_colleagues(actor, words, beneficiary=beneficiary, without=without)
    options = [(one, one.site or "") for one in found]
    return render(request, "people/options.html", {"options": options})


@login_required
@require_safe
def some_sites(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=`` with at most 20 sites that a request may name; ``near`` and ``for`` as
    for colleagues."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    beneficiary = _receiver(request, actor)
    found = pick_sites(actor, request.GET.get("q", ""), beneficiary=beneficiary)
    options = [(one, " ".join(one.address.split())[:60]) for one in found]
    return render(request, "people/options.html", {"options": options})


@login_required
@require_safe
def some_machines(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=`` with at most 20 machines that a request may name, those of who receives it
    first; ``near`` and ``for`` as for colleagues."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = _receiver(request, actor) or Person.objects.filter(pk=actor.id or 0).first()
    found = pick_assets_near(actor, request.GET.get("q", ""), person) if person else []
    options = [(one, one.serial or one.inventory_number) for one in found]
    return render(request, "people/options.html", {"options": options})


@login_required
@require_safe
def some_suppliers(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=`` with at most 20 suppliers of whom quotes may be asked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = pick_suppliers(actor, request.GET.get("q", ""))
    return render(request, "people/options.html", {"options": [(one, "") for one in found]})


@login_required
@require_safe
def some_approvers(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Answer ``?q=`` with at most 20 persons who may be asked to answer too, or instead."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    approval = approvals.one(actor, approval_id)
    found = approvals.pick_named(actor, approval, request.GET.get("q", ""))
    return render(
        request, "people/options.html", {"options": [(one, one.organisation) for one in found]}
    )
