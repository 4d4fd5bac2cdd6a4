"""How a mailbox is read by IMAP: its settings, its state, a trial."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import fetch_words
from compagnon.desk.forms.fetching import FetchForm
from compagnon.desk.inbound.fetching.trying import try_connection
from compagnon.desk.models import Mailbox, MailFetch
from compagnon.desk.policies_connections import CONFIGURE, check
from compagnon.desk.services import fetching as services
from compagnon.desk.views.ticket import add_errors

FAILED_SHOWN = 20


def _mailbox(actor: Actor, pk: int) -> tuple[Mailbox, MailFetch | None]:
    mailbox = get_visible(Mailbox, actor, pk=pk)
    check(actor, CONFIGURE, mailbox.organisation_id)
    return mailbox, visible(MailFetch, actor).filter(mailbox=mailbox).first()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """Show and change how a mailbox is read."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mailbox, fetch = _mailbox(actor, mailbox_id)
    form, status = FetchForm(fetch=fetch), 200
    if request.method == "POST":
        form, status = FetchForm(request.POST, fetch=fetch), 422
        if form.is_valid():
            try:
                services.set_fetch(actor=actor, mailbox=mailbox, values=form.cleaned_data)
            except (NotFound, Refused):
                raise
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("How the mailbox is read is kept."))
                return redirect("desk:mailbox_fetch", mailbox_id=mailbox.pk)
    context = {"form": form} | _standing(mailbox, fetch)
    return render(request, "desk/fetching/settings.html", context, status=status)


def _standing(mailbox: Mailbox, fetch: MailFetch | None) -> dict[str, Any]:
    words, detail = fetch_words.in_words(fetch.error) if fetch and fetch.error else ("", "")
    return {
        "mailbox": mailbox,
        "fetch": fetch,
        "error": words,
        "detail": detail,
        "failed": fetch.failed.exclude(error="").order_by("-failed_at")[:FAILED_SHOWN]
        if fetch
        else [],
    }


@login_required
@require_POST
def act(request: HttpRequest, mailbox_id: int, name: str) -> HttpResponse:
    """Try the connection, read at once, or read no more."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mailbox, fetch = _mailbox(actor, mailbox_id)
    if fetch is None or name not in {"test", "read", "remove"}:
        raise NotFound
    if name == "test":
        # Outside of any transaction: a server may take its time.
        trial = try_connection(fetch)
        context = {"form": FetchForm(fetch=fetch), "trial": trial} | _standing(mailbox, fetch)
        context["trial_words"] = fetch_words.WORDS.get(trial.code, trial.code)
        return render(request, "desk/fetching/settings.html", context)
    try:
        if name == "read":
            services.read_now(actor=actor, fetch=fetch)
            messages.success(request, _("The mailbox is read in a moment."))
        else:
            services.remove_fetch(actor=actor, fetch=fetch)
            messages.success(request, _("The mailbox is read no more; what it brought stays."))
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    return redirect("desk:mailbox_fetch", mailbox_id=mailbox.pk)


def panel(request: HttpRequest, mailbox: Mailbox) -> SafeString | None:
    """Show on a mailbox's page whether it is read, and how that goes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows(CONFIGURE, mailbox.organisation_id):
        return None
    fetch = MailFetch.objects.filter(mailbox=mailbox).first()
    return SafeString(render_to_string("desk/fetching/_panel.html", _standing(mailbox, fetch)))
