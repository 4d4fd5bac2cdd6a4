"""What is told to other programs: subscriptions, and every message sent to each."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Organisation, Person


class WebhookState(models.TextChoices):
    """Whether a subscription sends. One that stopped by itself goes on keeping what happens."""

    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    STOPPED = "stopped", _("stopped: the receiver fails")


class DeliveryState(models.TextChoices):
    """What became of one message."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("received")
    SKIPPED = "skipped", _("skipped")


class Webhook(models.Model):
    """A subscription: what happens on an organisation's tickets is sent to an address.

    ``owner`` is the person through whose eyes the tickets are read. ``secret`` is sealed
    (``core.sealing``); the one before it signs too until ``previous_until``. ``lease`` is held by
    the one worker that sends: messages leave one after the other, in the order of the journal.
    """

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        verbose_name=_("organisation"),
        help_text=_("What happens on its tickets, and on those of the organisations below it."),
    )
    owner = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("read through the eyes of")
    )
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=list, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=WebhookState, default=WebhookState.ACTIVE
    )
    stopped_reason = models.CharField(_("why it stopped"), max_length=300, blank=True)
    secret = models.TextField()
    previous_secret = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    since = models.DateTimeField(help_text="What was recorded before is not sent.")
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    last_sent_at = models.DateTimeField(_("last received"), null=True)
    created_at = models.DateTimeField(_("added"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One message of a subscription: the same ``message_id`` and body at each attempt.

    ``payload`` is the body to the letter. It is written when the event is followed, and deleted
    with its row after thirty days.
    """

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    entry_id = models.BigIntegerField(null=True)
    message_id = models.CharField(_("identifier"), max_length=60)
    event = models.CharField(_("event"), max_length=60)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="+")
    occurred_at = models.DateTimeField(_("happened"))
    payload = models.TextField(_("body"))
    is_replay = models.BooleanField(_("sent again by hand"), default=False)
    state = models.CharField(
        _("state"), max_length=8, choices=DeliveryState, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    status = models.PositiveSmallIntegerField(_("answer"), null=True)
    answer = models.CharField(_("body of the answer"), max_length=2000, blank=True)
    error = models.CharField(_("why it failed"), max_length=300, blank=True)
    seconds = models.FloatField(_("seconds"), null=True)
    created_at = models.DateTimeField(_("kept"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "entry_id"],
                condition=models.Q(is_replay=False),
                name="delivery_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "id"],
                condition=models.Q(state="waiting"),
                name="delivery_waiting",
            ),
            models.Index(fields=["webhook", "created_at", "id"], name="delivery_history"),
            models.Index(fields=["created_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"
