"""What happens around every request: a correlation id, and our errors told as pages or problems."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

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
        """Answer; see :meth:`process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a typed error; any other goes on to Django."""
        if not isinstance(error, CompagnonError):
            return None
        if isinstance(error, SignInNeeded) and request.method == "GET" and not is_fragment(request):
            return redirect(
                f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
            )
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse(
                error.problem(), status=error.status, content_type="application/problem+json"
            )
        template = "ui/error_fragment.html" if is_fragment(request) else "ui/error.html"
        return render(request, template, {"error": error}, status=error.status)


def is_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"
