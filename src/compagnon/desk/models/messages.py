"""What was written on a ticket, and what was attached."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.models import StoredFile
from compagnon.desk.models.tickets import Channel, Ticket
from compagnon.people.models import Person


class MessageKind(models.TextChoices):
    """What a message is in the story of the ticket."""

    DESCRIPTION = "description", _("description")
    REPLY = "reply", _("answer")
    NOTE = "note", _("internal note")
    SOLUTION = "solution", _("solution")
    REFUSAL = "refusal", _("solution refused")
    ESCALATION = "escalation", _("escalation")


class Message(models.Model):
    """A text of the timeline. ``html`` is sanitised when it is written; the raw mail is kept."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="messages")
    kind = models.CharField(_("kind"), max_length=12, choices=MessageKind)
    is_public = models.BooleanField(_("seen by the user"))
    author = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("author")
    )
    from_support = models.BooleanField(_("written by support"), default=False)
    channel = models.CharField(_("came by"), max_length=8, choices=Channel)
    text = models.TextField(_("text"))
    quoted = models.TextField(_("quoted text"), blank=True)
    html = models.TextField(_("formatted text"), blank=True)
    occurred_at = models.DateTimeField(_("written"))
    internet_id = models.CharField(max_length=250, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["ticket", "occurred_at", "id"], name="message_timeline"),
            models.Index(
                fields=["internet_id"],
                condition=~models.Q(internet_id=""),
                name="message_by_internet_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Attachment(models.Model):
    """A file that came with a message, under the name its sender gave it."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="attachments")
    message = models.ForeignKey(Message, models.PROTECT, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    content_id = models.CharField(max_length=250, blank=True)
    is_inline = models.BooleanField(_("shown in the text"), default=False)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
