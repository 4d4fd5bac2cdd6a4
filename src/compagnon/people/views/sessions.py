"""Where one is signed in and by what: for oneself, and for whoever manages accounts."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.people import queries_providers
from compagnon.people.models import Account
from compagnon.people.queries_sign_in import last_sign_ins, sessions_of
from compagnon.people.services import sessions, ways
from compagnon.people.views.acting import actor_of, attempt, one
from compagnon.people.views.profile import account_of

LAST = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """List where one is signed in, with how one came lately; sent, sign out of all but here."""
    actor = actor_of(request)
    account = account_of(actor)
    if request.method == "POST":
        ended = sessions.end_all(actor=actor, account=account, but=_here(request))
        messages.success(request, _signed_out(ended))
        return redirect("usersessions_list")
    context = {
        "sessions": sessions_of(account),
        "here": _here(request),
        "sign_ins": last_sign_ins(account, LAST),
    }
    return render(request, "people/own_sessions.html", context)


@require_POST
def end_own(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out of one place."""
    actor = actor_of(request)
    account = account_of(actor)
    attempt(
        request,
        lambda: sessions.end(actor=actor, account=account, session_id=pk),
        _("Signed out there."),
    )
    return redirect("usersessions_list")


@require_safe
def of_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show by what somebody signs in, where they are signed in, and how they came lately."""
    actor = actor_of(request)
    account = _managed(actor, pk)
    context = {
        "account": account,
        "person": account.person,
        "ways": ways.ways(account),
        "identities": queries_providers.linked(account),
        "sessions": sessions_of(account),
        "sign_ins": last_sign_ins(account, LAST),
    }
    return render(request, "people/account_sessions.html", context)


@require_POST
def end_of_account(request: HttpRequest, pk: int, session_id: int) -> HttpResponse:
    """Sign somebody out of one place."""
    actor = actor_of(request)
    account = _managed(actor, pk)
    attempt(
        request,
        lambda: sessions.end(actor=actor, account=account, session_id=session_id),
        _("Signed out there."),
    )
    return redirect("people:account_sessions", pk=pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def remove_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then remove one of one's passkeys; the only way in stays."""
    actor = actor_of(request)
    account = account_of(actor)
    key = ways.passkey_of(account, pk)
    if request.method == "POST":
        attempt(
            request,
            lambda: ways.remove_passkey(actor=actor, account=account, key_id=pk),
            _("The passkey is removed."),
        )
        return redirect("mfa_list_webauthn")
    refused = ""
    try:
        ways.check_another(account, passkey=key.pk)
    except Conflict as error:
        refused = str(error)
    context = {"authenticator": key, "refused": refused}
    return render(request, "mfa/webauthn/authenticator_confirm_delete.html", context)


def _managed(actor: Actor, pk: int) -> Account:
    rows = Account.objects.select_related("person__organisation")
    account = one(Account, actor, pk, rows)
    sessions.check(actor, account)
    return account


def _here(request: HttpRequest) -> str:
    return str(request.session.session_key or "")


def _signed_out(ended: int) -> str:
    if not ended:
        return _("You are signed in nowhere else.")
    return ngettext(
        "Signed out of %(number)s other place.", "Signed out of %(number)s other places.", ended
    ) % {"number": ended}
