"""Every message that a mail server gave us, raw, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.models import StoredFile
from compagnon.desk.models.mailboxes import Mailbox
from compagnon.desk.models.messages import Message
from compagnon.desk.models.tickets import Ticket


class InboundState(models.TextChoices):
    """What became of a message."""

    WAITING = "waiting", _("waiting")
    TICKET = "ticket", _("opened a ticket")
    FOLLOW_UP = "follow_up", _("added to a ticket")
    IGNORED = "ignored", _("ignored")
    QUARANTINE = "quarantine", _("in quarantine")


class InboundMessage(models.Model):
    """A raw message, kept before anything is understood of it."""

    raw = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    identity = models.CharField(
        max_length=64,
        unique=True,
        help_text="SHA-256 of Message-ID, sender and content: the same message sent twice.",
    )
    internet_id = models.CharField(max_length=250, blank=True)
    mail_from = models.CharField(_("envelope sender"), max_length=254, blank=True)
    rcpt_to = models.JSONField(_("envelope recipients"), default=list)
    peer = models.CharField(_("delivered by"), max_length=120, blank=True)
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(
        _("outcome"), max_length=10, choices=InboundState, default=InboundState.WAITING
    )
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    sender = models.CharField(_("sender"), max_length=254, blank=True)
    mailbox = models.ForeignKey(Mailbox, models.SET_NULL, null=True, related_name="+")
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="inbound")
    message = models.OneToOneField(Message, models.PROTECT, null=True, related_name="inbound")
    duplicates = models.PositiveIntegerField(_("received again"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    seconds = models.FloatField(_("seconds to process"), null=True)
    processed_at = models.DateTimeField(_("processed"), null=True)

    class Meta:
        verbose_name = _("received message")
        verbose_name_plural = _("received messages")
        indexes = [
            models.Index(fields=["state", "received_at", "id"], name="inbound_state"),
            models.Index(fields=["received_at", "id"], name="inbound_received"),
            models.Index(fields=["internet_id"], name="inbound_internet_id"),
            models.Index(fields=["sender"], name="inbound_sender"),
        ]

    def __str__(self) -> str:
        return self.subject or self.identity[:12]
