"""Addresses that users write to."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import Service
from compagnon.desk.models.categories import Category
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
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
        help_text=_("Given to the requests that come to this address."),
    )
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("service"),
        help_text=_("Given to them too: it decides which commitments of the contract hold."),
    )
    reply_to = models.CharField(
        _("answers go to"),
        max_length=254,
        blank=True,
        default="",
        db_default="",
        help_text=_("Another address of ours to which users answer; empty: this one."),
    )
    signature = models.TextField(_("signature"), blank=True, max_length=2000)
    signature_en = models.TextField(
        _("signature in English"),
        blank=True,
        max_length=2000,
        default="",
        db_default="",
        help_text=_("For those who read English; empty: the other one."),
    )
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

    def clean(self) -> None:
        """Refuse answers that would reach none of our mailboxes."""
        self.reply_to = self.reply_to.strip()
        if self.reply_to and self.reply_to.lower() != self.address.lower():
            ours = Mailbox.objects.filter(address__iexact=self.reply_to, is_active=True)
            if not ours.exists():
                raise ValidationError({"reply_to": _("This is the address of no mailbox of ours.")})

    def signature_in(self, language: str) -> str:
        """Give the signature for a reader of that language."""
        if language == Language.ENGLISH and self.signature_en:
            return self.signature_en
        return self.signature
