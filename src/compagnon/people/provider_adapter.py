"""How allauth's sign-in by others fits Compagnon: who is let in is our services' to say."""

from __future__ import annotations

from typing import Any, NoReturn, cast

import requests
import structlog
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor, Source
from compagnon.core.errors import CompagnonError
from compagnon.people import guarded_requests
from compagnon.people.models import Account, IdentityProvider
from compagnon.people.provider_words import AWAY, REASONS, UNLINKED
from compagnon.people.services import identities

log = structlog.get_logger(__name__)

# What a provider may say of itself (RFC 6749, 4.1.2.1), and what it is to us.
SAID = {"temporarily_unavailable": "unreachable", "server_error": "faulty"}


class Declined(OAuth2Error):  # type: ignore[misc]
    """The provider did not take our question: our secret, our addresses or the code are not its."""


# The first that fits.
CAUSES = (
    (requests.ConnectionError, "unreachable"),
    (guarded_requests.Faulty, "faulty"),
    (requests.RequestException, "declined"),
    (Declined, "declined"),
)


def door(request: HttpRequest) -> Actor:
    """Give the program as it stands at the door: nobody has signed in yet."""
    return Actor.system(
        "sign-in", source=Source.PAGE, correlation_id=getattr(request, "correlation_id", None)
    )


def turn_away(
    request: HttpRequest,
    row: IdentityProvider,
    reason: str,
    account: Account | None = None,
    *,
    next_url: str = "",
) -> HttpResponse:
    """Write the refusal in the journal, and say why: on a page, or, where the provider is out of
    order, back among the ways to sign in."""
    identities.note_refusal(actor=door(request), provider=row, reason=reason, account=account)
    if reason in AWAY:
        return _back(request, row, reason, next_url)
    words = REASONS.get(reason, REASONS["answer"])
    context = {"provider": row, "words": words, "signed_in": request.user.is_authenticated}
    return render(request, "people/providers/refused.html", context, status=403)


def _back(request: HttpRequest, row: IdentityProvider, reason: str, next_url: str) -> HttpResponse:
    if request.user.is_authenticated:
        messages.error(request, UNLINKED % {"provider": row.name})
        return redirect("people:identities")
    # Said on the page itself, for as long as it is open.
    messages.error(request, REASONS[reason] % {"provider": row.name}, extra_tags="page")
    place = reverse("account_login")
    return redirect(f"{place}?{urlencode({'next': next_url})}" if next_url else place)


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
        return guarded_requests.session(context.request)

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
        reason = _why(request, error, exception)
        if exception is not None:
            log.warning(
                "people.provider_failed",
                provider=provider.row.code,
                reason=reason,
                detail=str(exception)[:300],
            )
        state = (extra_context or {}).get("state") or {}
        next_url = str(state.get("next") or "")
        raise ImmediateHttpResponse(turn_away(request, provider.row, reason, next_url=next_url))


def _why(request: HttpRequest, error: str, exception: Exception | None) -> str:
    if error == AuthError.CANCELLED:
        return "cancelled"
    if exception is not None:
        return next((reason for kind, reason in CAUSES if isinstance(exception, kind)), "answer")
    if said := request.GET.get("error"):
        return SAID.get(said, "answer")
    return "session"


def _reason(error: CompagnonError) -> str:
    return error.code if error.code in REASONS else "session"
