"""Escalations and transfers, with what the next one needs to go on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Person, Team


class EscalationKind(models.TextChoices):
    """Upwards in expertise, upwards in authority, or sideways."""

    FUNCTIONAL = "functional", _("functional escalation")
    HIERARCHICAL = "hierarchical", _("hierarchical escalation")
    TRANSFER = "transfer", _("transfer")


class Escalation(models.Model):
    """One handing over. The text is in the message; here is what is counted."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="escalations")
    kind = models.CharField(_("kind"), max_length=12, choices=EscalationKind)
    from_team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    to_team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    to_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("reason"))
    tried = models.TextField(_("what was tried"), blank=True)
    needed = models.TextField(_("what is needed"), blank=True)
    occurred_at = models.DateTimeField(_("escalated"))

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering = ["occurred_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="escalation_has_reason"),
        ]

    def __str__(self) -> str:
        return self.kind
