"""Who calls the API: a program with a bearer token, or our own pages with their session.

``core`` knows no accounts: ``people`` registers the function that turns a token into an actor::

    @core.api.auth.authenticator
    def authenticate(raw: str) -> Actor | None: ...
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from compagnon.core.actor import Actor, Source
from compagnon.core.api import throttle
from compagnon.core.errors import Refused, SignInNeeded

Authenticate = Callable[[str], Actor | None]

_authenticators: list[Authenticate] = []


class ApiRequest(HttpRequest):
    """A request whose caller is known. For type checkers: Django makes plain ones."""

    actor: Actor
    correlation_id: uuid.UUID


def authenticator(function: Authenticate) -> Authenticate:
    """Register the function that knows whose a bearer token is; ``None`` when nobody's."""
    _authenticators[:] = [function]
    return function


def caller_of(actor: Actor) -> str:
    """Name the caller, for counting and for idempotency; a token is another than its owner."""
    return f"token:{actor.token_id}" if actor.token_id else f"person:{actor.id}"


def admit(request: HttpRequest, actor: Actor) -> Actor:
    """Let the actor in through the API's door, and count the call."""
    # «through» first: the pages' actor is a lazy proxy, of which replace() knows nothing.
    found = replace(
        actor.through(Source.API),
        correlation_id=getattr(request, "correlation_id", actor.correlation_id),
    )
    request.actor = found  # type: ignore[attr-defined]
    throttle.spend(request, caller_of(found))
    return found


class Bearer(AuthBase):
    """``Authorization: Bearer TOKEN``. A token that is given and wrong is never passed over."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A token made on your account's page: `Authorization: Bearer TOKEN`."

    def __call__(self, request: HttpRequest) -> Actor | None:
        """Give the actor; ``None`` when the request carries no ``Authorization``.

        Raises:
            SignInNeeded: the header is there and is not a valid token.
            TooMany: too many calls, or too many wrong tokens from one address.
        """
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _space, raw = header.partition(" ")
        if scheme.lower() == "bearer" and 0 < len(raw) <= 200:
            for authenticate in _authenticators:
                if (actor := authenticate(raw.strip())) is not None:
                    return admit(request, actor)
        throttle.spend(request, f"address:{request.META.get('REMOTE_ADDR', '')}")
        raise SignInNeeded(_("This token is not valid: it may have expired or been revoked."))


class Session(AuthBase):
    """The session cookie of our pages; a change also needs ``X-CSRFToken``."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "The session of the pages; a change also sends `X-CSRFToken`."

    def __call__(self, request: HttpRequest) -> Actor | None:
        """Give the actor who has signed in; ``None`` when nobody has.

        Raises:
            Refused: a change without the token against cross-site requests.
        """
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        actor = cast("Actor", getattr(request, "actor", None) or Actor.anonymous())
        if not actor.is_known:
            return None
        if check_csrf(request) is not None:
            raise Refused(
                _("The X-CSRFToken header is missing or wrong: load the page again."), code="csrf"
            )
        return admit(request, actor)
