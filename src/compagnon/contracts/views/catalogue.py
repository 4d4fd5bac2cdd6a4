"""The catalogue as its users see it: services and what may be asked for on them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compagnon.contracts import policies, queries
from compagnon.core.crud.pages import actor_of


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show the catalogue; its managers also see what is off offer."""
    actor = actor_of(request)
    may_manage = policies.may_everywhere(actor, "catalogue.manage")
    context = {
        "branches": queries.catalogue(actor, offered=not may_manage),
        "may_manage": may_manage,
        "may_build": policies.may_everywhere(actor, "form.manage"),
    }
    return render(request, "contracts/catalogue.html", context)
