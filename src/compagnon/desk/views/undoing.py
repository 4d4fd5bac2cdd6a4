"""Taking back one's last act on a ticket."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound, Refused
from compagnon.desk import queries
from compagnon.desk.services.undoing import undo_last


@login_required
@require_POST
def undo(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Undo, and say what came of it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.get_ticket(actor, ticket_id)
    try:
        undo_last(actor=actor, ticket_id=found.pk)
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone: the ticket is what it was."))
    return redirect("desk:ticket", ticket_id=found.pk)
