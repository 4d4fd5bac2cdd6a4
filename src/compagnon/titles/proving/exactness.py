"""Whether the bytes that a PDF's signature cannot cover are those that the signer wrote.

A signature covers a file but for the place of the signature itself (``/Contents``, ISO 32000-2,
12.8.1): a changed byte there may leave it good for a reader that does not look at how it is
written. Here it must be what the product writes: hexadecimal in capitals, the shortest encoding
(DER), the certificates of its chain and nothing beside, then zeros up to the end of the place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

# ContentInfo's head: the type «signed data» (RFC 5652, section 5.1).
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_SEQUENCE = b"\x30"
# What the product signs with, and no other writing of it.
_SHA256 = bytes.fromhex("300d06096086480165030402010500")
_RSA_SHA256 = bytes.fromhex("300d06092a864886f70d01010b0500")


def is_exact(raw: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Tell whether the place of the signature holds just what a signer of ours writes there."""
    ranges = [int(each) for each in signature.byte_range]
    written = raw[ranges[1] : ranges[2]]
    held = bytes(signature.pkcs7_content)
    if written != b"<" + held.hex().upper().encode("ascii") + b">":
        return False
    data: Any = signature.signed_data
    content = data.dump(force=True)  # as [0], which asn1crypto writes with it
    whole = _SEQUENCE + _length(len(_SIGNED_DATA) + len(content)) + _SIGNED_DATA + content
    return held.startswith(whole) and not any(held[len(whole) :]) and _is_plain(data)


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    counted = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(counted)]) + counted


def _is_plain(data: Any) -> bool:
    """One signer, nothing that the signature leaves out, and the certificates of one chain."""
    signer, algorithms = data["signer_infos"][0], data["digest_algorithms"]
    return (
        len(data["signer_infos"]) == 1
        and data["version"].native == signer["version"].native == "v1"
        and not data["crls"].dump()
        and not signer["unsigned_attrs"].dump()
        and len(algorithms) == 1
        and algorithms[0].dump() == signer["digest_algorithm"].dump() == _SHA256
        and signer["signature_algorithm"].dump() == _RSA_SHA256
        and _is_one_chain([each.dump() for each in data["certificates"]])
    )


def _is_one_chain(encoded: Sequence[bytes]) -> bool:
    """Whether each certificate is signed by another of them, the authority's by itself."""
    try:
        found = [x509.load_der_x509_certificate(each) for each in encoded]
    except ValueError:
        return False
    own = {each.subject: each for each in found}
    if len(own) != len(found) or not found:
        return False
    for each in found:
        issuer = own.get(each.issuer)
        try:
            each.verify_directly_issued_by(issuer or each)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            return False
    return sum(each.issuer == each.subject for each in found) == 1
