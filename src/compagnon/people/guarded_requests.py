"""The calls that allauth makes to a provider (``requests``), led through the guarded door."""

from __future__ import annotations

import json
import time
from typing import Any

import requests
from django.http import HttpRequest
from requests.adapters import BaseAdapter

from compagnon.core import guarded_http

SECONDS = 6.0
"""For all that is asked of a provider while somebody waits for one page."""
MOST = 512 * 1024
# Said by us, since the body is not read again by them: the door takes care of the rest.
OURS = {"connection", "content-length", "accept-encoding", "host", "transfer-encoding"}


class Faulty(requests.RequestException):
    """The provider's server answers, but not as the protocol says: it is out of order."""


class GuardedAdapter(BaseAdapter):
    """Sends a prepared request through ``core.guarded_http``: no redirection, no proxy."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self.until = until

    def send(self, request: requests.PreparedRequest, **_settings: Any) -> requests.Response:  # type: ignore[override]
        """Send it and give the answer.

        Raises:
            requests.ConnectionError: the address may not be called, or does not answer in time.
            Faulty: it answers a fault of its own, or no JSON.
        """
        body = request.body or b""
        headers = {
            name: str(value) for name, value in request.headers.items() if name.lower() not in OURS
        }
        try:
            answer = guarded_http.call(
                request.url or "",
                method=request.method or "GET",
                body=body.encode() if isinstance(body, str) else bytes(body),  # type: ignore[arg-type]
                headers=headers,
                seconds=max(self.until - time.monotonic(), 0.01),
                most=MOST,
            )
        except (guarded_http.NotAllowed, guarded_http.Unanswered) as error:
            raise requests.ConnectionError(str(error), request=request) from error
        if why := fault(answer):
            raise Faulty(f"{(request.url or '').partition('?')[0]} {why}", request=request)
        response = requests.Response()
        response.status_code = answer.status
        response._content = answer.body
        response.url = request.url or ""
        response.request = request
        # What it is is told by its first sign: the types of token endpoints differ.
        is_json = answer.body.lstrip()[:1] in {b"{", b"["}
        response.headers["Content-Type"] = "application/json" if is_json else "text/plain"
        return response

    def close(self) -> None:
        """Keep nothing open."""


def fault(answer: guarded_http.Answer) -> str:
    """Say what is wrong with a provider's answer, for the log; empty: nothing.

    A refusal (400, 401…) is none: it answers what was asked.
    """
    if answer.status >= 500 or 300 <= answer.status < 400 or answer.status in {404, 410}:
        return f"answers with status {answer.status}"
    if answer.status >= 400:
        return ""
    try:
        read = json.loads(answer.body)
    except (ValueError, RecursionError):
        return "answers no JSON"
    return "" if isinstance(read, dict) else "answers no JSON object"


def session(request: HttpRequest | None = None) -> requests.Session:
    """Give a session that calls through the door alone, and reads nothing of the environment.

    Args:
        request: the page for which it calls; all calls for one page share their time.
    """
    until: float = getattr(request, "provider_calls_until", 0.0)
    if not until:
        until = time.monotonic() + SECONDS
        if request is not None:
            request.provider_calls_until = until  # type: ignore[attr-defined]
    made = requests.Session()
    made.trust_env = False
    made.max_redirects = 0
    made.adapters.clear()
    made.mount("https://", GuardedAdapter(until))
    made.mount("http://", GuardedAdapter(until))
    return made
