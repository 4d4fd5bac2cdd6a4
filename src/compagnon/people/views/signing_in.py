"""Signing in by a provider: leaving for it, and coming back. Open to whoever has not signed in."""

from __future__ import annotations

from typing import Any, cast

import structlog
from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.sessions import LoginSession
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from compagnon.core.errors import NotFound, TooMany
from compagnon.people import provider_presence, provider_saml
from compagnon.people.errors import NotAdmitted
from compagnon.people.models import IdentityProvider, ProviderKind
from compagnon.people.provider import Callback, Oidc, OidcAdapter, Saml
from compagnon.people.provider_adapter import door, turn_away
from compagnon.people.provider_leaving import KEPT, OUT, opened
from compagnon.people.services import identities
from compagnon.people.views.acting import actor_of

log = structlog.get_logger(__name__)
COOKIE = "compagnon_saml"
RATES = {"provider": "60/m/ip"}


def _bound(request: HttpRequest) -> None:
    """Refuse one who leaves or comes back without end: each time something is kept for them.

    Raises:
        TooMany: 60 times in a minute, from one network address.
    """
    if not ratelimit.consume(request, app="compagnon.people", action="provider", config=RATES):
        raise TooMany(retry_after=60)


def provider_of(request: HttpRequest, code: str, kind: str = "") -> Oidc | Saml:
    """Give a provider in use by its code.

    Raises:
        NotFound: there is none of that protocol, or it is not in use.
    """
    try:
        found = get_adapter().get_provider(request, code)
    except SocialApp.DoesNotExist:
        raise NotFound from None
    if found.row.code != code or (kind and found.row.kind != kind):
        raise NotFound
    return cast("Oidc | Saml", found)


def leave(request: HttpRequest, code: str, *, process: str, next_url: str = "") -> HttpResponse:
    """Lead somebody to a provider, by a page of ours: a form may not lead outside (our CSP).

    Nobody is led to one that does not answer: they are back where they were, and told.
    """
    _bound(request)
    provider = provider_of(request, code)
    if not provider_presence.is_there(actor=door(request), provider=provider.row):
        return turn_away(request, provider.row, "unreachable", next_url=next_url)
    try:
        address = provider.leave(request, process=process, next_url=next_url)
    except NotAdmitted as error:
        return turn_away(request, provider.row, error.code)
    return render(
        request, "people/providers/going.html", {"provider": provider.row, "address": address}
    )


@never_cache
@require_POST
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Leave for a provider to sign in."""
    next_url = get_next_redirect_url(request) or ""
    return leave(request, code, process=AuthProcess.LOGIN, next_url=next_url)


@never_cache
@require_POST
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def link(request: HttpRequest, code: str) -> HttpResponse:
    """Leave for a provider, to link what one is there to one's own account."""
    actor_of(request)
    return leave(request, code, process=AuthProcess.CONNECT)


