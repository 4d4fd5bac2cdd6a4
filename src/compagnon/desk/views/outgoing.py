"""Mail that left, waits or failed; and sending again what failed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.desk import queries, services
from compagnon.desk.models import OutgoingState

ROWS = 50
SHOWN = (
    ("failed", gettext_lazy("Failed"), (OutgoingState.FAILED,)),
    ("waiting", gettext_lazy("Waiting"), (OutgoingState.WAITING, OutgoingState.SENDING)),
    ("sent", gettext_lazy("Sent"), (OutgoingState.SENT,)),
    ("suppressed", gettext_lazy("Held back"), (OutgoingState.SUPPRESSED,)),
    ("all", pgettext_lazy("mail", "All"), tuple(OutgoingState)),
)
STATES = {name: states for name, _label, states in SHOWN}


@login_required
@require_safe
def outgoing(request: HttpRequest) -> HttpResponse:
    """List the mail of visible tickets, what failed first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    shown = request.GET.get("state", "failed")
    shown = shown if shown in STATES else "failed"
    rows = queries.outgoing(actor).filter(state__in=STATES[shown])
    cursor = request.GET.get("cursor")
    try:
        page = keyset.take(rows, ordering="-created_at", limit=ROWS, cursor=cursor)
    except Invalid:
        page = keyset.take(rows, ordering="-created_at", limit=ROWS, cursor=None)
    counts = queries.outgoing_counts(actor)
    context = {
        "page": page,
        "shown": shown,
        "tabs": [
            (name, label, sum(counts[one] for one in states) if name in COUNTED else "")
            for name, label, states in SHOWN
        ],
        "may_retry": actor.scope.allows_somewhere("intake.manage"),
    }
    return render(request, "desk/outgoing.html", context)


COUNTED = frozenset({"failed", "waiting"})


@login_required
@require_POST
def retry(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Send a mail that failed again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        services.retry_mail(actor=actor, mail_id=mail_id)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The mail is sent again."))
    return redirect("desk:outgoing")
