"""Solutions proposed to the user, and the answer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.messages import Message
from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Person


class SolutionKind(models.TextChoices):
    """Whether the cause is gone."""

    PERMANENT = "permanent", _("permanent solution")
    WORKAROUND = "workaround", _("workaround")


class SolutionState(models.TextChoices):
    """What became of it."""

    PROPOSED = "proposed", _("proposed")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    ELAPSED = "elapsed", _("accepted by silence")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Solution(models.Model):
    """One proposal. At most one is open at a time. ``nonce`` makes the mail link's signature."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="solutions")
    message = models.OneToOneField(Message, models.PROTECT, related_name="solution")
    kind = models.CharField(_("kind"), max_length=10, choices=SolutionKind)
    state = models.CharField(
        _("state"), max_length=10, choices=SolutionState, default=SolutionState.PROPOSED
    )
    proposed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True)
    nonce = models.CharField(max_length=43, unique=True)

    class Meta:
        verbose_name = _("solution")
        verbose_name_plural = _("solutions")
        ordering = ["proposed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=models.Q(state="proposed"), name="solution_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"
