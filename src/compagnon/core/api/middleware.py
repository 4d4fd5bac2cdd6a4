"""What surrounds every answer of the API, whoever made it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from compagnon.core.api.errors import BY_STATUS, PROBLEM, Fault, Malformed, problem_response
from compagnon.core.api.throttle import Allowance

PREFIX = "/api/"


class ApiMiddleware:
    """Make a problem of every error under ``/api/``, Django's own included; add the headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; pages are left alone."""
        response = self.get_response(request)
        if not request.path_info.startswith(PREFIX):
            return response
        if response.status_code >= 400 and response.headers.get("Content-Type") != PROBLEM:
            response = _as_problem(response)
        allowance: Allowance | None = getattr(request, "allowance", None)
        if allowance is not None:
            response["RateLimit-Limit"] = str(allowance.limit)
            response["RateLimit-Remaining"] = str(allowance.remaining)
            response["RateLimit-Reset"] = str(allowance.reset)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ("Authorization", "Cookie", "Accept-Language"))
        return response


def _as_problem(response: HttpResponse) -> HttpResponse:
    kind = BY_STATUS.get(response.status_code, Fault if response.status_code >= 500 else Malformed)
    problem = problem_response(kind())
    problem.status_code = response.status_code
    for name in ("Allow", "Retry-After", "X-Request-ID"):
        if name in response:
            problem[name] = response[name]
    return problem
