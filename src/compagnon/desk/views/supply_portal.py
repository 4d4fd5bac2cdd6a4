"""What users see of supplies: the wish, and the steps on their request. No price, no supplier."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound
from compagnon.desk import supply_reading
from compagnon.desk.forms.supply import PortalWishForm
from compagnon.desk.models import Channel, SupplyCase, Ticket
from compagnon.desk.once import once
from compagnon.desk.policies import is_party
from compagnon.desk.policies_supply import MANAGE, may
from compagnon.desk.services import supply_wishes
from compagnon.desk.views.portal_offline import of_person
from compagnon.desk.views.ticket import add_errors


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wish(request: HttpRequest) -> HttpResponse:
    """Wish for something; the same form sent twice is one wish."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form, status = PortalWishForm(initial={"key": uuid.uuid4(), "quantity": 1}), 200
    if request.method == "POST":
        form, status = PortalWishForm(request.POST), 422
        if form.is_valid():
            try:
                key, _made = once(
                    actor, f"wish-{form.cleaned_data['key']}", lambda: _wish(actor, form)
                )
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("Your wish is sent: you see here where it stands."))
                return redirect("desk:portal_request", ticket_id=key)
    page = render(request, "desk/supply/wish_portal.html", {"form": form}, status=status)
    return of_person(request, page)


def _wish(actor: Actor, form: PortalWishForm) -> int:
    values = {name: value for name, value in form.cleaned_data.items() if name != "key"}
    return supply_wishes.wish(actor=actor, channel=Channel.PORTAL, **values).ticket_id


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own wish back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    case = SupplyCase.objects.select_related("ticket").filter(pk=pk).first()
    if case is None or not is_party(actor, case.ticket):
        raise NotFound
    try:
        supply_wishes.withdraw_wish(actor=actor, supply_id=pk)
    except NotFound:
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your wish is taken back."))
    return redirect("desk:portal_request", ticket_id=case.ticket_id)


def on_request(request: HttpRequest, ticket: Ticket) -> SafeString | None:
    """Show on a user's request where its supplies stand."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = supply_reading.progress(actor, ticket)
    if not found:
        return None
    return render_to_string("desk/supply/_on_request.html", {"supplies": found}, request)


def on_ticket(request: HttpRequest, ticket: Ticket) -> SafeString | None:
    """Show on a ticket's page its supplies, and the way to a new one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = supply_reading.progress(actor, ticket)
    may_wish = ticket.is_open and may(actor, MANAGE, ticket.organisation_id)
    if not found and not (may_wish and ticket.kind == "service_request"):
        return None
    context = {
        "supplies": found,
        "ticket": ticket,
        "may_wish": may_wish,
        "ready": bool(found)
        and ticket.is_open
        and all(one.stage in {"handed", "cancelled"} for one in found)
        and any(one.stage == "handed" for one in found),
    }
    return render_to_string("desk/supply/_on_ticket.html", context, request)
