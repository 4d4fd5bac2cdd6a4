"""The page that lists who is touched by a machine's fall, and writes to them: seen, then sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound
from compagnon.desk import queries, services
from compagnon.desk.forms.assets import AffectedForm
from compagnon.desk.models import Ticket
from compagnon.desk.policies import is_support, may
from compagnon.park.queries import cards
from compagnon.people.queries import main_emails


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """List who is touched; show what would leave to whom; send it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    ticket = queries.get_ticket(actor, ticket_id)
    if ticket.asset_id is None or not (
        is_support(actor, ticket) and may(actor, "ticket.reply", ticket)
    ):
        raise NotFound
    found = cards.affected(actor, ticket.asset_id)
    addresses = main_emails([one.pk for one in found.persons])
    known = {ticket.requester_id, ticket.beneficiary_id}
    people = [(one, addresses.get(one.pk, ""), one.pk in known) for one in found.persons]
    writable = [one.pk for one, address, is_known in people if address and not is_known]
    asset = ticket.asset
    form = AffectedForm(
        writable,
        request.POST if request.method == "POST" else None,
        initial={"text": _usual(str(asset)), "version": ticket.version, "persons": writable},
    )
    context: dict[str, Any] = {
        "ticket": ticket, "asset": asset, "people": people, "form": form,
        "persons_count": found.persons_count, "items": found.items, "sites": found.sites[:20],
    }  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if "send" in request.POST:
                if _sent(request, actor, ticket, form):
                    return redirect("desk:ticket", ticket_id=ticket.pk)
            else:
                status = 200
                context["preview"] = form.cleaned_data
    context["chosen"] = set(form.chosen())
    return render(request, "desk/machines/affected.html", context, status=status)


def _sent(request: HttpRequest, actor: Actor, ticket: Ticket, form: AffectedForm) -> bool:
    said = form.cleaned_data
    try:
        services.tell_affected(
            actor=actor,
            ticket_id=ticket.pk,
            text=said["text"],
            person_ids=frozenset(said["persons"]),
            expected_version=said["version"],
        )
    except NotFound:
        raise
    except CompagnonError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("The message is on the ticket, and leaves to each of them."))
    return True


def _usual(asset: str) -> str:
    return _(
        "%(asset)s does not work at the moment. We are on it; you need not report it. We write to "
        "you again as soon as it works."
    ) % {"asset": asset}
