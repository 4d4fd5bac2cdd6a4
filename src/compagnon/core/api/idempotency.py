"""A creation sent twice is made once: ``Idempotency-Key`` (IETF httpapi draft 07).

The answer is kept in the transaction of the creation: either both are there or neither. A call
that was refused keeps nothing, and may be sent again under the same key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.core.api.auth import ApiRequest, caller_of
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.models import IdempotencyKey

KEPT_FOR = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,120}")
KEPT_HEADERS = ("ETag", "Location", "Content-Type")


def once(request: ApiRequest, make: Callable[[], HttpResponse]) -> HttpResponse:
    """Make the answer, or give again the one kept under the request's key.

    Args:
        make: does the work and gives the answer; raises what is refused.

    Raises:
        Invalid: the key is not 1 to 120 visible ASCII characters, or was used for another request.
        Conflict: the first call with this key is still at work.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return make()
    if not KEY.fullmatch(key):
        raise Invalid(
            _("An idempotency key is 1 to 120 visible ASCII characters without space."),
            code="bad-idempotency-key",
        )
    caller, fingerprint = caller_of(request.actor), fingerprint_of(request)
    with transaction.atomic():
        _alone(caller, key)
        kept = IdempotencyKey.objects.filter(caller=caller, key=key).first()
        if kept is not None and kept.created_at < timezone.now() - KEPT_FOR:
            kept.delete()
            kept = None
        if kept is not None:
            return _again(kept, fingerprint)
        response = make()
        IdempotencyKey.objects.create(
            caller=caller,
            key=key,
            fingerprint=fingerprint,
            status=response.status_code,
            body=response.content.decode(),
            headers={name: response[name] for name in KEPT_HEADERS if name in response},
        )
        return response


def fingerprint_of(request: ApiRequest) -> str:
    """Give the SHA-256 of what the request asks: method, address and body."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.hexdigest()
    # Once its parts are read, the body itself is gone; and its boundary changes at each call.
    for name, values in sorted(request.POST.lists()):
        digest.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for one in files:
            digest.update(repr((name, one.name, one.size)).encode())
            for chunk in one.chunks():
                digest.update(chunk)
            one.seek(0)
    return digest.hexdigest()


def _alone(caller: str, key: str) -> None:
    """Refuse a second call while the first runs. SQLite's writers queue already."""
    if connection.vendor != "postgresql":
        return
    digest = hashlib.sha256(f"{caller}\n{key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)",
            [int.from_bytes(digest[:8], "big", signed=True)],
        )
        (free,) = cursor.fetchone()
    if not free:
        raise Conflict(
            _("The first call with this idempotency key is still at work."),
            code="idempotency-key-in-use",
            retry_after=1,
        )


def _again(kept: IdempotencyKey, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        raise Invalid(
            _("This idempotency key was used for another request: make a new key."),
            code="idempotency-key-reused",
        )
    response = HttpResponse(kept.body, status=kept.status or 200, headers=kept.headers)
    response["Idempotency-Replayed"] = "true"
    return response


def forget_expired(*, now: datetime | None = None) -> int:
    """Delete the answers kept for longer than a day; gives how many. A periodic job calls it."""
    limit = (now or timezone.now()) - KEPT_FOR
    deleted, _by_model = IdempotencyKey.objects.filter(created_at__lt=limit).delete()
    return deleted
