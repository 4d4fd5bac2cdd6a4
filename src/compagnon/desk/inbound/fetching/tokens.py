"""OAuth 2 tokens for IMAP: by a refresh token (RFC 6749 section 6), or as an application (4.4).

The token endpoint is called as any address that somebody typed: never inside unless allowed.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from compagnon.core import guarded_http
from compagnon.core.sealing import seal, unseal
from compagnon.desk.models import ImapSignIn, MailFetch

EARLY = timedelta(seconds=60)
LONGEST = 24 * 3600
MOST_BYTES = 64 * 1024


class NoToken(Exception):
    """The token endpoint gave none; says what it answered."""


def access_token(fetch: MailFetch, *, label: bytes) -> str:
    """Give a token that is still good: the one that we hold, or a new one.

    Raises:
        NoToken: the endpoint gives none.
    """
    if fetch.access_token and fetch.access_until and fetch.access_until > timezone.now() + EARLY:
        return unseal(fetch.access_token, label=label)
    answer = _asked(fetch, label)
    token = answer.get("access_token")
    if not isinstance(token, str) or not token or not token.isascii() or len(token) > 20_000:
        raise NoToken(_why(answer))
    seconds = answer.get("expires_in")
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds[:9])
    lasts = min(seconds, LONGEST) if isinstance(seconds, int) and seconds > 0 else 300
    values = {
        "access_token": seal(token, label=label),
        "access_until": timezone.now() + timedelta(seconds=lasts),
    }
    # Some servers change the refresh token at each use: the former one is no longer good.
    renewed = answer.get("refresh_token")
    if fetch.sign_in == ImapSignIn.REFRESH and isinstance(renewed, str) and renewed:
        values["refresh_token"] = seal(renewed[:20_000], label=label)
    for name, value in values.items():
        setattr(fetch, name, value)
    MailFetch.objects.filter(pk=fetch.pk).update(**values)
    return token


def forget(fetch: MailFetch) -> None:
    """Ask a new token the next time."""
    fetch.access_token, fetch.access_until = "", None
    MailFetch.objects.filter(pk=fetch.pk).update(access_token="", access_until=None)


def _asked(fetch: MailFetch, label: bytes) -> dict[str, Any]:
    form = {"client_id": fetch.client_id}
    if fetch.client_secret:
        form["client_secret"] = unseal(fetch.client_secret, label=label)
    if fetch.oauth_scope:
        form["scope"] = fetch.oauth_scope
    if fetch.sign_in == ImapSignIn.REFRESH:
        form["grant_type"] = "refresh_token"
        form["refresh_token"] = unseal(fetch.refresh_token, label=label)
    else:
        form["grant_type"] = "client_credentials"
    try:
        answer = guarded_http.call(
            fetch.token_url,
            body=urlencode(form).encode(),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            most=MOST_BYTES,
        )
    except (guarded_http.NotAllowed, guarded_http.Unanswered) as error:
        raise NoToken(str(error)) from error
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NoToken(f"answered {answer.status} without JSON")
    if answer.status != 200:
        raise NoToken(f"answered {answer.status}: {_why(found)}")
    return found


def _why(answer: dict[str, Any]) -> str:
    """Give the error's code and words, never a token."""
    parts = [answer.get(name) for name in ("error", "error_description")]
    return " ".join(str(part)[:200] for part in parts if isinstance(part, str)) or "no access_token"