@never_cache
@require_safe
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Come back from an OpenID Connect provider."""
    provider_of(request, code, ProviderKind.OIDC)
    view = Callback.adapter_view(OidcAdapter(request, code))
    return cast("HttpResponse", view(request))


@csrf_exempt  # it comes from the provider's site; what it may do is said by its signature
@never_cache
@require_POST
def acs(request: HttpRequest, code: str) -> HttpResponse:
    """Take a SAML response, and have it read at the next address, where our cookies are sent."""
    _bound(request)
    provider = provider_of(request, code, ProviderKind.SAML)
    response = request.POST.get("SAMLResponse", "")
    if not response or len(response) > provider_saml.RESPONSE_MAX:
        return turn_away(request, provider.row, "answer")
    answer = redirect("provider_acs_finish", code=code)
    kept = LoginSession(request, "compagnon_saml_session", COOKIE)
    kept.store["response"] = response
    kept.store.set_expiry(300)
    kept.save(answer)
    return answer


@never_cache
@require_safe
def finish(request: HttpRequest, code: str) -> HttpResponse:
    """Read the SAML response that came, and let in or not."""
    provider = provider_of(request, code, ProviderKind.SAML)
    kept = LoginSession(request, "compagnon_saml_session", COOKIE)
    response = str(kept.store.get("response") or "")
    kept.delete()
    if not response:
        return turn_away(request, provider.row, "session")
    asked = provider_saml.answered(response)
    # Taken up once: the same response, sent again, answers nothing any more.
    state = statekit.unstash_state(request, state_id=asked, provider_id=code) if asked else None
    if state is None:
        return turn_away(request, provider.row, "replayed")
    try:
        auth = provider_saml.read(request, provider.row, response, asked=asked)
        login = provider.login(provider.asserted(*provider_saml.claims_of(auth)))
    except NotAdmitted as error:
        log.warning("people.saml_refused", provider=code, reason=str(error.__cause__ or error))
        return turn_away(request, provider.row, error.code)
    except OAuth2Error:
        return turn_away(request, provider.row, "answer")
    login.state = state
    # For the day when they sign out: kept with the session, which a second step keeps too.
    told = provider_saml.name_of(auth) | {"provider": code}
    request.session[KEPT] = told
    try:
        answer = cast("HttpResponse", complete_social_login(request, login))
    except ImmediateHttpResponse as stopped:
        return cast("HttpResponse", stopped.response)
    request.session[KEPT] = told
    identities.note_name(
        provider=provider.row, subject=login.account.uid, name=told.get("name", "")
    )
    return answer


@require_safe
def metadata(request: HttpRequest, code: str) -> HttpResponse:
    """Give our own SAML metadata, for the provider's administrator; before it is in use too."""
    row = IdentityProvider.objects.filter(code=code, kind=ProviderKind.SAML).first()
    if row is None:
        raise NotFound
    try:
        text = provider_saml.metadata(request, row)
    except NotAdmitted as error:
        return HttpResponse(str(error), status=501, content_type="text/plain; charset=utf-8")
    return HttpResponse(text, content_type="application/samlmetadata+xml")


@never_cache
@require_safe
def out(request: HttpRequest, code: str) -> HttpResponse:
    """Say that one has signed out here, and offer to sign out at the provider."""
    provider = provider_of(request, code)
    if provider.row.kind == ProviderKind.SAML:
        return _out_of_saml(request, provider.row)
    end = provider.row.found.get("end_session_endpoint", "")
    asked: dict[str, Any] = {"client_id": provider.row.client_id}
    asked["post_logout_redirect_uri"] = request.build_absolute_uri(reverse("account_login"))
    joint = "&" if "?" in end else "?"
    context = {
        "provider": provider.row,
        "address": f"{end}{joint}{urlencode(asked)}" if end and provider.row.ends_there else "",
    }
    return render(request, "people/providers/out.html", context)


@never_cache
@require_safe
def slo(request: HttpRequest, code: str) -> HttpResponse:
    """Take what a SAML provider says of signing out: that somebody goes, or that somebody went."""
    _bound(request)
    row = provider_of(request, code, ProviderKind.SAML).row
    try:
        if "SAMLRequest" in request.GET:
            wish = provider_saml.asked_out(request, row)
            identities.end_by_provider(
                actor=door(request), provider=row, name=wish.name, indexes=wish.indexes
            )
            return HttpResponseRedirect(wish.address)
        asked = str(request.session.pop(OUT, ""))
        done = bool(asked) and provider_saml.signed_out_there(request, row, asked=asked)
    except NotAdmitted as error:
        log.warning(
            "people.saml_sign_out_refused", provider=code, reason=str(error.__cause__ or error)
        )
        return render(
            request, "people/providers/out.html", {"provider": row, "failed": True}, status=403
        )
    context = {"provider": row, "done": done, "failed": not done}
    return render(request, "people/providers/out.html", context, status=200 if done else 403)


def _out_of_saml(request: HttpRequest, row: IdentityProvider) -> HttpResponse:
    address = ""
    told = opened(request.GET.get("as", ""))
    if told.get("provider") == row.code and row.ends_there and row.found.get("slo_url"):
        try:
            address, request.session[OUT] = provider_saml.farewell(request, row, told)
        except NotAdmitted as error:
            log.warning("people.saml_sign_out", provider=row.code, reason=str(error))
    return render(request, "people/providers/out.html", {"provider": row, "address": address})


urlpatterns = [
    path("", begin, name="provider_begin"),
    path("link/", link, name="provider_link"),
    path("answer/", answer, name="provider_answer"),
    path("acs/", acs, name="provider_acs"),
    path("acs/finish/", finish, name="provider_acs_finish"),
    path("metadata/", metadata, name="provider_metadata"),
    path("out/", out, name="provider_out"),
    path("slo/", slo, name="provider_slo"),
]
