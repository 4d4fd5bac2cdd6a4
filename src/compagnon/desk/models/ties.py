"""What ties tickets together: links, a parent and its children, merges."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Person


class LinkKind(models.TextChoices):
    """What the ticket at the origin is to the one at the end; ``INVERSE`` says it the other way."""

    DUPLICATE = "duplicate_of", _("duplicate of")
    CAUSED = "caused_by", _("caused by")
    RELATES = "relates_to", _("relates to")
    CHILD = "child_of", _("part of")
    SPLIT = "split_from", _("split from")


INVERSE = {
    LinkKind.DUPLICATE: _("has as duplicate"),
    LinkKind.CAUSED: _("causes"),
    LinkKind.RELATES: _("relates to"),
    LinkKind.CHILD: _("is made of"),
    LinkKind.SPLIT: _("was split into"),
}


class TicketLink(models.Model):
    """Two tickets and what the first is to the second. A ticket has one parent at most."""

    kind = models.CharField(_("link"), max_length=12, choices=LinkKind)
    origin = models.ForeignKey(Ticket, models.PROTECT, related_name="links_from")
    target = models.ForeignKey(Ticket, models.PROTECT, related_name="links_to")
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("linked"))

    class Meta:
        verbose_name = _("link between tickets")
        verbose_name_plural = _("links between tickets")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["origin", "target", "kind"], name="link_once"),
            models.UniqueConstraint(
                fields=["origin"], condition=models.Q(kind="child_of"), name="link_one_parent"
            ),
            models.CheckConstraint(
                condition=~models.Q(origin=models.F("target")), name="link_two_tickets"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin_id} {self.kind} {self.target_id}"


class TicketMerge(models.Model):
    """A ticket merged into another, and what it was, so that undoing gives it back.

    What was written, attached and planned stays the merged ticket's own; the survivor shows it.
    """

    merged = models.ForeignKey(Ticket, models.PROTECT, related_name="merges")
    survivor = models.ForeignKey(Ticket, models.PROTECT, related_name="absorbed")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    before = models.JSONField()
    merged_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    merged_at = models.DateTimeField(_("merged"))
    undone_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        verbose_name = _("merge of tickets")
        verbose_name_plural = _("merges of tickets")
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=models.Q(undone_at=None), name="merge_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=~models.Q(merged=models.F("survivor")), name="merge_two_tickets"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.survivor_id}"
