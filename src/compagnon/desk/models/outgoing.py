"""Mail that leaves: one row for each event and recipient."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.lookups import write_choices
from compagnon.desk.models.approvals import ApprovalVoice
from compagnon.desk.models.mailboxes import Mailbox
from compagnon.desk.models.messages import Message
from compagnon.desk.models.solutions import Solution
from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Person


class MailEvent(models.TextChoices):
    """Why we write."""

    ACKNOWLEDGEMENT = "acknowledgement", _("acknowledgement")
    MESSAGE = "message", _("answer")
    SOLUTION = "solution", _("solution to accept")
    CLOSING = "closing", _("closing")
    REOPENED = "reopened", _("reopening")
    AUTHORITY = "authority", _("call on authority")
    MENTION = "mention", _("named in a note")
    REMINDER = "reminder", _("reminder")
    AFFECTED = "affected", _("word to those touched")
    APPROVAL = "approval", _("approval asked")
    ORDER = "order", _("order to a supplier")


class OutgoingState(models.TextChoices):
    """What became of it."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    SUPPRESSED = "suppressed", _("not sent")


class OutgoingMail(models.Model):
    """A mail to one recipient. Its Message-ID is fixed when the row is written.

    A row found in ``sending`` after a crash may have left or not: it is sent again under the same
    Message-ID, which mail programs show once, and ``resent`` says so.
    """

    event = models.CharField(_("reason"), max_length=16, choices=MailEvent)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="outgoing")
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="outgoing")
    solution = models.ForeignKey(Solution, models.PROTECT, null=True, related_name="outgoing")
    voice = models.ForeignKey(ApprovalVoice, models.SET_NULL, null=True, related_name="outgoing")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    recipient = models.CharField(_("recipient"), max_length=254)
    mailbox = models.ForeignKey(Mailbox, models.SET_NULL, null=True, related_name="+")
    language = models.CharField(_("language"), max_length=5)
    event_key = models.CharField(max_length=80)
    internet_id = models.CharField(max_length=250, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=OutgoingState, default=OutgoingState.WAITING
    )
    reason = models.CharField(_("why not sent"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    resent = models.BooleanField(_("sent again after a crash"), default=False)
    created_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("sent mail")
        verbose_name_plural = _("sent mail")
        constraints = [
            models.UniqueConstraint(fields=["event_key", "recipient"], name="outgoing_once"),
        ]
        indexes = [
            models.Index(fields=["ticket", "created_at"], name="outgoing_ticket"),
            models.Index(fields=["recipient", "created_at"], name="outgoing_recipient"),
            models.Index(fields=["state", "created_at"], name="outgoing_state"),
            models.Index(fields=["created_at", "id"], name="outgoing_created"),
            models.Index(
                fields=["state"],
                condition=models.Q(state__in=["waiting", "sending", "failed"]),
                name="outgoing_unsent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.recipient}"


write_choices(OutgoingMail._meta.get_field("state"))
