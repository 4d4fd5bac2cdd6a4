"""Whom we trust for signed mail, and the keys of our mailboxes."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.sealing import seal
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk.models import Mailbox, MailboxCertificate, TrustedAuthority
from compagnon.desk.policies_connections import CONFIGURE, check

LABEL = b"compagnon.desk mailbox key 1"
MOST_BYTES = 100_000
MOST_AUTHORITIES = 200


@service("authority.trust")
def trust_authority(*, actor: Actor, certificate: bytes, name: str = "") -> TrustedAuthority:
    """Take the word of an authority on who signs mail, for every mailbox.

    Args:
        certificate: in PEM or DER; one.
        name: as the page shows it; the certificate's own unless given.

    Raises:
        Refused: the actor does not configure the desk everywhere.
        Invalid: it is no certificate, or not an authority's.
        Conflict: it is trusted already.
    """
    check(actor, CONFIGURE, None)
    found = _read(certificate)
    try:
        is_authority = found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        is_authority = False
    if not is_authority:
        raise Invalid(fields={"certificate": [_("This certificate is not an authority’s.")]})
    fingerprint = found.fingerprint(SHA256()).hex()
    if TrustedAuthority.objects.filter(fingerprint=fingerprint).exists():
        raise Conflict(_("This authority is trusted already."))
    if TrustedAuthority.objects.count() >= MOST_AUTHORITIES:
        raise Conflict(_("There are too many authorities: take some away first."))
    row = TrustedAuthority.objects.create(
        name=(" ".join(name.split()) or _named(found.subject))[:200],
        certificate=found.public_bytes(Encoding.PEM).decode("ascii"),
        fingerprint=fingerprint,
        begins_at=found.not_valid_before_utc,
        ends_at=found.not_valid_after_utc,
        added_at=timezone.now(),
    )
    journal.record(
        actor=actor,
        verb="authority.trust",
        subject=row,
        after={"name": row.name, "fingerprint": fingerprint},
    )
    return row


@service("authority.distrust")
def distrust_authority(*, actor: Actor, authority_id: int) -> None:
    """Take an authority's word no more; what was said of messages stays.

    Raises:
        NotFound: no such authority, or not visible.
        Refused: the actor does not configure the desk everywhere.
    """
    row = get_visible(TrustedAuthority, actor, pk=authority_id)
    check(actor, CONFIGURE, None)
    journal.record(
        actor=actor,
        verb="authority.distrust",
        subject=row,
        before={"name": row.name, "fingerprint": row.fingerprint},
    )
    row.delete()


@service("mailbox.add_key")
def add_key(*, actor: Actor, mailbox: Mailbox, content: bytes, password: str) -> MailboxCertificate:
    """Give a mailbox the key that opens what is encrypted for it; kept encrypted.

    Args:
        content: a PKCS#12 file (.p12, .pfx).
        password: of the file; it is not kept.

    Raises:
        NotFound, Refused: the mailbox is not visible, or not the actor's to configure.
        Invalid: the file cannot be read with that password, or holds no key that opens mail.
        Conflict: the mailbox has it already.
    """
    mailbox = get_visible(Mailbox, actor, pk=mailbox.pk)
    check(actor, CONFIGURE, mailbox.organisation_id)
    if not content or len(content) > MOST_BYTES:
        raise Invalid(fields={"file": [_("Give a PKCS#12 file (.p12 or .pfx).")]})
    try:
        key, found, _others = pkcs12.load_key_and_certificates(content, password.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        words = _("The file cannot be read: another password, or no PKCS#12.")
        raise Invalid(fields={"file": [words]}) from error
    if found is None or not isinstance(key, rsa.RSAPrivateKey):
        raise Invalid(fields={"file": [_("It holds no RSA key with its certificate.")]})
    fingerprint = found.fingerprint(SHA256()).hex()
    if mailbox.certificates.filter(fingerprint=fingerprint).exists():
        raise Conflict(_("The mailbox has this key already."))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    row = MailboxCertificate.objects.create(
        mailbox=mailbox,
        certificate=found.public_bytes(Encoding.PEM).decode("ascii"),
        key=seal(pem, label=LABEL),
        subject=_named(found.subject),
        issuer=_named(found.issuer),
        fingerprint=fingerprint,
        begins_at=found.not_valid_before_utc,
        ends_at=found.not_valid_after_utc,
        added_at=timezone.now(),
    )
    journal.record(
        actor=actor,
        verb="mailbox.add_key",
        subject=mailbox,
        after={"fingerprint": fingerprint, "ends_at": row.ends_at},
    )
    return row


@service("mailbox.remove_key")
def remove_key(*, actor: Actor, certificate_id: int) -> None:
    """Take a key away from a mailbox: what was encrypted for it is not opened any more.

    Raises:
        NotFound, Refused: as :func:`add_key`.
    """
    rows = MailboxCertificate.objects.select_related("mailbox")
    row = get_visible(MailboxCertificate, actor, rows, pk=certificate_id)
    check(actor, CONFIGURE, row.mailbox.organisation_id)
    journal.record(
        actor=actor,
        verb="mailbox.remove_key",
        subject=row.mailbox,
        before={"fingerprint": row.fingerprint},
    )
    row.delete()


def _read(certificate: bytes) -> x509.Certificate:
    if not certificate or len(certificate) > MOST_BYTES:
        raise Invalid(fields={"certificate": [_("Give a certificate, in PEM or DER.")]})
    try:
        if b"-----BEGIN" in certificate:
            found = x509.load_pem_x509_certificates(certificate)
            if len(found) != 1:
                raise Invalid(fields={"certificate": [_("Give one certificate at a time.")]})
            return found[0]
        return x509.load_der_x509_certificate(certificate)
    except ValueError as error:
        raise Invalid(
            fields={"certificate": [_("This is no certificate, in PEM or DER.")]}
        ) from error


def _named(name: x509.Name) -> str:
    text = name.rfc4514_string()
    return "".join(s if s.isprintable() else " " for s in text)[:300]
