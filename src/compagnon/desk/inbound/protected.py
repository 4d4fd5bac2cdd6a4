"""What protects a received message, with the keys and the authorities of this installation."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from asn1crypto import pem as armour
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.sealing import Unreadable as NotUnsealed
from compagnon.core.sealing import unseal
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.protection import OwnKey, Protection
from compagnon.desk.inbound.protection.opening import PKCS7, open_mail
from compagnon.desk.models import (
    InboundMessage,
    MailboxCertificate,
    MailProtection,
    TrustedAuthority,
)
from compagnon.desk.services.protection import LABEL

log = structlog.get_logger(__name__)

# No message is looked at more closely that holds none of these.
MARKS = (b"pkcs7", b"multipart/signed", b"multipart/encrypted")
LOOKED_AT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Opened:
    """The message to read, and what protected it."""

    raw: bytes
    protection: Protection | None = None


def opened(raw: bytes, inbound: InboundMessage) -> Opened:
    """Take off what protects a message, if we can, and say what it was."""
    start = raw[:LOOKED_AT].lower()
    if not any(mark in start for mark in MARKS):
        return Opened(raw)
    try:
        found = open_mail(raw, keys=_keys(), trusted=_trusted(), at=inbound.received_at)
    except Unreadable:
        return Opened(raw)
    return Opened(found.clear if found and found.clear else raw, found)


def note(inbound: InboundMessage, found: Protection | None) -> None:
    """Keep what was found on a message, in the place of what was found before."""
    if found is None:
        MailProtection.objects.filter(inbound=inbound).delete()
        return
    signature = found.signature
    values = {
        "scheme": found.scheme,
        "encryption": found.encryption,
        "signature": signature.state if signature else "",
        "detail": (signature.detail if signature else found.detail)[:300],
        "signer": _signer(found)[:300],
        "issuer": signature.issuer[:300] if signature else "",
        "serial": signature.serial if signature else "",
        "claimed_at": signature.claimed_at if signature else None,
        "checked_at": timezone.now(),
    }
    MailProtection.objects.update_or_create(inbound=inbound, defaults=values)


def words_of_locked(mail: ParsedMail) -> str:
    """Say of a message that has no text that it is locked, where that is why."""
    if mail.content_type == "multipart/encrypted":
        return _("(This message is encrypted with PGP: it is kept whole, and was not opened.)")
    if mail.content_type in PKCS7 and mail.attachments:
        return _("(This message is encrypted; no key of ours opens it. It is kept whole.)")
    return ""


def _signer(found: Protection) -> str:
    signature = found.signature
    if signature is None:
        return ""
    addresses = ", ".join(signature.addresses)
    return f"{signature.signer} <{addresses}>" if addresses else signature.signer


def _trusted() -> list[x509.Certificate]:
    rows = TrustedAuthority.objects.values_list("certificate", flat=True)
    return [_certificate(one) for one in rows]


def _keys() -> list[OwnKey]:
    """Every key of ours: a message is often encrypted for another address of ours than its own."""
    found = []
    for row in MailboxCertificate.objects.filter(mailbox__is_active=True).order_by("-ends_at")[
        :200
    ]:
        try:
            key = load_pem_private_key(unseal(row.key, label=LABEL).encode(), None)
        except (NotUnsealed, ValueError):
            log.warning("mailbox key cannot be read", certificate=row.pk)
            continue
        found.append(OwnKey(_certificate(row.certificate), key))
    return found


def _certificate(text: str) -> x509.Certificate:
    _kind, _headers, der = armour.unarmor(text.encode())
    return x509.Certificate.load(der)
