"""Which credentials were withdrawn: a bit each, in a signed list.

W3C «Bitstring Status List v1.0», sections 2.2 and 3: the bits, first place leftmost, are
compressed by gzip and written in multibase base64url without padding; 131,072 places at least, so
that who fetches the list does not say which credential interests them.
"""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Iterable
from datetime import datetime

from compagnon.titles.proving import contexts, limits, moments
from compagnon.titles.proving.documents import Document
from compagnon.titles.proving.errors import Unproven


def encode(withdrawn: Iterable[int], *, length: int = limits.LIST_LEAST_BITS) -> str:
    """Write the list in which these places are set.

    Raises:
        ValueError: a place is beyond the list.
    """
    bits = bytearray(length // 8)
    for place in withdrawn:
        if not 0 <= place < length:
            raise ValueError(f"no place {place} in a list of {length}")
        bits[place // 8] |= 0x80 >> place % 8
    # The same bits are written the same way whenever they are.
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(encoded: str) -> bytes:
    """Read the bits of a list.

    Raises:
        Unproven: ``status-list-form`` or ``too-large``.
    """
    if not encoded.startswith("u") or len(encoded) > limits.STATUS_LIST_BYTES:
        raise Unproven("status-list-form", "not multibase base64url")
    text = encoded[1:]
    most = limits.LIST_MOST_BITS // 8
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj(wbits=31)
        bits = reader.decompress(packed, most + 1)
    except (ValueError, zlib.error) as error:
        raise Unproven("status-list-form", str(error)[:100]) from error
    if len(bits) > most:
        raise Unproven("too-large", "a status list that inflates beyond what is read")
    if not reader.eof or len(bits) * 8 < limits.LIST_LEAST_BITS:
        raise Unproven("status-list-form", "cut short")
    return bits


def is_set(bits: bytes, place: int) -> bool:
    """Tell whether a place is set.

    Raises:
        Unproven: ``status-list-form``: the list has no such place.
    """
    if not 0 <= place < len(bits) * 8:
        raise Unproven("status-list-form", "no such place")
    return bool(bits[place // 8] & (0x80 >> place % 8))


def build(*, url: str, issuer: str, withdrawn: Iterable[int], issued_at: datetime) -> Document:
    """Write the credential of a list, without its proof."""
    return {
        "@context": [contexts.CREDENTIALS],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": moments.in_utc(issued_at),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encode(withdrawn),
        },
    }


def bits_of(document: Document) -> bytes:
    """Read the bits of a list's credential; its proof is checked elsewhere.

    Raises:
        Unproven: ``status-list-form`` or ``too-large``.
    """
    subject = document.get("credentialSubject")
    kinds = document.get("type")
    if (
        not isinstance(subject, dict)
        or not isinstance(kinds, list)
        or "BitstringStatusListCredential" not in kinds
        or subject.get("type") != "BitstringStatusList"
        or subject.get("statusPurpose") != "revocation"
        or not isinstance(subject.get("encodedList"), str)
    ):
        raise Unproven("status-list-form", "not a list of withdrawals")
    return decode(subject["encodedList"])
