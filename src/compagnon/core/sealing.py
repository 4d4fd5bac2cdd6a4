"""Encrypting the few secrets that must be read again: keys of a second factor, SNMP communities.

The key comes from ``SECRET_KEY`` by HKDF (RFC 5869) under a label of the use, so that nothing
signed with the same setting, nor sealed for another use, helps to read it.
``SECRET_KEY_FALLBACKS`` still open: to change the key, put the old one there; what is written from
then on is under the new one.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(ValueError):
    """No key that we have opens this: ``SECRET_KEY`` was changed without keeping the old one."""


def seal(text: str, *, label: bytes) -> str:
    """Give the text encrypted and signed, in ASCII; ``label`` names the use."""
    return _box(label).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str, *, label: bytes) -> str:
    """Give the text back.

    Raises:
        Unreadable: it was not sealed here under that label, was altered, or the key is lost.
    """
    try:
        return _box(label).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable("cannot be decrypted with SECRET_KEY or SECRET_KEY_FALLBACKS") from None


def _box(label: bytes) -> MultiFernet:
    return MultiFernet(
        [_fernet(key, label) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _fernet(secret: str, label: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
