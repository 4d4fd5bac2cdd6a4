"""The board: the queue's tickets in columns, moved by the mouse or by keys through their verbs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Refused
from compagnon.desk import board, queries, services
from compagnon.desk.board import By
from compagnon.desk.choosing import chosen
from compagnon.desk.models import Layout, Ticket, Urgency
from compagnon.desk.policies import is_support
from compagnon.desk.verbs_on_pages import BY_NAME
from compagnon.desk.views.layouts import frame, narrowing_of
from compagnon.desk.views.ticket import goes_on
from compagnon.people.models import Team
from compagnon.ui import live

BYS = ((By.STATE, _("State")), (By.PRIORITY, _("Priority")), (By.TEAM, _("Team")))
KEYS = (
    (_("Next, previous card of a column"), "j k"),
    (_("To the column on the left, on the right"), "← →"),
    (_("Move the card to the left, to the right"), "Shift ← →"),
    (_("Move the card to a column"), "v"),
)


@login_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the board, or nothing when nothing has changed since it was drawn."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("ticket.view"):
        raise Refused
    asked = request.GET.get("by", "")
    by = By(asked) if asked in set(By) else By.STATE
    version = live.version(by, *board.pulse(actor))
    is_live = request.headers.get("HX-Request") == "true" and "Live-Version" in request.headers
    if is_live and (same := live.unchanged(request, version)) is not None:
        return same
    narrowing, view = narrowing_of(request, actor)
    cursors = {
        name.removeprefix("at-"): str(value)[:500]
        for name, value in request.GET.items()
        if name.startswith("at-")
    }
    columns = board.columns(actor, narrowing, by, cursors)
    context: dict[str, Any] = {"columns": columns, "by": by, "version": version}
    if is_live:
        return render(request, "desk/board/_columns.html", context)
    context |= frame(request, actor, narrowing, view, Layout.BOARD)
    context |= {"bys": BYS, "page_shortcuts": KEYS, "tickets_on_board": bool(columns)}
    return render(request, "desk/board/board.html", context)


@login_required
@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Move a card by its verb: at once, or by way of the words that the verb asks for."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    back = goes_on(request) or reverse("desk:board")
    given = request.POST.get("ticket", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise Http404
    found = queries.get_ticket(actor, int(given))
    asked = request.POST.get("by", "")
    by = By(asked) if asked in set(By) else By.STATE
    try:
        name, values = board.verb_for(found, by, request.POST.get("to", ""))
        if name not in {"qualify", "assign"} and not BY_NAME[name].in_place:
            page = reverse("desk:board_words", args=[found.pk, name])
            return redirect(f"{page}?{urlencode({'next': back})}")
        _run(request, actor, found, name, values)
    except CompagnonError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, str(BY_NAME[name].done))
    return redirect(f"{back.split('#')[0]}#card-{found.pk}")


def _run(
    request: HttpRequest, actor: Actor, found: Ticket, name: str, values: dict[str, Any]
) -> None:
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 10 else None
    common: dict[str, Any] = {
        "actor": actor, "ticket_id": found.pk, "expected_version": version,
    }  # fmt: skip
    if name == "qualify":
        services.qualify(urgency=Urgency(values["urgency"]), **common)
    elif name == "assign":
        services.assign(team=chosen(Team, actor, values["team"], "team"), **common)
    else:
        BY_NAME[name].run(actor, found, {"version": version})


@login_required
@require_safe
def words(request: HttpRequest, ticket_id: int, name: str) -> HttpResponse:
    """Ask for what a verb must say before a card moves; the verb's own door does it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.get_ticket(actor, ticket_id)
    verb = BY_NAME.get(name)
    if verb is None or verb.in_place:
        raise Http404
    if not verb.offered(actor, found, support=is_support(actor, found)):
        raise Refused
    form = verb.form(actor=actor, ticket=found)
    first = next(iter(form.visible_fields()), None)
    if first is not None:
        first.field.widget.attrs["autofocus"] = True
    context = {
        "ticket": found,
        "verb": verb,
        "form": form,
        "back": goes_on(request, request.GET) or reverse("desk:board"),
    }
    return render(request, "desk/board/words.html", context)
