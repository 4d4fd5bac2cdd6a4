"""How allauth's sign-in by others fits Compagnon: who is let in is our services' to say."""

from __future__ import annotations

from typing import Any, NoReturn, cast

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor, Source
from compagnon.core.errors import CompagnonError
from compagnon.people import guarded_requests
from compagnon.people.models import Account, IdentityProvider
from compagnon.people.provider_words import REASONS
from compagnon.people.services import identities


def door(request: HttpRequest) -> Actor:
    """Give the program as it stands at the door: nobody has signed in yet."""
    return Actor.system(
        "sign-in", source=Source.PAGE, correlation_id=getattr(request, "correlation_id", None)
    )


def turn_away(
    request: HttpRequest, row: IdentityProvider, reason: str, account: Account | None = None
) -> HttpResponse:
    """Write the refusal in the journal, and say why on a page."""
    identities.note_refusal(actor=door(request), provider=row, reason=reason, account=account)
    words = REASONS.get(reason, REASONS["answer"])
    context = {"provider": row, "words": words, "signed_in": request.user.is_authenticated}
    return render(request, "people/providers/refused.html", context, status=403)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Providers are our rows; nobody signs up; calls go through the guarded door."""

    def list_apps(
        self,
        request: HttpRequest | None,
        provider: str | None = None,
        client_id: str | None = None,
    ) -> list[SocialApp]:
        """Give the providers in use, by their code or their protocol."""
        from compagnon.people.provider import app_of

        rows = IdentityProvider.objects.filter(is_active=True).exclude(found={})
        if provider:
            rows = rows.filter(Q(code=provider) | Q(kind=provider))
        if client_id:
            rows = rows.filter(client_id=client_id)
        return [app_of(row) for row in rows]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Refuse: whoever is let in has an account by then."""
        return False

    def get_requests_session(self) -> requests.Session:
        """Give what calls a provider, through the guarded door alone."""
        return guarded_requests.session()

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Have our services say which account it is.

        Raises:
            ImmediateHttpResponse: nobody is let in, or an identity was linked: with the page.
        """
        row, asserted = sociallogin.provider.row, sociallogin.asserted
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(self._linked(request, row, asserted))
        try:
            account = identities.admit(actor=door(request), provider=row, asserted=asserted)
        except CompagnonError as error:
            known = sociallogin.user if sociallogin.user and sociallogin.user.pk else None
            raise ImmediateHttpResponse(turn_away(request, row, _reason(error), known)) from None
        sociallogin.user = account
        sociallogin.account = SocialAccount.objects.get(provider=row.code, uid=asserted.subject)

    def _linked(
        self, request: HttpRequest, row: IdentityProvider, asserted: identities.Asserted
    ) -> HttpResponse:
        actor = cast("Actor", request.actor)  # type: ignore[attr-defined]
        if not request.user.is_authenticated or not actor.is_known:
            return turn_away(request, row, "session")
        # Read again: the request gives it wrapped.
        account = Account.objects.select_related("person__organisation").get(pk=request.user.pk)
        try:
            identities.link(actor=actor, provider=row, account=account, asserted=asserted)
        except CompagnonError as error:
            return turn_away(request, row, _reason(error), account)
        messages.success(
            request, _("From now on you sign in by %(name)s too.") % {"name": row.name}
        )
        return redirect("people:identities")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str = AuthError.UNKNOWN,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        """Say why it went wrong, in words.

        Raises:
            ImmediateHttpResponse: always, with the page.
        """
        reason = "session"
        if error == AuthError.CANCELLED:
            reason = "cancelled"
        elif isinstance(exception, requests.ConnectionError):
            reason = "unreachable"
        elif exception is not None or "error" in request.GET:
            reason = "answer"
        raise ImmediateHttpResponse(turn_away(request, provider.row, reason))


def _reason(error: CompagnonError) -> str:
    return error.code if error.code in REASONS else "session"
