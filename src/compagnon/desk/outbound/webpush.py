"""A pushed message as browsers take it: encrypted (RFC 8291), signed by our key (RFC 8292).

Pure: keys and texts in, bytes and headers out; it knows no Django and speaks to no server. The
content coding is ``aes128gcm`` (RFC 8188), in one record.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# A push service takes 4,096 bytes at least (RFC 8030, 7.2): header, text, its end, the tag.
RECORD = 4096
PAYLOAD_MAX = RECORD - 86 - 1 - 16
POINT, SECRET = 65, 16
# Twelve hours: twenty-four at most are allowed (RFC 8292, 2).
TOKEN_SECONDS = 12 * 3600


class NotAKey(ValueError):
    """What a browser gave is no point of P-256, or no secret of 16 bytes."""


@dataclass(frozen=True, slots=True)
class Browser:
    """The keys that a browser made for its subscription: its point and its secret."""

    p256dh: bytes
    auth: bytes

    @classmethod
    def of(cls, p256dh: str, auth: str) -> Browser:
        """Read what the browser gave, in base64url.

        Raises:
            NotAKey: it is none.
        """
        point, secret = _decoded(p256dh), _decoded(auth)
        if len(secret) != SECRET:
            raise NotAKey("the secret has 16 bytes")
        _point(point)
        return cls(point, secret)


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def written(key: ec.EllipticCurvePrivateKey) -> str:
    """Give a private key as text, to be sealed."""
    return encoded(key.private_numbers().private_value.to_bytes(32, "big"))


def read(text: str) -> ec.EllipticCurvePrivateKey:
    """Give back a private key that :func:`written` wrote."""
    return ec.derive_private_key(int.from_bytes(_decoded(text), "big"), ec.SECP256R1())


def public(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Give the 65 bytes of a key's point, as browsers are given it."""
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def encrypt(
    payload: bytes,
    browser: Browser,
    *,
    salt: bytes | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """Encrypt a message for a browser (RFC 8291, 3).

    Args:
        payload: at most 3,993 bytes.
        salt, key: of this message alone; made unless a test gives the RFC's own.

    Raises:
        ValueError: it is too long for one record.
    """
    if len(payload) > PAYLOAD_MAX:
        raise ValueError(f"a pushed message has {PAYLOAD_MAX} bytes at most")
    salt, key = salt or os.urandom(16), key or new_key()
    ours = public(key)
    shared = key.exchange(ec.ECDH(), _point(browser.p256dh))
    keying = _derived(browser.auth, shared, b"WebPush: info\0" + browser.p256dh + ours, 32)
    content_key = _derived(salt, keying, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, keying, b"Content-Encoding: nonce\0", 12)
    # 2 ends the last record (RFC 8188, 2).
    sealed = AESGCM(content_key).encrypt(nonce, payload + b"\x02", None)
    return salt + RECORD.to_bytes(4, "big") + bytes([POINT]) + ours + sealed


def authorization(endpoint: str, key: ec.EllipticCurvePrivateKey, *, contact: str, now: int) -> str:
    """Give the header that says to a push service who writes (RFC 8292, 3).

    Args:
        contact: ``mailto:`` or ``https:``, where its operator would write to ours.
        now: seconds since 1970.
    """
    parts = urlsplit(endpoint)
    head = _part({"typ": "JWT", "alg": "ES256"})
    claims = _part(
        {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now + TOKEN_SECONDS, "sub": contact}
    )
    text = f"{head}.{claims}"
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    signature = encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={text}.{signature}, k={encoded(public(key))}"


def encoded(raw: bytes) -> str:
    """Write bytes in base64url, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _part(values: dict[str, object]) -> str:
    return encoded(json.dumps(values, separators=(",", ":")).encode())


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(
            text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True
        )
    except (binascii.Error, ValueError) as error:
        raise NotAKey("not base64url") from error


def _point(raw: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError as error:
        raise NotAKey("not a point of P-256") from error


def _derived(salt: bytes, keying: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(keying)
