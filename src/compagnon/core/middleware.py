"""What happens around every request: a correlation id, and our errors told as pages or problems."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from compagnon.core.errors import CompagnonError, SignInNeeded

Respond = Callable[[HttpRequest], HttpResponse]
SAFE_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


class CorrelationMiddleware:
    """Give each request an id that its journal entries, tasks, logs and answer all carry."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with ``X-Request-ID``; a caller's own id is taken when it is a UUID."""
        given = request.headers.get("X-Request-ID", "").lower()
        request.correlation_id = uuid.UUID(given) if SAFE_ID.fullmatch(given) else uuid.uuid4()  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(
            request_id=str(request.correlation_id)  # type: ignore[attr-defined]
        ):
            response = self.get_response(request)
        response["X-Request-ID"] = str(request.correlation_id)  # type: ignore[attr-defined]
        return response


class ErrorMiddleware:
    """Turn what a service refuses into a page that says what happened and what to do next."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; see :meth:`process_exception` and :func:`leads_to_sign_in`."""
        response = self.get_response(request)
        if not leads_to_sign_in(request, response):
            return response
        if is_fragment(request) or wants_json(request):
            # A script that is led to the page of signing in takes it for what it asked.
            error = SignInNeeded(
                _(
                    "You are no longer signed in. Sign in again to go on: an answer or a note that "
                    "you were writing comes back."
                )
            )
            return self.process_exception(request, error) or response
        if request.method in {"GET", "HEAD"}:
            return response
        # What was sent cannot be asked for: they come back to the page that they sent it from.
        came_from = page_before(request)
        return redirect(
            f"{reverse('account_login')}?{urlencode({'next': came_from})}"
            if came_from
            else "account_login"
        )

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a typed error; any other goes on to Django."""
        if not isinstance(error, CompagnonError):
            return None
        if isinstance(error, SignInNeeded) and request.method == "GET" and not is_fragment(request):
            return redirect(
                f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
            )
        if wants_json(request):
            return JsonResponse(
                error.problem(), status=error.status, content_type="application/problem+json"
            )
        template = "ui/error_fragment.html" if is_fragment(request) else "ui/error.html"
        return render(request, template, {"error": error}, status=error.status)


def is_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a script asks for data."""
    return "application/json" in request.headers.get("Accept", "")


def leads_to_sign_in(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether the answer is «sign in, then come back to this address»."""
    if response.status_code != 302:
        return False
    to = urlsplit(response.headers["Location"])
    if to.path != reverse("account_login"):
        return False
    return parse_qs(to.query).get("next") == [request.get_full_path()]


def page_before(request: HttpRequest) -> str:
    """Give the page of ours from which a form was sent; empty where the browser does not say."""
    address = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not ours:
        return ""
    parts = urlsplit(address)
    place = f"{parts.path}?{parts.query}" if parts.query else parts.path
    # Without our name before them, «//elsewhere/» and «/\elsewhere/» would be another machine.
    is_here = place.startswith("/") and url_has_allowed_host_and_scheme(place, allowed_hosts=None)
    return place if is_here else ""
