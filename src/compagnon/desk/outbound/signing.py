"""Signatures of webhooks, in the manner of Standard Webhooks (standardwebhooks.com, v1).

The receiver computes HMAC-SHA256 of ``ID.TIMESTAMP.BODY`` under the secret, compares, and refuses a
timestamp that is minutes away. Pure.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """Make a secret: ``whsec_`` and 32 bytes in base 64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Give one signature, ``v1,`` and base 64.

    Args:
        timestamp: of the attempt, in seconds since 1970.

    Raises:
        ValueError: the secret is none.
    """
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def headers(
    secrets_in_force: Sequence[str], *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Give the three headers; while a secret is being changed, both sign."""
    signatures = [
        sign(secret, message_id=message_id, timestamp=timestamp, body=body)
        for secret in secrets_in_force
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
