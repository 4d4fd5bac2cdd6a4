"""Our own key at a SAML provider: assertions are encrypted to it, and it signs what we send.

The pair is made with the provider and kept sealed in its ``secret``, which SAML has no other use
for; the certificate stands in our metadata. It serves ten years.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone

from compagnon.core import sealing
from compagnon.people.models import IdentityProvider

LABEL = b"compagnon.people identity provider 1"
YEARS = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key and its certificate, in PEM."""

    key: str
    certificate: str


def made(code: str) -> str:
    """Make a pair for a provider, and give it sealed."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Compagnon {code}")])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=366 * YEARS))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    told = json.dumps({"key": private.decode(), "certificate": public.decode()})
    return sealing.seal(told, label=LABEL)


def pair_of(row: IdentityProvider) -> Pair | None:
    """Give our pair at a provider; ``None``: there is none, or the key that it is under is lost."""
    if not row.secret:
        return None
    try:
        read = json.loads(sealing.unseal(row.secret, label=LABEL))
        return Pair(str(read["key"]), str(read["certificate"]))
    except (sealing.Unreadable, ValueError, KeyError, TypeError):
        return None
