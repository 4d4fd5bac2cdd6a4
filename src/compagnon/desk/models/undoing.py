"""The last act on a ticket that can be taken back, for a while."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Person


class LastAct(models.Model):
    """What a person did last on a ticket, and what it was before; one row a ticket.

    It holds what the journal may not (a title), so it lives as long as undoing is offered and no
    longer: the next act replaces it, and a job sweeps what is too old.
    """

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="last_act")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    verb = models.CharField(max_length=60)
    before = models.JSONField(default=dict)
    # The ticket's version when it was done: another one, and something happened since.
    version = models.PositiveIntegerField()
    done_at = models.DateTimeField()

    class Meta:
        verbose_name = _("act that can be undone")
        verbose_name_plural = _("acts that can be undone")
        indexes = [models.Index(fields=["done_at"], name="last_act_done")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.verb}"
