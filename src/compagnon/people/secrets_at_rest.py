"""Encrypting the few secrets that must be read again, such as a second factor's key.

The key comes from ``SECRET_KEY`` by HKDF (RFC 5869) under its own label, so that nothing signed
with the same setting helps to read it. ``SECRET_KEY_FALLBACKS`` still decrypt: to change the key,
put the old one there; what is written from then on is under the new one.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_LABEL = b"compagnon.people second factor 1"


class Unreadable(ValueError):
    """No key that we have decrypts this: ``SECRET_KEY`` was changed without keeping the old one."""


def encrypt(text: str) -> str:
    """Give the text encrypted and signed, in ASCII."""
    return _box().encrypt(text.encode()).decode("ascii")


def decrypt(encrypted: str) -> str:
    """Give the text back.

    Raises:
        Unreadable: it was not encrypted here, was altered, or the key is lost.
    """
    try:
        return _box().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise Unreadable("cannot be decrypted with SECRET_KEY or SECRET_KEY_FALLBACKS") from None


def _box() -> MultiFernet:
    return MultiFernet(
        [_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _fernet(secret: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_LABEL).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
