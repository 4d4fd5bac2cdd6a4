"""Identity providers as allauth knows them; it finds this module by its name.

What our rows (``IdentityProvider``) say is given to allauth's flows; the checks that they leave
out are made here: the signature of the identity token, its nonce, and that the user's data is of
the same subject (OpenID Connect Core 1.0, 3.1.3.7 and 5.3.2).
"""

from __future__ import annotations

import re
import secrets
from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import Provider, ProviderAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import (
    OAuth2Adapter,
    OAuth2CallbackView,
)
from allauth.utils import build_absolute_uri
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from compagnon.core import sealing
from compagnon.people.models import Account, IdentityProvider, ProviderKind
from compagnon.people.provider_adapter import Declined
from compagnon.people.provider_keys import LABEL
from compagnon.people.services.identities import Asserted

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""With which tokens may be signed: never by the client's secret, never not at all."""
SUBJECT_MAX = 191
LEEWAY_SECONDS = 60
TRUE = {"true", "1", "yes"}


def app_of(row: IdentityProvider) -> SocialApp:
    """Give a provider of ours as allauth takes one; it is never saved."""
    app = SocialApp(
        provider=row.kind,
        provider_id=row.code,
        name=row.name[:40],
        client_id=row.client_id,
        secret=sealing.unseal(row.secret, label=LABEL)
        if row.secret and row.kind == ProviderKind.OIDC
        else "",
        settings={"scope": row.scopes.split(), "oauth_pkce_enabled": True},
    )
    app.row = row
    return app


def text_of(value: Any) -> str:
    """Give one claim or attribute as text; of several the first."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:500] if isinstance(value, str | int) else ""


class _Ours(Provider):  # type: ignore[misc]
    """What both protocols do alike."""

    account_class = ProviderAccount
    defaults: dict[str, tuple[str, ...]]

    def __init__(self, request: HttpRequest, app: SocialApp) -> None:
        super().__init__(request, app=app)
        self.row: IdentityProvider = app.row
        self.name = self.row.name

    def asserted(self, claims: dict[str, Any], subject: str) -> Asserted:
        """Read claims or attributes as the row's mapping names them.

        Raises:
            OAuth2Error: nobody is named.
        """
        named = self.row.mapping
        subject = text_of(claims.get(named["subject"])) if "subject" in named else subject
        if not subject or len(subject) > SUBJECT_MAX or not subject.isprintable():
            raise OAuth2Error("no subject, or too long a one, or one that nobody can write")

        def claim(name: str) -> str:
            names = (named[name],) if name in named else self.defaults.get(name, ())
            return next((found for one in names if (found := text_of(claims.get(one)))), "")

        return Asserted(
            subject=subject,
            address=claim("address"),
            is_verified=claim("verified").lower() in TRUE,
            first_name=claim("first_name"),
            last_name=claim("last_name"),
            name=claim("name"),
        )

    def login(self, asserted: Asserted) -> SocialLogin:
        """Give what allauth's flow takes on; of what was asserted it keeps the subject alone."""
        identity = SocialAccount(uid=asserted.subject, provider=self.row.code, extra_data={})
        login = SocialLogin(provider=self, account=identity, user=Account())
        login.asserted = asserted
        return login


