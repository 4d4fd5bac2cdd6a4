"""The keys of a signer, how they are named, and how they are kept and carried.

A signer has three: an authority of its own (an X.509 certificate, which is what a verifier trusts),
a key that signs PDF files, and an Ed25519 key that signs credentials, both certified by the
authority. The authority outlives the two others, which are changed from time to time.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass

import base58
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from compagnon.titles.proving.errors import Unproven

# Multicodec's prefix of an Ed25519 public key.
_ED25519 = b"\xed\x01"
_SEALED = b"CKB1"
# RFC 7914's interactive cost is 2**14; a backup is opened once in years: 2**17 (128 MB).
_SCRYPT_COST = 2**17


def did_key(key: Ed25519PublicKey) -> str:
    """Give the did:key of a public key: the key itself, written as a name."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return "did:key:z" + base58.b58encode(_ED25519 + raw).decode()


def verification_method(did: str) -> str:
    """Give the name of the only key of a did:key."""
    return f"{did}#{did.removeprefix('did:key:')}"


def public_key(did: str) -> Ed25519PublicKey:
    """Read the public key that a did:key is.

    Raises:
        Unproven: ``issuer``: it is not a did:key of an Ed25519 key.
    """
    if not did.startswith("did:key:z") or len(did) > 100:
        raise Unproven("issuer", "not a did:key")
    try:
        raw = base58.b58decode(did.removeprefix("did:key:z"))
    except ValueError as error:
        raise Unproven("issuer", "not a did:key") from error
    if len(raw) != 34 or not raw.startswith(_ED25519):
        raise Unproven("issuer", "not an Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(raw[2:])


def private_bytes(key: object) -> bytes:
    """Write a private key as PKCS #8, in DER, without a password: to be sealed at once."""
    written: bytes = key.private_bytes(  # type: ignore[attr-defined]
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    )
    return written


def ed25519(raw: bytes) -> Ed25519PrivateKey:
    """Read a private Ed25519 key from PKCS #8.

    Raises:
        Unproven: ``not-a-key``.
    """
    key = load_der_private_key(raw, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise Unproven("not-a-key", "not an Ed25519 key")
    return key


# --- kept on this installation ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """Seals what must not be read in the database: AES-256-GCM under a key drawn from a secret.

    Args:
        secrets: what opens; the first one seals.
    """

    secrets: tuple[str, ...]

    def seal(self, content: bytes, *, about: str) -> bytes:
        """Seal; ``about`` must be said again to open, so that boxes cannot be exchanged."""
        nonce = os.urandom(12)
        return nonce + AESGCM(_derive(self.secrets[0])).encrypt(nonce, content, about.encode())

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """Open what one of the secrets sealed.

        Raises:
            Unproven: ``sealed``: none of them did, or it was changed.
        """
        for secret in self.secrets:
            try:
                return AESGCM(_derive(secret)).decrypt(sealed[:12], sealed[12:], about.encode())
            except (InvalidTag, ValueError):
                continue
        raise Unproven("sealed", "no secret opens it")


def _derive(secret: str) -> bytes:
    kdf = HKDF(hashes.SHA256(), 32, salt=None, info=b"compagnon signing keys")
    return kdf.derive(secret.encode())


# --- carried in a backup ----------------------------------------------------------------------


def seal_backup(content: dict[str, object], passphrase: str) -> bytes:
    """Write a backup that only the passphrase opens: scrypt, AES-256-GCM."""
    salt, nonce = os.urandom(16), os.urandom(12)
    key = Scrypt(salt=salt, length=32, n=_SCRYPT_COST, r=8, p=1).derive(passphrase.encode())
    sealed = AESGCM(key).encrypt(nonce, json.dumps(content).encode(), _SEALED)
    return b64encode(_SEALED + salt + nonce + sealed) + b"\n"


def open_backup(raw: bytes, passphrase: str) -> dict[str, object]:
    """Read a backup.

    Raises:
        Unproven: ``not-a-backup``, or ``passphrase``.
    """
    if len(raw) > 4 * 1024 * 1024:
        raise Unproven("not-a-backup", "too large")
    try:
        whole = b64decode(raw, validate=False)
    except ValueError as error:
        raise Unproven("not-a-backup") from error
    if len(whole) < 48 or not whole.startswith(_SEALED):
        raise Unproven("not-a-backup")
    salt, nonce, sealed = whole[4:20], whole[20:32], whole[32:]
    key = Scrypt(salt=salt, length=32, n=_SCRYPT_COST, r=8, p=1).derive(passphrase.encode())
    try:
        found = json.loads(AESGCM(key).decrypt(nonce, sealed, _SEALED))
    except InvalidTag as error:
        raise Unproven("passphrase", "wrong, or the file was changed") from error
    except ValueError as error:
        raise Unproven("not-a-backup") from error
    if not isinstance(found, dict):
        raise Unproven("not-a-backup")
    return found
