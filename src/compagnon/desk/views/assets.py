"""The park on the desk's pages: a ticket's machine, and a machine's tickets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound
from compagnon.core.visibility import visible
from compagnon.desk import queries, services
from compagnon.desk.forms.assets import AssetForm
from compagnon.desk.models import Priority, Ticket
from compagnon.desk.policies import is_support, may
from compagnon.park.models import Asset
from compagnon.park.policies import VIEW
from compagnon.park.queries import cards

TICKETS = 6
PERSONS = 30


@login_required
@require_POST
def link(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Say which asset a ticket is about."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.get_ticket(actor, ticket_id)
    form = AssetForm(request.POST)
    if form.is_valid():
        _try(
            request,
            lambda: services.link_asset(
                actor=actor, ticket_id=found.pk, asset_id=form.cleaned_data["asset"]
            ),
            _("The ticket's asset is kept."),
        )
    else:
        messages.error(request, _("Choose an asset in the list."))
    return redirect("desk:ticket", ticket_id=found.pk)


@login_required
@require_POST
def note_affected(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Write down who is touched, as an internal note."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.get_ticket(actor, ticket_id)
    _try(
        request,
        lambda: services.note_affected(actor=actor, ticket_id=found.pk),
        _("The note is kept; the user does not see it."),
    )
    return redirect("desk:ticket", ticket_id=found.pk)


def _try(request: HttpRequest, action: Any, done: str) -> None:
    try:
        action()
    except NotFound:
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)


def on_ticket(request: HttpRequest, ticket: Ticket) -> SafeString | None:
    """Show beside a ticket the machine that it is about, or those of its user to choose from.

    The card of a machine asks twenty things of the database: it comes after the page.
    """
    if ticket.asset_id is not None:
        return render_to_string("desk/machines/_to_come.html", {"ticket": ticket}, request)
    return _card(request, ticket)


@login_required
@require_safe
def card(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Give the card of a ticket's machine, which the ticket's page asks for once it is there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.get_ticket(actor, ticket_id)
    if not is_support(actor, found):
        raise NotFound
    return HttpResponse(_card(request, found))


def _card(request: HttpRequest, ticket: Ticket) -> SafeString:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    may_link = may(actor, "ticket.qualify", ticket)
    context: dict[str, Any] = {"ticket": ticket, "may_link": may_link}
    if ticket.asset_id is not None:
        try:
            card = cards.card(actor, ticket.asset_id, ticket.opened_at)
        except NotFound:
            card = None
        context |= {"card": card, "major": ticket.priority == Priority.CRITICAL}
        if card is not None:
            context |= {
                "others": _tickets_of(actor, card.asset, but=ticket.pk),
                "persons": card.affected.persons[:PERSONS],
                "may_note": may(actor, "ticket.note", ticket),
                "may_write": may(actor, "ticket.reply", ticket),
            }
    elif actor.scope.allows_somewhere(VIEW):
        context["machines"] = cards.machines_of(actor, ticket.beneficiary_id)
    return render_to_string("desk/machines/_on_ticket.html", context, request)


def _tickets_of(actor: Actor, asset: Asset, *, but: int = 0) -> list[Ticket]:
    rows = visible(Ticket, actor).filter(asset=asset).exclude(pk=but)
    return list(rows.order_by("-opened_at", "-pk")[:TICKETS])


def on_asset(request: HttpRequest, asset: Asset) -> SafeString | None:
    """Show on an asset's page its tickets, and the way to a new one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    may_open = actor.scope.allows("ticket.open", asset.organisation_id)
    tickets = _tickets_of(actor, asset)
    if not may_open and not tickets:
        return None
    context = {"asset": asset, "tickets": tickets, "may_open": may_open}
    return render_to_string("desk/machines/_on_asset.html", context, request)
