"""Baselines: taken, compared with the inventory, accepted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park.forms.relations import BaselineForm
from compagnon.park.models import Asset
from compagnon.park.policies import RELATIONS, VIEW
from compagnon.park.queries import baselines as queries
from compagnon.park.resources import named
from compagnon.park.services import baselines as services
from compagnon.park.views.acting import TOLD, actor_of, attempt, sentence

SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """List baselines; take one."""
    actor = actor_of(request, VIEW)
    may = actor.scope.allows_somewhere(RELATIONS)
    status = 200
    form = BaselineForm(request.POST or None, actor=actor) if may else None
    if request.method == "POST" and form is not None:
        status = 422
        if form.is_valid():
            try:
                row = services.take(actor=actor, **chosen(actor, form.cleaned_data))
            except TOLD as error:
                form.add_error(None, sentence(error))
            else:
                messages.success(request, _("The baseline is taken."))
                return redirect("park:baseline", pk=row.pk)
    context = {"items": queries.baselines(actor)[:SHOWN], "form": form}
    return render(request, "park/baselines/list.html", context, status=status)


def chosen(actor: Actor, said: dict[str, Any]) -> dict[str, Any]:
    """Give what the service takes: the machines that the form's words find."""
    organisation = said["organisation"]
    rows = visible(Asset, actor).filter(
        machine__isnull=False, organisation__path__startswith=organisation.path
    )
    found = named(rows, said["named"]).order_by("pk").values_list("pk", flat=True)
    return {
        "organisation": organisation,
        "name": said["name"],
        "note": said["note"],
        "asset_ids": list(found[: services.MOST + 1]),
    }


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a baseline with what drifted from it."""
    actor = actor_of(request, VIEW)
    row = queries.baseline(actor, pk)
    found = queries.drifts(actor, row)
    context = {
        "baseline": row,
        "machines": found,
        "drifted": sum(1 for _machine, drifts in found if drifts),
        "may_manage": actor.scope.allows(RELATIONS, row.organisation_id),
    }
    return render(request, "park/baselines/one.html", context)


@require_POST
def accept(request: HttpRequest, pk: int, asset_id: int) -> HttpResponse:
    """Accept what drifted on one machine."""
    actor = actor_of(request)
    row = queries.baseline(actor, pk)
    attempt(
        request,
        lambda: services.accept(actor=actor, baseline_id=row.pk, asset_id=asset_id),
        _("It is as agreed from now on."),
    )
    return redirect("park:baseline", pk=row.pk)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a baseline away."""
    actor = actor_of(request)
    row = queries.baseline(actor, pk)
    refused = attempt(
        request, lambda: services.remove(actor=actor, baseline_id=row.pk), _("Removed.")
    )
    return redirect("park:baselines") if refused is None else redirect("park:baseline", pk=row.pk)
