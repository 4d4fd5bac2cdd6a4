"""An authority, certificates and S/MIME messages, made by other programs' code than ours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def p12(self, password: bytes) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"support", self.key, self.certificate, None,
            serialization.BestAvailableEncryption(password),
        )  # fmt: skip


@cache
def _key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@cache
def authority(number: int = 1) -> Holder:
    """An authority of its own."""
    key = _key(number)
    subject = name(f"Autorité {number}")
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2040, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(False, False, False, False, False, True, True, False, False),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    return Holder(built, key)


@cache
def holder(
    address: str, by: int = 1, until: int = 2039, *, usage: str = "email", number: int = 7
) -> Holder:
    """Somebody's certificate, issued by an authority."""
    issuer, key = authority(by), _key(10 + number)
    purpose = {
        "email": ExtendedKeyUsageOID.EMAIL_PROTECTION, "server": ExtendedKeyUsageOID.SERVER_AUTH,
    }[usage]  # fmt: skip
    built = (
        x509.CertificateBuilder()
        .subject_name(name(address.partition("@")[0].title()))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(1000 + number + until)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(until, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
        .sign(issuer.key, hashes.SHA256())
    )
    return Holder(built, key)


HEAD = (
    b"From: Ursule Petit <ursule@client-a.example>\r\nTo: support@assistance.example\r\n"
    b"Subject: =?utf-8?q?Sign=C3=A9?=\r\nMessage-ID: <s@client-a.example>\r\n"
)
BODY = "Content-Type: text/plain; charset=utf-8\r\n\r\nVoilà le texte.\r\n".encode()


def signed(by: Holder, *, detached: bool = True, body: bytes = BODY, head: bytes = HEAD) -> bytes:
    """A signed message, as OpenSSL writes it."""
    builder = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(body)
        .add_signer(by.certificate, by.key, hashes.SHA256())
    )
    if detached:
        options = [pkcs7.PKCS7Options.DetachedSignature]
        return head + builder.sign(serialization.Encoding.SMIME, options)
    der = builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    return head + wrapped(der, "signed-data")


def wrapped(der: bytes, kind: str) -> bytes:
    """A CMS object as the content of a message."""
    import base64

    return (
        b"MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type="
        + kind.encode()
        + b'; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.encodebytes(der).replace(b"\n", b"\r\n")
    )


def encrypted(recipient: Holder, *, body: bytes = BODY, head: bytes = HEAD) -> bytes:
    """An encrypted message, as OpenSSL writes it."""
    der = (
        pkcs7.PKCS7EnvelopeBuilder()
        .set_data(body)
        .add_recipient(recipient.certificate)
        .encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )
    return head + wrapped(der, "enveloped-data")
