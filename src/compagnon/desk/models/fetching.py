"""Mailboxes that are fetched by IMAP, beside the listener that mail servers deliver to."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.mailboxes import Mailbox


class ImapSecurity(models.TextChoices):
    """How the connection is encrypted."""

    TLS = "tls", _("TLS from the start")
    STARTTLS = "starttls", _("STARTTLS")
    NONE = "none", _("not encrypted")


class ImapSignIn(models.TextChoices):
    """How we show who we are."""

    PASSWORD = "password", _("password")
    REFRESH = "refresh", _("OAuth 2, with a refresh token")
    CLIENT = "client", _("OAuth 2, as an application")


class Existing(models.TextChoices):
    """What is taken of the messages that are there at the first reading."""

    UNREAD = "unread", _("those not read yet")
    ALL = "all", _("all")
    NOTHING = "none", _("none: only what comes from then on")


class AfterReading(models.TextChoices):
    """What becomes of a message on the server once we have it."""

    SEEN = "seen", _("it is marked as read")
    MOVE = "move", _("it is moved to a folder")
    KEEP = "keep", _("it stays as it is")


class MailFetch(models.Model):
    """How one mailbox is read by IMAP, and how far it is.

    Passwords and tokens are sealed (``core.sealing``). A message is known by ``uid_validity`` and
    its UID (RFC 9051 section 2.3.1.1); ``last_uid`` moves in the transaction that keeps it.
    ``to_mark`` are those kept and not yet marked or moved on the server.
    """

    mailbox = models.OneToOneField(
        Mailbox, models.CASCADE, related_name="fetch", verbose_name=_("mailbox")
    )
    host = models.CharField(_("server"), max_length=253)
    port = models.PositiveIntegerField(
        _("port"), default=993, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    security = models.CharField(
        _("encryption"), max_length=8, choices=ImapSecurity, default=ImapSecurity.TLS
    )
    user = models.CharField(_("user name"), max_length=254)
    sign_in = models.CharField(
        _("sign-in"), max_length=8, choices=ImapSignIn, default=ImapSignIn.PASSWORD
    )
    password = models.TextField(blank=True)
    client_id = models.CharField(_("client identifier"), max_length=200, blank=True)
    client_secret = models.TextField(blank=True)
    refresh_token = models.TextField(blank=True)
    token_url = models.CharField(_("token endpoint"), max_length=500, blank=True)
    oauth_scope = models.CharField(_("scope"), max_length=300, blank=True)
    access_token = models.TextField(blank=True)
    access_until = models.DateTimeField(null=True)
    folder = models.CharField(_("folder"), max_length=200, default="INBOX")
    existing = models.CharField(
        _("messages already there"), max_length=6, choices=Existing, default=Existing.UNREAD
    )
    after = models.CharField(
        _("a message that was taken"),
        max_length=4,
        choices=AfterReading,
        default=AfterReading.SEEN,
    )
    move_to = models.CharField(_("folder to move to"), max_length=200, blank=True)
    every_seconds = models.PositiveIntegerField(
        _("seconds between readings"),
        default=60,
        validators=[MinValueValidator(15), MaxValueValidator(86_400)],
    )
    is_active = models.BooleanField(_("in use"), default=True)
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    to_mark = models.JSONField(default=list)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    # Held by the worker that listens (IDLE); until then, polling leaves the mailbox alone.
    listener = models.CharField(max_length=32, blank=True, default="", db_default="")
    listened_until = models.DateTimeField(null=True)
    listen_after = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(_("last reading"), null=True)
    ok_at = models.DateTimeField(_("last success"), null=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    taken = models.PositiveIntegerField(_("messages taken"), default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("IMAP reading")
        verbose_name_plural = _("IMAP readings")

    def __str__(self) -> str:
        return f"{self.user} @ {self.host}"

    @property
    def is_refused(self) -> bool:
        """Whether it cannot be read; one that only cannot be marked is read."""
        return bool(self.error) and not self.error.startswith("unmarked:")

    @property
    def is_listened(self) -> bool:
        """Whether a worker hears of new mail as it comes."""
        return self.listened_until is not None and self.listened_until > timezone.now()


class FailedFetch(models.Model):
    """A message that could not be taken: tried again a few times, then left where it is."""

    fetch = models.ForeignKey(MailFetch, models.CASCADE, related_name="failed")
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField("UID")
    size = models.PositiveIntegerField(_("size"), null=True)
    error = models.CharField(_("why"), max_length=300)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=1)
    is_final = models.BooleanField(_("given up"), default=False)
    failed_at = models.DateTimeField(_("failed"))

    class Meta:
        verbose_name = _("message not taken")
        verbose_name_plural = _("messages not taken")
        constraints = [
            models.UniqueConstraint(
                fields=["fetch", "uid_validity", "uid"], name="failed_fetch_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fetch_id} {self.uid}"
