"""The keys of what is pushed: ours, made once and sealed; each browser's, sealed as well."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from compagnon.core.sealing import seal, unseal
from compagnon.desk.models import PushKey, PushSubscription
from compagnon.desk.outbound.webpush import Browser, encoded, new_key, public, read, written

_OURS = b"compagnon.desk push key 1"
_THEIRS = b"compagnon.desk push subscription 1"


def current() -> PushKey | None:
    """Give the key that new subscriptions are made with, if one was made."""
    return PushKey.objects.order_by("-id").first()


def fresh() -> PushKey:
    """Give a new key, unsaved."""
    key = new_key()
    return PushKey(public=encoded(public(key)), sealed=seal(written(key), label=_OURS))


def private(key: PushKey) -> EllipticCurvePrivateKey:
    """Open our key.

    Raises:
        Unreadable: ``SECRET_KEY`` was changed without keeping the old one.
    """
    return read(unseal(key.sealed, label=_OURS))


def sealed(endpoint: str, p256dh: str, auth: str) -> str:
    """Seal what a browser gave."""
    return seal(json.dumps([endpoint, p256dh, auth]), label=_THEIRS)


def opened(one: PushSubscription) -> tuple[str, Browser]:
    """Give a browser's address and keys.

    Raises:
        Unreadable: ``SECRET_KEY`` was changed without keeping the old one.
        NotAKey: what was sealed is no key.
    """
    endpoint, p256dh, auth = json.loads(unseal(one.sealed, label=_THEIRS))
    return endpoint, Browser.of(p256dh, auth)


def webpush_public(key: PushKey) -> str:
    """Give the public half again from the sealed one: what is kept belongs together."""
    return encoded(public(private(key)))
