"""Signed and encrypted mail (S/MIME, RFC 8551; PGP/MIME, RFC 3156): what can be said of it.

Pure: it knows no Django. `opening.open_mail` takes the raw message, our keys and those whom we
trust, and gives what was found and, where it could be opened, the message in clear. Only what
encloses the whole message counts as its protection: a signed part inside another says nothing of
what stands around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A certificate of ours, and its private key."""

    certificate: x509.Certificate
    key: PrivateKeyTypes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """What can be said of a signature.

    Args:
        state: ``valid``, ``mismatch`` (good, by another address than From's), ``untrusted`` (good,
            under an authority that we do not know), ``expired`` (its certificate was out of its
            dates), ``invalid`` (the text is not what was signed), ``unverified`` (not checked).
        signer: the holder of the certificate, as it names them.
        addresses: the mail addresses that the certificate holds, in lower case.
        claimed_at: when it says that it was signed; nobody vouches for that.
        detail: why, for a technician.
    """

    state: str
    signer: str = ""
    addresses: tuple[str, ...] = ()
    issuer: str = ""
    serial: str = ""
    claimed_at: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Protection:
    """What was found on a message.

    Args:
        scheme: ``smime`` or ``pgp``.
        encryption: empty, ``decrypted``, ``no_key`` or ``failed``.
        clear: the message to read instead of the raw one, where it was decrypted.
    """

    scheme: str
    signature: Signature | None = None
    encryption: str = ""
    detail: str = ""
    clear: bytes | None = field(default=None, repr=False)
