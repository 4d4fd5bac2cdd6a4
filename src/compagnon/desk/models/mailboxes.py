"""Addresses that users write to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.people.models import Language, Organisation, Team


class UnknownSender(models.TextChoices):
    """What becomes of a message from somebody we do not know."""

    OPEN = "open", _("opens a ticket")
    QUARANTINE = "quarantine", _("waits in quarantine")
    IGNORE = "ignore", _("is ignored")


class Mailbox(models.Model):
    """An address, the queue it feeds and the identity under which we answer."""

    address = models.CharField(_("address"), max_length=254, unique=True)
    name = models.CharField(_("name shown to users"), max_length=120)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        verbose_name=_("organisation"),
        help_text=_("Whose desk answers, or the one client for whom the address is kept."),
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    language = models.CharField(
        _("language"), max_length=5, choices=Language, default=Language.FRENCH
    )
    signature = models.TextField(_("signature"), blank=True, max_length=2000)
    unknown_sender = models.CharField(
        _("an unknown sender"), max_length=10, choices=UnknownSender, default=UnknownSender.OPEN
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ["address"]

    def __str__(self) -> str:
        return self.address
