"""Whether a provider is there, asked before somebody is led to it.

Whoever is led to a server that does not answer reads their browser's own page, from which nothing
leads back. What is asked is what it says of itself, which is kept as it is now; and where that does
not answer, the server that we must speak to ourselves. Both are short, and what was found is
remembered, so that many who come at once do not wait one after another.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone, translation

from compagnon.core import guarded_http
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError
from compagnon.people import provider_discovery
from compagnon.people.models import IdentityProvider, ProviderKind
from compagnon.people.provider_discovery import FRESH, Undiscovered
from compagnon.people.services import providers

log = structlog.get_logger(__name__)

DESCRIBED_SECONDS, KNOCK_SECONDS = 3.0, 2.0
REMEMBERED = {True: 60, False: 15}
"""Seconds for which it is not asked again."""


def is_there(*, actor: Actor, provider: IdentityProvider) -> bool:
    """Tell whether somebody may be led to a provider; it takes five seconds at most.

    What it says of itself now is kept, on the row that was given too, where it is another than
    before or a day old. Metadata that was pasted names servers that we may not reach and browsers
    do: nothing is asked of them.
    """
    if provider.metadata:
        return True
    known = cache.get(_key(provider))
    if isinstance(known, bool):
        return known
    error = _read(actor, provider)
    found = not error or _answers(provider)
    if not found:
        log.warning("people.provider_away", provider=provider.code, reason=error)
    remember(provider, found)
    return found


def remember(provider: IdentityProvider, is_there: bool) -> None:
    """Keep for a moment that a provider answers, or does not."""
    cache.set(_key(provider), is_there, REMEMBERED[is_there])


def _key(provider: IdentityProvider) -> str:
    return f"people.provider.{provider.pk}.{provider.version}"


def _read(actor: Actor, provider: IdentityProvider) -> str:
    """Read what it says of itself, and keep what is new; gives what is wrong."""
    found: dict[str, Any] = {}
    error = ""
    try:
        # Kept for its keepers: in the language of the house, not of whoever happens to come.
        with translation.override(settings.LANGUAGE_CODE):
            found = provider_discovery.discover(provider, seconds=DESCRIBED_SECONDS)
    except Undiscovered as failure:
        error = str(failure)
    is_old = provider.checked_at is None or timezone.now() - provider.checked_at >= FRESH
    is_new = bool(error) != bool(provider.check_error) or (not error and found != provider.found)
    if is_old or is_new:
        try:
            kept = providers.note_check(actor=actor, provider=provider, found=found, error=error)
        except CompagnonError as failure:
            log.warning("people.provider_unkept", provider=provider.code, reason=str(failure))
        else:
            provider.found, provider.check_error = kept.found, kept.check_error
    return error


def _answers(provider: IdentityProvider) -> bool:
    """Tell whether the server behind it answers, though it does not describe itself."""
    if provider.kind == ProviderKind.OIDC:
        # Whatever browsers reach, nobody comes back without it.
        address = str(provider.found.get("token_endpoint", ""))
    else:
        address = str(provider.found.get("sso_url", ""))
        if urlsplit(address).netloc != urlsplit(provider.address).netloc:
            return True
    try:
        answer = guarded_http.call(address, method="GET", seconds=KNOCK_SECONDS, most=1024)
    except (guarded_http.NotAllowed, guarded_http.Unanswered):
        return False
    return answer.status < 500
