"""Certificates of a signer: an authority of its own, and what it vouches for.

Self-made: a centre's attestation is its own word, and needs no paid authority. Who wants to be
sure of the centre gets the authority's certificate from it by another way than the attestation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from compagnon.titles.proving import limits
from compagnon.titles.proving.errors import Unproven
from compagnon.titles.proving.keys import did_key

AUTHORITY_YEARS, SIGNER_YEARS = 40, 20
# RSA: what every reader of PDF checks, the old ones too.
RSA_BITS = 3072


@dataclass(frozen=True, slots=True)
class Held:
    """A private key with its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate


def make_authority(name: str, *, now: datetime) -> Held:
    """Make an authority: the root of all that a signer signs."""
    key = rsa.generate_private_key(65537, RSA_BITS)
    subject = _name(name, "Compagnon, autorité des attestations")
    builder = _builder(
        subject, subject, key.public_key(), key.public_key(), _span(now, AUTHORITY_YEARS)
    )
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Held(key, certificate)


def make_signer(name: str, authority: Held, *, now: datetime) -> Held:
    """Make the key that signs PDF files, certified by the authority."""
    key = rsa.generate_private_key(65537, RSA_BITS)
    return Held(key, _certify(name, "Compagnon, attestations", key.public_key(), authority, now))


def certify(
    name: str, key: Ed25519PrivateKey, authority: Held, *, now: datetime
) -> x509.Certificate:
    """Have the authority vouch for the key that signs credentials."""
    return _certify(name, did_key(key.public_key())[:64], key.public_key(), authority, now)


def _certify(
    name: str,
    unit: str,
    key: rsa.RSAPublicKey | Ed25519PublicKey,
    authority: Held,
    now: datetime,
) -> x509.Certificate:
    issuer = authority.certificate.subject
    builder = _builder(
        _name(name, unit), issuer, key, authority.key.public_key(), _span(now, SIGNER_YEARS)
    )
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .sign(authority.key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPublicKey | Ed25519PublicKey,
    issuer_key: rsa.RSAPublicKey,
    span: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
    )


def _span(now: datetime, years: int) -> tuple[datetime, datetime]:
    # An hour for clocks that differ.
    return now - timedelta(hours=1), now + timedelta(days=365 * years)


def _name(name: str, unit: str) -> x509.Name:
    # X.520 bounds names at 64 characters.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
        ]
    )


def _usage(**used: bool) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: used.get(name, False) for name in names})


# --- trust ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trust:
    """What a verifier trusts: authorities, and the keys of credentials that they vouch for."""

    authorities: tuple[x509.Certificate, ...] = ()
    certified: tuple[x509.Certificate, ...] = ()

    def vouches_for(self, did: str, *, now: datetime) -> bool:
        """Tell whether an authority certified the Ed25519 key that this did:key is."""
        for certificate in self.certified:
            key = certificate.public_key()
            if isinstance(key, Ed25519PublicKey) and did_key(key) == did:
                return any(_issued(certificate, each, now) for each in self.authorities)
        return False


def _issued(certificate: x509.Certificate, authority: x509.Certificate, now: datetime) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return all(
        each.not_valid_before_utc <= now <= each.not_valid_after_utc
        for each in (certificate, authority)
    )


def read_trust(*files: bytes) -> Trust:
    """Read what is trusted from certificates in PEM (any number of them) or DER.

    Raises:
        Unproven: ``trust-file``: there is no certificate in one of them.
    """
    authorities: list[x509.Certificate] = []
    certified: list[x509.Certificate] = []
    for raw in files:
        if len(raw) > limits.TRUST_BYTES:
            raise Unproven("trust-file", "too large")
        try:
            pem = b"-----BEGIN" in raw
            found = (
                x509.load_pem_x509_certificates(raw)
                if pem
                else [x509.load_der_x509_certificate(raw)]
            )
        except ValueError as error:
            raise Unproven("trust-file", str(error)[:100]) from error
        for certificate in found:
            (authorities if _is_authority(certificate) else certified).append(certificate)
    return Trust(tuple(authorities), tuple(certified))


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def write_pem(certificates: Iterable[x509.Certificate]) -> bytes:
    """Write certificates one after the other, in PEM."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)
