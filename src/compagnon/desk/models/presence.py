"""Who has a ticket open, and what somebody began to write: short-lived, one row a person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Person


class Presence(models.Model):
    """Somebody has a ticket open. Worth nothing a minute after ``seen_at``; swept by the hour."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="presences")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(_("seen"))
    writing_at = models.DateTimeField(_("wrote"), null=True)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "person"], name="presence_once"),
        ]
        indexes = [models.Index(fields=["seen_at"], name="presence_seen")]

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.ticket_id}"


class Draft(models.Model):
    """A text begun and not sent, kept for its writer on all their devices.

    ``place`` names the form («reply», «note», «open»). Dropped when it is sent, or after a month.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, blank=True, related_name="+")
    place = models.CharField(_("form"), max_length=40)
    text = models.TextField(_("text"))
    device = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "ticket", "place"],
                condition=models.Q(ticket__isnull=False),
                name="draft_once_on_ticket",
            ),
            models.UniqueConstraint(
                fields=["person", "place"],
                condition=models.Q(ticket__isnull=True),
                name="draft_once_elsewhere",
            ),
        ]
        indexes = [models.Index(fields=["updated_at"], name="draft_updated")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.place}"
