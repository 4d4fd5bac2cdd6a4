"""The keys of second factors, encrypted: they must be read again (see ``core.sealing``)."""

from __future__ import annotations

from compagnon.core.sealing import Unreadable, seal, unseal

__all__ = ["Unreadable", "decrypt", "encrypt"]

_LABEL = b"compagnon.people second factor 1"


def encrypt(text: str) -> str:
    """Give the text encrypted and signed, in ASCII."""
    return seal(text, label=_LABEL)


def decrypt(encrypted: str) -> str:
    """Give the text back.

    Raises:
        Unreadable: it was not encrypted here, was altered, or the key is lost.
    """
    return unseal(encrypted, label=_LABEL)