class OidcAdapter(OAuth2Adapter):  # type: ignore[misc]
    """OpenID Connect with one of our providers, the code flow with PKCE."""

    def __init__(self, request: HttpRequest, code: str) -> None:
        self.provider_id = code
        self.nonce = ""
        self._provider: Any = None
        super().__init__(request)

    def get_provider(self) -> Any:
        """Give the provider, read once."""
        if self._provider is None:
            self._provider = get_adapter().get_provider(self.request, self.provider_id)
        return self._provider

    @property
    def found(self) -> dict[str, Any]:
        """What the provider said of itself."""
        return dict(self.get_provider().row.found)

    @property
    def authorize_url(self) -> str:
        """Where people are led."""
        return str(self.found["authorization_endpoint"])

    @property
    def access_token_url(self) -> str:
        """Where the code is exchanged."""
        return str(self.found["token_endpoint"])

    @property
    def basic_auth(self) -> bool:
        """Whether the client's secret goes in the header; its place when nothing is said."""
        methods = self.found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_post" not in methods and "client_secret_basic" in methods

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Give where the provider sends people back."""
        return str(build_absolute_uri(request, reverse("provider_answer", args=[app.provider_id])))

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: Any, pkce_code_verifier: Any = None
    ) -> Any:
        """Exchange the code.

        Raises:
            Declined: the provider refuses; of what it says its own short word alone is kept.
            requests.RequestException: it is out of order.
        """
        try:
            return super().get_access_token_data(request, app, client, pkce_code_verifier)
        except OAuth2Error as error:
            word = re.search(r'"error"\s*:\s*"([a-z_]{1,60})"', str(error))
            raise Declined(word[1] if word else "no access token") from None

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any
    ) -> SocialLogin:
        """Check what the provider answered, and give who it is.

        Raises:
            OAuth2Error: the identity token is not its own, not ours, or not of now.
        """
        try:
            return self._read(app, token, kwargs["response"])
        except requests.RequestException:
            raise
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise OAuth2Error("an answer that cannot be read") from error

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """Give the access token, which serves once and is kept nowhere."""
        return SocialToken(token=str(data["access_token"]))

    def _read(self, app: SocialApp, token: SocialToken, answered: dict[str, Any]) -> SocialLogin:
        claims = self.verified(str(answered.get("id_token") or ""), app.client_id)
        told: Any = {}
        if endpoint := self.found.get("userinfo_endpoint"):
            with get_adapter().get_requests_session() as calls:
                answer = calls.get(endpoint, headers={"Authorization": f"Bearer {token.token}"})
                answer.raise_for_status()
                told = answer.json()
            if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
                raise OAuth2Error("the user's data is of another subject")
        provider = self.get_provider()
        return provider.login(provider.asserted({**told, **claims}, claims["sub"]))

    def verified(self, token: str, client_id: str) -> dict[str, Any]:
        """Give the claims of an identity token, once everything about it is checked.

        Raises:
            OAuth2Error: what is wrong with it.
        """
        try:
            algorithm = str(jwt.get_unverified_header(token).get("alg"))
            if algorithm not in ALGORITHMS:
                raise OAuth2Error("signed in a way that is not accepted")
            claims: dict[str, Any] = jwt.decode(
                token,
                key=self._key(token),
                algorithms=[algorithm],
                audience=client_id,
                issuer=self.found["issuer"],
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("the identity token is not valid") from error
        nonce = claims.get("nonce")
        if not (self.nonce and isinstance(nonce, str) and _same(nonce, self.nonce)):
            raise OAuth2Error("the identity token answers another question")
        parties = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", client_id) != client_id or (len(parties) > 1 and "azp" not in claims):
            raise OAuth2Error("the identity token is for another party")
        return claims

    def _key(self, token: str) -> Any:
        with get_adapter().get_requests_session() as calls:
            answer = calls.get(self.found["jwks_uri"])
            answer.raise_for_status()
            held = answer.json()
        if not isinstance(held, dict) or not isinstance(held.get("keys"), list):
            raise OAuth2Error("no keys")
        keys = [
            key
            for key in jwt.PyJWKSet.from_dict(held).keys
            if key.key_type != "oct" and key.public_key_use in {None, "sig"}
        ]
        kid = jwt.get_unverified_header(token).get("kid")
        fitting = [key for key in keys if kid is None or key.key_id == kid]
        if len(fitting) != 1:
            raise OAuth2Error("no such key")
        return fitting[0].key


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    """Takes a provider's answer; the nonce that was asked for is checked with it."""

    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[Any, HttpResponse | None]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        # RFC 9207: an answer that names another issuer was mixed up with another provider's.
        issuer = request.GET.get("iss")
        if response is None and issuer and issuer != provider.row.found.get("issuer"):
            from allauth.socialaccount.helpers import render_authentication_error

            return None, render_authentication_error(request, provider)
        return state, response


class Oidc(_Ours, OAuth2Provider):  # type: ignore[misc]
    """A provider that speaks OpenID Connect."""

    id = "oidc"
    name = "OpenID Connect"
    defaults = {
        "address": ("email",),
        "verified": ("email_verified",),
        "first_name": ("given_name",),
        "last_name": ("family_name",),
        "name": ("name",),
    }

    def get_oauth2_adapter(self, request: HttpRequest) -> OidcAdapter:
        """Give what carries out the flow."""
        return OidcAdapter(request, self.row.code)

    def leave(self, request: HttpRequest, *, process: str, next_url: str) -> str:
        """Give the address at the provider where somebody is led; remembers the question."""
        nonce = secrets.token_urlsafe(24)
        answer = self.redirect(
            request, process, next_url or None, auth_params={"nonce": nonce}, nonce=nonce
        )
        return str(answer["Location"])


class Saml(_Ours):
    """A provider that speaks SAML 2.0."""

    id = "saml"
    name = "SAML"
    supports_redirect = True
    defaults = {
        "address": (
            "mail",
            "email",
            "urn:oid:0.9.2342.19200300.100.1.3",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        ),
        "verified": ("email_verified",),
        "first_name": (
            "givenName",
            "urn:oid:2.5.4.42",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
        ),
        "last_name": (
            "sn",
            "surname",
            "urn:oid:2.5.4.4",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
        ),
        "name": ("displayName", "cn", "urn:oid:2.16.840.1.113730.3.1.241"),
    }

    def leave(self, request: HttpRequest, *, process: str, next_url: str) -> str:
        """Give the address at the provider where somebody is led; remembers the question.

        Raises:
            NotAdmitted: SAML is not installed.
        """
        from compagnon.people import provider_saml

        address, question = provider_saml.question(request, self.row)
        self.stash_redirect_state(request, process, next_url or None, state_id=question)
        return address


provider_classes = [Oidc, Saml]
