"""Tickets that wait: when the next reminder leaves, and stopping them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Invalid, NotFound, Refused
from compagnon.desk import queries, services, waiting
from compagnon.desk.policies import may

ROWS = 50


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the waits that last, the next reminder first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("ticket.pend"):
        raise Refused(_("Your role does not let you put tickets on hold."))
    rows = waiting.waits(actor)
    try:
        page = keyset.take(rows, ordering="next_at", limit=ROWS, cursor=request.GET.get("cursor"))
    except Invalid:
        page = keyset.take(rows, ordering="next_at", limit=ROWS, cursor=None)
    context = {
        "page": page,
        "rows": [(wait, may(actor, "ticket.pend", wait.ticket)) for wait in page.rows],
    }
    return render(request, "desk/waiting/list.html", context)


@login_required
@require_POST
def stop(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Let no more reminder leave of a ticket's wait."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.get_ticket(actor, ticket_id)
    try:
        services.stop_reminders(actor=actor, ticket_id=found.pk)
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("No more reminder leaves; the ticket stays on hold."))
    if request.POST.get("from") == "list":
        return redirect("desk:waits")
    return redirect("desk:ticket", ticket_id=found.pk)
