"""Signed and encrypted mail: what was found on each message, whom we trust, our keys."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.inbound import InboundMessage
from compagnon.desk.models.mailboxes import Mailbox


class SignatureState(models.TextChoices):
    """What can be said of a signature, and no more than that."""

    NONE = "", _("not signed")
    VALID = "valid", _("signature valid")
    MISMATCH = "mismatch", _("signed by another address")
    UNTRUSTED = "untrusted", _("signed under an authority we do not know")
    EXPIRED = "expired", _("signed with a certificate out of its dates")
    INVALID = "invalid", _("signature invalid: the text was altered, or is not what was signed")
    UNVERIFIED = "unverified", _("signed; the signature could not be checked")


class EncryptionState(models.TextChoices):
    """What became of an encrypted message."""

    NONE = "", _("not encrypted")
    DECRYPTED = "decrypted", _("came encrypted; opened with the mailbox’s key")
    NO_KEY = "no_key", _("encrypted; no key of ours opens it")
    FAILED = "failed", _("encrypted; it could not be opened")


class MailProtection(models.Model):
    """What was found on one message when it was read."""

    inbound = models.OneToOneField(InboundMessage, models.CASCADE, related_name="protection")
    scheme = models.CharField(max_length=5, help_text="smime or pgp")
    signature = models.CharField(_("signature"), max_length=10, choices=SignatureState, blank=True)
    encryption = models.CharField(
        _("encryption"), max_length=10, choices=EncryptionState, blank=True
    )
    signer = models.CharField(_("signed by"), max_length=300, blank=True)
    issuer = models.CharField(_("issued by"), max_length=300, blank=True)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    claimed_at = models.DateTimeField(_("says it was signed"), null=True)
    checked_at = models.DateTimeField(_("checked"))

    class Meta:
        verbose_name = _("protection of a message")
        verbose_name_plural = _("protections of messages")

    def __str__(self) -> str:
        return f"{self.scheme} {self.signature} {self.encryption}"


class TrustedAuthority(models.Model):
    """An authority whose signatures on certificates we believe, for signed mail."""

    name = models.CharField(_("name"), max_length=200)
    certificate = models.TextField(_("certificate (PEM)"))
    fingerprint = models.CharField("SHA-256", max_length=64, unique=True)
    begins_at = models.DateTimeField(_("valid from"))
    ends_at = models.DateTimeField(_("valid until"))
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("trusted authority")
        verbose_name_plural = _("trusted authorities")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class MailboxCertificate(models.Model):
    """A certificate of a mailbox with its private key, sealed: opens what was encrypted for it."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="certificates")
    certificate = models.TextField(_("certificate (PEM)"))
    key = models.TextField()
    subject = models.CharField(_("holder"), max_length=300)
    issuer = models.CharField(_("issued by"), max_length=300)
    fingerprint = models.CharField("SHA-256", max_length=64)
    begins_at = models.DateTimeField(_("valid from"))
    ends_at = models.DateTimeField(_("valid until"))
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("mailbox certificate")
        verbose_name_plural = _("mailbox certificates")
        ordering = ["-ends_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mailbox", "fingerprint"], name="mailbox_certificate_once"
            ),
        ]

    def __str__(self) -> str:
        return self.subject
