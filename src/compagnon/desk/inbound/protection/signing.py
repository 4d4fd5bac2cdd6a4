"""Checking a CMS signature (RFC 5652 section 5): the content, the signature, the path.

Three questions, in that order: is the text what was signed, is the signature that of the
certificate, does the certificate lead to an authority that we trust, for mail, at that moment. What
is not asked is whether the certificate was revoked: no list is fetched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    NotYetValidError,
    PathBuildingError,
    PathError,
    ValidationError,
)

from compagnon.desk.inbound.protection import Signature

HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha3_256": hashes.SHA3_256,
    "sha3_384": hashes.SHA3_384,
    "sha3_512": hashes.SHA3_512,
}
WEAK = frozenset({"sha1", "md5"})
MOST_CERTIFICATES = 30
MOST_SIGNERS = 5
MOST_KEY_BITS = 16_384


class _Refused(Exception):
    """What makes a signature less than valid: the state, and why."""

    def __init__(self, state: str, detail: str) -> None:
        super().__init__(detail)
        self.state, self.detail = state, detail


def verify(
    der: bytes,
    content: bytes | None,
    *,
    sender: str,
    trusted: Sequence[x509.Certificate],
    at: datetime,
) -> tuple[Signature, bytes | None]:
    """Check a signature.

    Args:
        der: the CMS SignedData.
        content: what was signed, for a detached signature; none where it holds it.
        sender: From's address, in lower case.
        trusted: authorities whose word we take.
        at: when the message came.

    Returns:
        what can be said, and the content.
    """
    try:
        signed = _signed_data(der)
        held = signed["encap_content_info"]["content"]
        inside = bytes(held.contents or b"") if held.native is None else held.native
        if content is None:
            content = inside if isinstance(inside, bytes) else bytes(inside or b"")
        certificates = _certificates(signed)
        signers = list(signed["signer_infos"])[:MOST_SIGNERS]
        if not signers:
            return Signature("unverified", detail="it names no signer"), content
        found = [_one(one, content, certificates, sender, trusted, at) for one in signers]
    except (ValueError, TypeError, KeyError) as error:
        return Signature("unverified", detail=f"not a signature: {str(error)[:150]}"), content
    # With several signers the worst is told: nobody reads «valid» over one that is not.
    order = ("invalid", "unverified", "mismatch", "expired", "untrusted", "valid")
    return min(found, key=lambda one: order.index(one.state)), content


def _signed_data(der: bytes) -> cms.SignedData:
    info = cms.ContentInfo.load(der)
    if info["content_type"].native != "signed_data":
        raise ValueError("it is no SignedData")
    return info["content"]


def _certificates(signed: cms.SignedData) -> list[x509.Certificate]:
    choices = list(signed["certificates"] or [])[:MOST_CERTIFICATES]
    return [choice.chosen for choice in choices if choice.name == "certificate"]


def _check_sender(names: Sequence[str], sender: str) -> None:
    if sender not in names:
        told = ", ".join(names) or "no address"
        raise _Refused("mismatch", f"the certificate is for {told}, the message from {sender}")


def _one(  # noqa: PLR0917
    info: cms.SignerInfo,
    content: bytes,
    certificates: Sequence[x509.Certificate],
    sender: str,
    trusted: Sequence[x509.Certificate],
    at: datetime,
) -> Signature:
    certificate = _holder(info, [*certificates, *trusted])
    if certificate is None:
        return Signature("unverified", detail="the signer's certificate is not in the message")
    told: dict[str, Any] = {
        "signer": _named(certificate.subject),
        "addresses": addresses_of(certificate),
        "issuer": _named(certificate.issuer),
        "serial": format(certificate.serial_number, "x")[:80],
        "claimed_at": _claimed(info),
    }
    try:
        _check_content(info, content)
        _check_signature(info, content, certificate)
        _check_path(certificate, certificates, trusted, at)
        _check_sender(told["addresses"], sender)
    except _Refused as refusal:
        return Signature(refusal.state, detail=refusal.detail[:300], **told)
    return Signature("valid", **told)


def _holder(info: cms.SignerInfo, among: Sequence[x509.Certificate]) -> x509.Certificate | None:
    sid = info["sid"]
    for one in among:
        if sid.name == "issuer_and_serial_number":
            wanted = sid.chosen
            if (
                one.serial_number == wanted["serial_number"].native
                and one.issuer == wanted["issuer"]
            ):
                return one
        elif one.key_identifier is not None and one.key_identifier == sid.native:
            return one
    return None


def _named(name: x509.Name) -> str:
    return "".join(s if s.isprintable() else " " for s in name.human_friendly)[:300]


def addresses_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Give the mail addresses of a certificate, in lower case."""
    names = certificate.subject_alt_name_value or []
    found = [one.native for one in names if one.name == "rfc822_name"]
    if not found:
        # Old certificates have it in the holder's name (RFC 8550 section 3).
        told = certificate.subject.native.get("email_address", [])
        found = told if isinstance(told, list) else [told]
    return tuple(dict.fromkeys(str(one).strip().lower() for one in found))


