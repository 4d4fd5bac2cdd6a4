"""What must be seen to: the page of alerts, and the gesture that says it was."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.park.policies import ALERTS, VIEW
from compagnon.park.queries import alerts as queries
from compagnon.park.services import alerts
from compagnon.park.views.acting import actor_of, attempt

SHOWN = 300


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List what waits, the nearest first."""
    actor = actor_of(request, VIEW)
    found = list(queries.waiting(actor)[: SHOWN + 1])
    lines = queries.lines(found[:SHOWN])
    context = {
        "lines": [
            (one, actor.scope.allows(alerts.VERB_OF[one.kind], one.organisation.pk))
            for one in lines
        ],
        "is_cut": len(found) > SHOWN,
        "shown": SHOWN,
        "may_set": actor.scope.allows_somewhere(ALERTS),
    }
    return render(request, "park/alerts/list.html", context)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Say that alerts were seen to."""
    actor = actor_of(request, VIEW)
    keys = [int(one) for one in request.POST.getlist("alert") if one.isdecimal() and len(one) < 19]
    attempt(request, lambda: alerts.end(actor=actor, alert_ids=keys), _("It is seen to."))
    return redirect("park:alerts")
