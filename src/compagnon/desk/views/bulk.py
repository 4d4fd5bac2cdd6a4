"""Actions on many tickets: chosen, previewed, begun, followed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Invalid, NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.bulk import ACTS, MOST
from compagnon.desk.bulk_choice import Choice, numbers
from compagnon.desk.forms.bulk import FORMS
from compagnon.desk.models import BulkItem, BulkItemState, BulkRun, BulkState, BulkVerb
from compagnon.desk.services import bulk as services
from compagnon.desk.views.ticket import add_errors
from compagnon.ui import live

ROWS = 50
EXAMPLES = 5
# More than any address of the queue has: one cut short would mean more tickets.
QUERY_MAX = 8000


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List one's own actions, the last first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    rows = visible(BulkRun, actor)
    try:
        page = keyset.take(rows, ordering="-asked_at", limit=ROWS, cursor=request.GET.get("cursor"))
    except Invalid:
        page = keyset.take(rows, ordering="-asked_at", limit=ROWS, cursor=None)
    return render(request, "desk/bulk/list.html", {"page": page})


@login_required
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Ask what the action needs about the tickets that were chosen, then preview it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    if (name := request.POST.get("verb", "")) not in BulkVerb.values:
        raise Http404
    choice = _choice(request)
    form_type, status = FORMS[name], 200
    asks = bool(form_type.base_fields)
    form = form_type(actor=actor)
    # An action that asks nothing is previewed at once.
    if request.POST.get("step") == "preview" or not asks:
        form, status = form_type(request.POST, actor=actor), 422
        if form.is_valid():
            try:
                run = services.preview_bulk(
                    actor=actor,
                    verb=BulkVerb(name),
                    values=form.values(),
                    ticket_ids=choice.ticket_ids(actor),
                )
            except CompagnonError as error:
                status = error.status
                if not asks:
                    messages.error(request, str(error))
                    return redirect("desk:queue")
                add_errors(form, error)
            else:
                return redirect("desk:bulk_run", run.pk)
    context = {
        "verb": BulkVerb(name),
        "act": ACTS[name],
        "form": form,
        "choice": choice,
        "keys": ",".join(map(str, choice.keys)),
        "count": choice.count(actor),
        "most": MOST,
    }
    return render(request, "desk/bulk/new.html", context, status=status)


def _choice(request: HttpRequest) -> Choice:
    if request.POST.get("all") == "yes":
        return Choice(query=request.POST.get("query", "")[:QUERY_MAX] or "queue=open")
    return Choice(keys=numbers(request.POST.getlist("ticket")))


@login_required
@require_safe
def one(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show an action: its preview, then how far it is, then how it ended."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    run = get_visible(BulkRun, actor, pk=run_id)
    states = run.items.order_by().values("state").annotate(number=Count("pk"))
    counted = Counter({row["state"]: row["number"] for row in states})
    version = live.version(run.pk, run.state, run.stop_asked, sorted(counted.items()))
    is_live = request.headers.get("HX-Request") == "true"
    if is_live and (same := live.unchanged(request, version)) is not None:
        return same
    context = {
        "run": run,
        "act": ACTS[run.verb],
        "version": version,
        "done": counted[BulkItemState.DONE],
        "refused": counted[BulkItemState.REFUSED],
        "todo": counted[BulkItemState.TODO],
        "over": counted[BulkItemState.DONE] + counted[BulkItemState.REFUSED],
        "reasons": _reasons(actor, run),
        "is_preview": run.state == BulkState.PREVIEW,
        "is_running": run.state in {BulkState.WAITING, BulkState.RUNNING},
        "first": _examples(actor, run),
    }
    template = "desk/bulk/_run.html" if is_live else "desk/bulk/one.html"
    return render(request, template, context)


def _reasons(actor: Actor, run: BulkRun) -> list[dict[str, Any]]:
    """Give why tickets were refused, with how many and the first of them."""
    rows = run.items.filter(state=BulkItemState.REFUSED)
    found = list(
        rows.values("reason").annotate(count=Count("pk")).order_by("-count", "reason")[:20]
    )
    for one in found:
        examples = visible(BulkItem, actor, rows.filter(reason=one["reason"]))
        one["items"] = examples.select_related("ticket").order_by("pk")[:EXAMPLES]
    return found


def _examples(actor: Actor, run: BulkRun) -> list[BulkItem]:
    if run.state != BulkState.PREVIEW:
        return []
    rows = visible(BulkItem, actor, run.items.filter(state=BulkItemState.TODO))
    return list(rows.select_related("ticket__organisation").order_by("pk")[: 4 * EXAMPLES])


@login_required
@require_POST
def act(request: HttpRequest, run_id: int, name: str) -> HttpResponse:
    """Begin an action, stop it, or note that its end was read."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    verbs: dict[str, tuple[Callable[..., BulkRun], str]] = {
        "start": (services.start_bulk, _("The action runs in the background.")),
        "stop": (services.stop_bulk, _("No more ticket is done; what was done stays done.")),
        "read": (services.read_bulk, ""),
    }
    if name not in verbs:
        raise Http404
    get_visible(BulkRun, actor, pk=run_id)
    verb, said = verbs[name]
    try:
        verb(actor=actor, run_id=run_id)
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    else:
        if said:
            messages.success(request, said)
    return redirect("desk:bulk_run", run_id)


@login_required
@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """Give the actions of one's own that run, or ended and were not read: a part of the queue."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = visible(BulkRun, actor).filter(told_at=None).exclude(state=BulkState.PREVIEW)
    return render(request, "desk/bulk/_news.html", {"runs": rows.order_by("-asked_at")[:3]})


def _check(actor: Actor) -> None:
    if not actor.scope.allows_somewhere("ticket.view"):
        raise Refused(_("Your role does not allow this action."))
