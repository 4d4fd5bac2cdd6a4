"""Who may report, and for which organisation.

A token, in this order: the password of Basic authentication (the user name is free), a Bearer
token, the header ``X-Enrolment-Token``, the address (``/inventory?token=…``). Then the subject of a
client certificate, only in the header that the operator named and only behind a proxy. Then an
address of the open networks, without any of these.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from compagnon.core.actor import Actor, Source
from compagnon.park.models import EnrolmentToken
from compagnon.park.services.tokens import digest_of
from compagnon.people.models import Organisation
from compagnon.people.services import organisations

REMEMBERED_SECONDS = 20.0
USE_NOTED_SECONDS = 600
MOST_REMEMBERED = 5000
LONGEST_SECRET = 200


@dataclass(frozen=True, slots=True)
class Grant:
    """For whom an agent may report."""

    organisation_id: int
    site_id: int | None = None
    token_id: int | None = None


_grants: dict[str, tuple[float, Grant | None]] = {}


def forget() -> None:
    """Ask the database again."""
    _grants.clear()


def grant_of(request: HttpRequest) -> Grant | None:
    """Give what the request may report for; nothing: it may not.

    A wrong token is refused even where none would be needed: somebody meant another.
    """
    secret = secret_of(request)
    if secret:
        return _remembered("t" + digest_of(secret), Q(digest=digest_of(secret)))
    if subject := certificate_of(request):
        return _remembered("c" + digest_of(subject), Q(certificate=subject))
    return _open() if is_open(request) else None


def secret_of(request: HttpRequest) -> str:
    """Give the token that a request shows, wherever it stands."""
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    found = ""
    if scheme.lower() == "basic":
        try:
            user, _colon, word = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = word = "?"
        found = word or user
    elif scheme.lower() == "bearer":
        found = value
    found = found or request.headers.get("X-Enrolment-Token", "")
    found = found or request.GET.get("token", "") or request.GET.get("tag", "")
    return found.strip()[:LONGEST_SECRET]


def certificate_of(request: HttpRequest) -> str:
    """Give the subject of the client certificate that the proxy checked."""
    name = settings.INVENTORY_CERTIFICATE_HEADER
    if not name or not settings.BEHIND_PROXY:
        return ""
    return request.headers.get(name, "").strip()[:250]


def is_open(request: HttpRequest) -> bool:
    """Tell whether the request comes from a network that needs no token.

    A proxy on this machine must not make everybody local.
    """
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    if settings.BEHIND_PROXY:
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    networks = _networks(tuple(settings.INVENTORY_OPEN_NETWORKS))
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in networks)


@lru_cache(maxsize=8)
def _networks(
    names: Sequence[str],
) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def _remembered(key: str, condition: Q) -> Grant | None:
    now = time.monotonic()
    known = _grants.get(key)
    if known is not None and known[0] > now:
        return known[1]
    if len(_grants) >= MOST_REMEMBERED:
        _grants.clear()
    found = _read(condition)
    _grants[key] = (now + REMEMBERED_SECONDS, found)
    return found


def _read(condition: Q) -> Grant | None:
    now = timezone.now()
    token = (
        EnrolmentToken.objects.filter(condition, revoked_at__isnull=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        .filter(organisation__is_active=True)
        .first()
    )
    if token is None:
        return None
    last = token.last_used_at
    if last is None or (now - last).total_seconds() > USE_NOTED_SECONDS:
        EnrolmentToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return Grant(token.organisation_id, token.site_id, token.pk)


def _open() -> Grant:
    now = time.monotonic()
    known = _grants.get("open")
    if known is None or known[0] <= now or known[1] is None:
        known = (now + REMEMBERED_SECONDS, Grant(default_organisation().pk))
        _grants["open"] = known
    assert known[1] is not None  # noqa: S101 — just written
    return known[1]


def default_organisation() -> Organisation:
    """Give where machines go that nobody's token placed: the one root organisation there is.

    With none or several, where the program puts what comes from unknown senders.
    """
    roots = list(Organisation.objects.filter(parent__isnull=True, is_active=True)[:2])
    if len(roots) == 1:
        return roots[0]
    return organisations.unknown_senders(Actor.system("inventory", source=Source.TASK))
