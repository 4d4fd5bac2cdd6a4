"""What is kept ready on a ticket's page, and the pages that keep macros."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import macros, phrases, placeholders, queries
from compagnon.desk.forms.phrases import MacroForm
from compagnon.desk.models import Macro
from compagnon.desk.policies import is_support
from compagnon.desk.services import phrases as services
from compagnon.desk.views.ticket import add_errors


@login_required
@require_safe
def on_ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Give the canned replies and macros for a ticket, filled in, as part of its page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    ticket = queries.get_ticket(actor, ticket_id)
    if not is_support(actor, ticket):
        raise Http404
    words = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    replies = [
        (row, placeholders.fill(row.text, ticket=ticket, actor=actor))
        for row in phrases.replies(actor, ticket, words)
    ]
    context = {"ticket": ticket, "replies": replies, "macros": phrases.macros(actor, words)}
    return render(request, "desk/phrases/_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HttpRequest, ticket_id: int, macro_id: int) -> HttpResponse:
    """Show what a macro would do on a ticket, then do it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    ticket = queries.get_ticket(actor, ticket_id)
    macro = get_visible(Macro, actor, pk=macro_id, is_active=True)
    refusal, status = "", 200
    if request.method == "POST":
        given = request.POST.get("version", "")
        try:
            services.run_macro(
                actor=actor,
                ticket_id=ticket.pk,
                macro_id=macro.pk,
                expected_version=int(given) if given.isdecimal() and len(given) < 10 else None,
            )
        except (NotFound, Refused):
            raise
        except CompagnonError as error:
            refusal, status = str(error), error.status
        else:
            messages.success(request, _("“%(name)s” is done.") % {"name": macro.name})
            return redirect("desk:ticket", ticket_id=ticket.pk)
        ticket = queries.get_ticket(actor, ticket_id)
    told = []
    try:
        told = macros.preview(actor, ticket, macro)
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        refusal = refusal or str(error)
    context = {
        "ticket": ticket,
        "macro": macro,
        "told": told,
        "refusal": refusal,
        "texts": [
            placeholders.fill(str(macro.steps[name]), ticket=ticket, actor=actor)
            for name in macros.TEXTS
            if macro.steps.get(name)
        ],
    }
    return render(request, "desk/phrases/run.html", context, status=status)


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the macros of one's teams."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    rows = visible(Macro, actor).select_related("team", "organisation").order_by("name")[:500]
    listed = [
        (row, phrases.may_keep(actor, organisation_id=row.organisation_id, team_id=row.team_id))
        for row in rows
    ]
    return render(request, "desk/phrases/macros.html", {"rows": listed})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, macro_id: int | None = None) -> HttpResponse:
    """Add a macro, or change one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _check(actor)
    macro = get_visible(Macro, actor, pk=macro_id) if macro_id else None
    form, status = MacroForm(actor=actor, macro=macro), 200
    if request.method == "POST":
        form, status = MacroForm(request.POST, actor=actor), 422
        if form.is_valid():
            try:
                services.keep_phrase(
                    actor=actor,
                    row=macro or Macro(),
                    values=form.kept(),
                    expected_version=form.cleaned_data["version"],
                )
            except Refused:
                raise
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("The macro is kept."))
                return redirect("desk:macros")
    context = {"form": form, "macro": macro, "placeholders": placeholders.KNOWN.items()}
    return render(request, "desk/phrases/macro.html", context, status=status)


@login_required
@require_POST
def delete(request: HttpRequest, macro_id: int) -> HttpResponse:
    """Delete a macro."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    macro = get_visible(Macro, actor, pk=macro_id)
    services.remove_phrase(actor=actor, row=macro)
    messages.success(request, _("The macro is deleted."))
    return redirect("desk:macros")


def _check(actor: Actor) -> None:
    somewhere = actor.scope.allows_somewhere
    if not (somewhere("phrase.keep") or somewhere("desk.configure")):
        raise Refused(_("Your role does not let you keep macros."))
