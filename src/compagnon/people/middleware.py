"""The request's actor: who has signed in, how far they see, in which language they read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from compagnon.core.actor import Actor, Source
from compagnon.people.models import Account
from compagnon.people.queries import actor_for


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
        return self.get_response(request)

    def _speak(self, request: HttpRequest) -> None:
        account = request.user
        assert isinstance(account, Account)  # noqa: S101
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(account.person.language)
            request.LANGUAGE_CODE = translation.get_language()
        timezone.activate(account.person.organisation.time_zone)


def page_actor(request: HttpRequest) -> Actor:
    """Build the actor of a signed-in request; anonymous otherwise."""
    account = request.user
    if not isinstance(account, Account) and not account.is_authenticated:
        return Actor.anonymous()
    return actor_for(
        account.person,
        source=Source.PAGE,
        correlation_id=getattr(request, "correlation_id", None),
    )
