"""Whom a received mail named beside us."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models.inbound import InboundMessage


class CopiedAddress(models.Model):
    """An address to which a mail was sent as well as to us: its reader may want to follow.

    Offered on the ticket's page, never made a watcher by itself. ``settled_at``: somebody decided,
    one way or the other.
    """

    inbound = models.ForeignKey(InboundMessage, models.CASCADE, related_name="copied")
    name = models.CharField(_("name"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=254, db_index=True)
    settled_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("address in copy")
        verbose_name_plural = _("addresses in copy")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["inbound", "address"], name="copied_address_once"),
        ]

    def __str__(self) -> str:
        return self.address
