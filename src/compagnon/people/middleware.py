"""The request's actor: who has signed in, how far they see, in which language they read."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor, Source
from compagnon.people import facts
from compagnon.people.models import Account
from compagnon.people.queries import actor_for

# Where somebody whose role asks for a second factor may go before it is set up.
WITHOUT_SECOND_FACTOR = ("account_", "mfa_", "set_language", "javascript_catalog")


class ActorMiddleware:
    """Put ``request.actor`` on each request; its queries run only if somebody reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the person's language unless they chose another on this device."""
        request.actor = SimpleLazyObject(lambda: page_actor(request))  # type: ignore[attr-defined]
        # Without a session cookie nobody can have signed in, and the session is not opened.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._speak(request)
        try:
            return self.get_response(request)
        finally:
            # The zone belongs to the thread, which serves somebody else next.
            timezone.deactivate()

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Lead whoever lacks a second factor that their role asks for to setting it up."""
        match = request.resolver_match
        if (
            match is None
            or not lacks_second_factor(request)
            or (match.url_name or "").startswith(WITHOUT_SECOND_FACTOR)
            or request.method != "GET"
        ):
            # Other methods go on: the actor is nobody, so nothing can be done.
            return None
        if "text/html" not in request.headers.get("Accept", ""):
            return None
        messages.warning(request, _("Your role asks for a second factor: set it up to go on."))
        return redirect("mfa_activate_totp")

    def _speak(self, request: HttpRequest) -> None:
        person = cast("Account", request.user).person
        if not request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME):
            translation.activate(person.language)
            request.LANGUAGE_CODE = translation.get_language()
        timezone.activate((person.site or person.organisation).time_zone)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Tell whether somebody has signed in without the second factor that a role asks for."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return bool(getattr(request.user, "second_factor_missing", False))


def page_actor(request: HttpRequest) -> Actor:
    """Build the actor of a signed-in request; anonymous otherwise."""
    account = request.user
    if not account.is_authenticated or lacks_second_factor(request):
        return Actor.anonymous()
    return actor_for(
        account.person,
        source=Source.PAGE,
        correlation_id=getattr(request, "correlation_id", None),
        known_to_be=facts.of(account),
    )
