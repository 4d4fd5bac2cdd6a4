"""The calls that allauth makes to a provider (``requests``), led through the guarded door."""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import BaseAdapter

from compagnon.core import guarded_http

SECONDS = 8.0
MOST = 512 * 1024
# Said by us, since the body is not read again by them: the door takes care of the rest.
OURS = {"connection", "content-length", "accept-encoding", "host", "transfer-encoding"}


class GuardedAdapter(BaseAdapter):
    """Sends a prepared request through ``core.guarded_http``: no redirection, no proxy."""

    def send(self, request: requests.PreparedRequest, **_settings: Any) -> requests.Response:  # type: ignore[override]
        """Send it and give the answer.

        Raises:
            requests.ConnectionError: the address may not be called, or does not answer.
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
                seconds=SECONDS,
                most=MOST,
            )
        except (guarded_http.NotAllowed, guarded_http.Unanswered) as error:
            raise requests.ConnectionError(str(error), request=request) from error
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


def session() -> requests.Session:
    """Give a session that calls through the door alone, and reads nothing of the environment."""
    made = requests.Session()
    made.trust_env = False
    made.max_redirects = 0
    made.adapters.clear()
    made.mount("https://", GuardedAdapter())
    made.mount("http://", GuardedAdapter())
    return made
