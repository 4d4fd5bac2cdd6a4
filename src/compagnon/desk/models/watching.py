"""Who follows a ticket without having asked for it, and what is told to whom by name."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.messages import Message
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


class Notice(models.Model):
    """A line of somebody's list «for me»: an internal note that names them."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="notices")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="notices")
    message = models.ForeignKey(Message, models.PROTECT, related_name="notices")
    created_at = models.DateTimeField(_("written"))
    read_at = models.DateTimeField(_("read"), null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["person", "message"], name="notice_once"),
        ]
        indexes = [
            models.Index(
                fields=["person", "id"],
                condition=models.Q(read_at=None),
                name="notice_unread",
            ),
            models.Index(fields=["person", "created_at", "id"], name="notice_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.message_id}"


class NoticeChoice(models.Model):
    """How somebody wants to be told; without a row, on the page alone."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    mentions_by_mail = models.BooleanField(_("by mail too, when a note names me"), default=False)

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")

    def __str__(self) -> str:
        return str(self.person_id)
