"""Received mail: what came, what became of it, and settling what no rule could."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core import files, keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Invalid, NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import services, silence
from compagnon.desk.inbound import protected
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.intake import raw_bytes
from compagnon.desk.inbound.parse import parse
from compagnon.desk.models import InboundMessage, InboundState
from compagnon.desk.reasons import in_words

ROWS = 50
TEXT_SHOWN = 20_000
ACTIONS = {
    "replay": (services.replay_inbound, _("The message goes through the intake again.")),
    "admit": (services.admit_inbound, _("The message opened a ticket.")),
    "dismiss": (services.dismiss_inbound, _("The message is settled; it is kept.")),
}


def _check(actor: Actor) -> None:
    if not actor.scope.allows_somewhere("intake.view"):
        raise Refused(_("Your role does not allow you to see received mail."))


@login_required
@require_safe
def intake(request: HttpRequest) -> HttpResponse:
    """List received messages, those in quarantine first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    state = request.GET.get("state", InboundState.QUARANTINE)
    rows = visible(InboundMessage, actor).select_related("ticket", "mailbox")
    if state in InboundState.values:
        rows = rows.filter(state=state)
    else:
        state = ""
    try:
        page = keyset.take(
            rows, ordering="-received_at", limit=ROWS, cursor=request.GET.get("cursor")
        )
    except Invalid:
        page = keyset.take(rows, ordering="-received_at", limit=ROWS, cursor=None)
    quarantined = visible(InboundMessage, actor).filter(state=InboundState.QUARANTINE)
    context = {
        "page": page,
        "items": [(row, in_words(row)) for row in page.rows],
        "state": state,
        "silence": silence.alarm(),
        "states": [
            (InboundState.QUARANTINE, _("In quarantine"), quarantined[:1000].count()),
            (InboundState.WAITING, _("Waiting"), ""),
            (InboundState.TICKET, _("Opened a ticket"), ""),
            (InboundState.FOLLOW_UP, _("Added to a ticket"), ""),
            (InboundState.IGNORED, _("Ignored"), ""),
            ("all", _("All"), ""),
        ],
    }
    return render(request, "desk/intake.html", context)


@login_required
@require_safe
def message(request: HttpRequest, inbound_id: int) -> HttpResponse:
    """Show a received message: its text, its headers, the reason of its outcome."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    rows = InboundMessage.objects.select_related("raw", "ticket", "mailbox", "protection")
    inbound = get_visible(InboundMessage, actor, rows, pk=inbound_id)
    mail, unreadable = None, ""
    try:
        mail = parse(protected.opened(raw_bytes(inbound), inbound).raw)
    except Unreadable as error:
        unreadable = error.detail
    except NotFound as error:
        unreadable = str(error)
    context = {
        "inbound": inbound,
        "words": in_words(inbound),
        "mail": mail,
        "unreadable": unreadable,
        "text": mail.text[:TEXT_SHOWN] if mail else "",
        "may_settle": actor.scope.allows_somewhere("intake.manage")
        and inbound.state in {InboundState.QUARANTINE, InboundState.WAITING, InboundState.IGNORED},
    }
    return render(request, "desk/inbound.html", context)


@login_required
@require_safe
def raw(request: HttpRequest, inbound_id: int) -> FileResponse:
    """Give a received message as it came."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    rows = InboundMessage.objects.select_related("raw")
    inbound = get_visible(InboundMessage, actor, rows, pk=inbound_id)
    return files.serve(inbound.raw, name=f"message-{inbound.pk}.eml")


@login_required
@require_POST
def act(request: HttpRequest, inbound_id: int, name: str) -> HttpResponse:
    """Replay, admit or dismiss a message."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if name not in ACTIONS:
        raise NotFound
    inbound = get_visible(InboundMessage, actor, pk=inbound_id)
    run, done = ACTIONS[name]
    try:
        run(actor=actor, inbound_id=inbound.pk)
    except NotFound:
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, str(done))
    return redirect("desk:inbound", inbound_id=inbound.pk)