def _attribute(info: cms.SignerInfo, name: str) -> Any:
    attributes = info["signed_attrs"]
    values = [one["values"] for one in attributes or [] if one["type"].native == name]
    if len(values) > 1 or (values and len(values[0]) != 1):
        raise _Refused("invalid", f"the attribute {name} is there more than once")
    return values[0][0].native if values else None


def _claimed(info: cms.SignerInfo) -> datetime | None:
    try:
        found = _attribute(info, "signing_time")
    except _Refused:
        return None
    if not isinstance(found, datetime):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _digest(name: str, content: bytes) -> bytes:
    kind = HASHES.get(name)
    if kind is None:
        raise _Refused("unverified", f"the digest {name} is not one that we reckon")
    digest = hashes.Hash(kind())
    digest.update(content)
    return digest.finalize()


def _check_content(info: cms.SignerInfo, content: bytes) -> None:
    """The text must be what the signed attributes say (section 5.4)."""
    if not info["signed_attrs"] or info["signed_attrs"].native is None:
        return  # then the signature is over the content itself
    given = _attribute(info, "message_digest")
    if given is None or _attribute(info, "content_type") is None:
        raise _Refused("invalid", "its signed attributes lack the digest or the type")
    if _digest(info["digest_algorithm"]["algorithm"].native, content) != given:
        raise _Refused("invalid", "the text is not what was signed")


def _check_signature(info: cms.SignerInfo, content: bytes, certificate: x509.Certificate) -> None:
    attributes = info["signed_attrs"]
    if attributes and attributes.native is not None:
        # Signed as the SET OF that they are, not as the [0] under which they travel.
        content = attributes.untag().dump(force=True)
    name = info["digest_algorithm"]["algorithm"].native
    if name in WEAK:
        raise _Refused("unverified", f"the digest {name} is no longer safe")
    kind = HASHES.get(name)
    if kind is None:
        raise _Refused("unverified", f"the digest {name} is not one that we reckon")
    try:
        key = load_der_public_key(certificate.public_key.dump())
        _verify_with(key, info["signature"].native, content, kind(), info["signature_algorithm"])
    except InvalidSignature:
        raise _Refused("invalid", "the signature is not that of its certificate") from None
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _Refused("unverified", f"its algorithm: {str(error)[:150]}") from error


def _verify_with(
    key: Any,
    signature: bytes,
    content: bytes,
    digest: hashes.HashAlgorithm,
    algorithm: algos.SignedDigestAlgorithm,
) -> None:
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size > MOST_KEY_BITS:
            raise ValueError("a key that large is not read")
        if algorithm["algorithm"].native == "rsassa_pss":
            asked = algorithm["parameters"]
            mask = HASHES[asked["mask_gen_algorithm"]["parameters"]["algorithm"].native]
            own = HASHES[asked["hash_algorithm"]["algorithm"].native]
            pad = padding.PSS(padding.MGF1(mask()), asked["salt_length"].native)
            key.verify(signature, content, pad, own())
        else:
            key.verify(signature, content, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, content, ec.ECDSA(digest))
    elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        key.verify(signature, content)
    else:
        raise TypeError("a kind of key that we do not read")


def _check_path(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    trusted: Sequence[x509.Certificate],
    at: datetime,
) -> None:
    """The certificate must lead to an authority of ours, for mail, when the message came."""
    begins, ends = certificate.not_valid_before, certificate.not_valid_after
    if not begins <= at <= ends:
        dates = f"{begins:%Y-%m-%d} to {ends:%Y-%m-%d}"
        raise _Refused("expired", f"its certificate holds from {dates}")
    if not trusted:
        raise _Refused("untrusted", "no authority is trusted here yet")
    usage = certificate.key_usage_value
    if usage is not None and not {"digital_signature", "non_repudiation"} & usage.native:
        raise _Refused("untrusted", "its certificate is not for signing")
    context = ValidationContext(
        trust_roots=list(trusted),
        other_certs=list(others),
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
        weak_hash_algos={"md2", "md5", "sha1"},
    )
    validator = CertificateValidator(certificate, list(others), context)
    try:
        _ended(
            validator.async_validate_usage(  # type: ignore[no-untyped-call]
                set(), {"email_protection"}, extended_optional=True
            )
        )
    except (ExpiredError, NotYetValidError) as error:
        raise _Refused("expired", str(error)) from error
    except PathBuildingError as error:
        raise _Refused("untrusted", f"issued by {_named(certificate.issuer)}") from error
    except (ValidationError, PathError, ValueError, NotImplementedError) as error:
        raise _Refused("untrusted", str(error)) from error


def _ended(work: Coroutine[Any, Any, Any]) -> None:
    """Carry out what is asynchronous only because it might fetch, which it may not."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
        return
    # A loop runs in this thread: another one does it.
    with ThreadPoolExecutor(1) as other:
        other.submit(asyncio.run, work).result()
