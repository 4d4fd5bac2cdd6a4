"""Opening a ticket: support's form, and the user's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Invalid
from compagnon.core.visibility import visible
from compagnon.desk import phrases, presence, services
from compagnon.desk.choosing import chosen_person
from compagnon.desk.forms import OpenForm
from compagnon.desk.models import Channel, Impact, Ticket, TicketKind, TicketTemplate, Urgency
from compagnon.desk.page_verbs import uploads
from compagnon.desk.views import portal
from compagnon.desk.views.ticket import add_errors
from compagnon.park.models import Asset
from compagnon.people.models import Person


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a ticket for somebody (support) or for oneself (user)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.scope.allows_somewhere("ticket.open"):
        return _by_support(request, actor)
    # A user's own form is the portal's.
    return portal.report(request)


def _by_support(request: HttpRequest, actor: Actor) -> HttpResponse:
    requester = _asked_for(request, actor)
    if request.method != "POST":
        asset = chosen_asset(actor, request.GET.get("asset"))
        form = OpenForm(
            actor=actor,
            initial=templated(actor, request.GET.get("template"))
            | {
                "requester": requester.pk if requester else None,
                "asset": asset.pk if asset else None,
            },
        )
        context = {
            "form": form,
            "requester": requester,
            "asset": asset,
            "templates": phrases.templates(actor),
        }
        return render(request, "desk/open.html", context)
    form = OpenForm(request.POST, request.FILES, actor=actor)
    status = 422
    if form.is_valid():
        values = form.cleaned_data
        try:
            ticket = _open(actor, values)
            presence.drop_draft(actor=actor, ticket=None, place="open")
        except CompagnonError as error:
            status = error.status
            add_errors(form, error)
        else:
            messages.success(
                request,
                _("Ticket %(reference)s is open.") % {"reference": ticket.reference},
                extra_tags="sent-open",
            )
            return redirect("desk:ticket", ticket_id=ticket.pk)
    context = {
        "form": form,
        "requester": requester,
        "beneficiary": _asked_for(request, actor, "beneficiary"),
        "asset": chosen_asset(actor, request.POST.get("asset")),
    }
    return render(request, "desk/open.html", context, status=status)


def templated(actor: Actor, given: str | None) -> dict[str, Any]:
    """Give what a template fills a new ticket with; nothing for one that is not seen."""
    given = given or ""
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        return {}
    row = visible(TicketTemplate, actor).filter(pk=int(given), is_active=True).first()
    if row is None:
        return {}
    names = ("title", "text", "kind", "category_id", "service_id", "request_type_id", "impact")
    found = {name.removesuffix("_id"): getattr(row, name) for name in (*names, "urgency")}
    return {name: value for name, value in found.items() if value not in (None, "")}


def _open(actor: Actor, values: dict[str, Any]) -> Ticket:
    return services.open_ticket(
        actor=actor,
        requester=chosen_person(actor, values["requester"], "requester"),
        beneficiary=chosen_person(actor, values["beneficiary"], "beneficiary")
        if values["beneficiary"]
        else None,
        title=values["title"],
        text=values["text"],
        channel=Channel(values["channel"]),
        kind=TicketKind(values["kind"]),
        category=values["category"],
        service=values["service"],
        request_type=values["request_type"],
        impact=Impact(values["impact"]),
        urgency=Urgency(values["urgency"]),
        affected_item=values["affected_item"],
        asset=_asset(actor, values["asset"]),
        uploads=uploads(values),
    )


def _asset(actor: Actor, key: int | None) -> Asset | None:
    if key is None:
        return None
    found = chosen_asset(actor, str(key))
    if found is None:
        raise Invalid(fields={"asset": [_("Choose an asset in the list.")]})
    return found


def chosen_asset(actor: Actor, given: str | None) -> Asset | None:
    """Give the asset named in an address or a form, if the actor sees it."""
    given = given or ""
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        return None
    return visible(Asset, actor).select_related("organisation").filter(pk=int(given)).first()


def _asked_for(request: HttpRequest, actor: Actor, field: str = "requester") -> Person | None:
    """The person named in the address or sent with the form, if visible: the form shows them."""
    given = request.POST.get(field) or request.GET.get(field) or ""
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        return None
    return visible(Person, actor).select_related("organisation").filter(pk=int(given)).first()
