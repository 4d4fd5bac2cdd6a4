"""Who has a ticket open; texts begun, kept across devices."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError
from compagnon.desk import presence, queries
from compagnon.desk.models import Draft, Ticket
from compagnon.desk.policies import is_support
from compagnon.ui import live


@login_required
@require_POST
def beat(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Note that a ticket is open here; answer who else has it open, when that changed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    ticket = queries.get_ticket(actor, ticket_id)
    if not is_support(actor, ticket):
        return HttpResponse(status=204)
    leaving = request.POST.get("leaving") == "yes"
    presence.note(
        actor=actor, ticket=ticket, writing=request.POST.get("writing") == "yes", leaving=leaving
    )
    if leaving:
        return HttpResponse(status=204)
    found = presence.others(actor, ticket)
    version = live.version(*[(one.person.pk, one.writing) for one in found])
    if (same := live.unchanged(request, version)) is not None:
        return same
    context = {"present": found, "version": version}
    return render(request, "desk/presence/_present.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request: HttpRequest) -> HttpResponse:
    """Give what one has begun to write somewhere, or keep what is being written."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        rows = presence.drafts(actor, _ticket(actor, request.GET.get("ticket", "")))
        return JsonResponse({"drafts": [_told(row) for row in rows]})
    try:
        kept = presence.keep_draft(
            actor=actor,
            ticket=_ticket(actor, request.POST.get("ticket", "")),
            place=request.POST.get("place", "")[:40] or "text",
            text=request.POST.get("text", ""),
            device=request.POST.get("device", ""),
        )
    except CompagnonError as error:
        return JsonResponse({"detail": str(error)}, status=error.status)
    return JsonResponse(_told(kept) if kept else {"version": 0})


def _ticket(actor: Actor, given: str) -> Ticket | None:
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise Http404
    return queries.get_ticket(actor, int(given))


def _told(row: Draft) -> dict[str, Any]:
    return {
        "place": row.place,
        "text": row.text,
        "device": row.device,
        "version": row.version,
        "at": int(row.updated_at.timestamp() * 1000),
    }
