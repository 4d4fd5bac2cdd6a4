"""Who follows a ticket without having asked for it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.tickets import Ticket
from compagnon.desk.models.ties import TicketMerge
from compagnon.people.models import Person


class Watcher(models.Model):
    """Somebody who reads a ticket's public side, and receives it by mail if they want to.

    ``merge`` is the merge that made them watch: it goes with it.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="watchers")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="watched_tickets", verbose_name=_("person")
    )
    by_mail = models.BooleanField(_("receives the messages by mail"), default=True)
    merge = models.ForeignKey(TicketMerge, models.PROTECT, null=True, related_name="watchers")
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("watcher")
        verbose_name_plural = _("watchers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "person"], name="watcher_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.ticket_id}"
