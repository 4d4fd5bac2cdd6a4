"""What a team keeps ready: answers, templates of tickets, macros."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import RequestType, Service
from compagnon.desk.models.categories import Category
from compagnon.desk.models.tickets import Impact, TicketKind, Urgency
from compagnon.people.models import Organisation, Team


class AnyLanguage(models.TextChoices):
    """For readers of which language."""

    ANY = "", _("any language")
    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")


class Kept(models.Model):
    """What is common to them: whose it is, and for which team."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team"),
        help_text=_("Empty: every team of the organisation."),
    )
    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(_("offered"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class CannedReply(Kept):
    """A text ready to be inserted, with placeholders of a fixed list (``desk.placeholders``)."""

    text = models.TextField(_("text"), max_length=10_000)
    language = models.CharField(
        _("language"), max_length=2, choices=AnyLanguage, blank=True, default=""
    )
    category = models.ForeignKey(
        Category,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
        help_text=_("Shown first on tickets of this category and those below it."),
    )

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name", "language"], name="canned_reply_name_once"
            ),
        ]


class TicketTemplate(Kept):
    """What a new ticket of a kind is filled in with."""

    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("description"), blank=True, max_length=10_000)
    kind = models.CharField(
        _("kind"), max_length=16, choices=TicketKind, default=TicketKind.INCIDENT
    )
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("category"),
    )  # fmt: skip
    service = models.ForeignKey(
        Service, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("service"),
    )  # fmt: skip
    request_type = models.ForeignKey(
        RequestType, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("request type"),
    )  # fmt: skip
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Impact, default=Impact.LOW)
    urgency = models.PositiveSmallIntegerField(
        _("urgency"), choices=Urgency, default=Urgency.MEDIUM
    )

    class Meta:
        verbose_name = _("ticket template")
        verbose_name_plural = _("ticket templates")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="ticket_template_name_once"
            ),
            models.CheckConstraint(
                condition=models.Q(impact__range=(1, 3)) & models.Q(urgency__range=(1, 3)),
                name="ticket_template_levels",
            ),
        ]


class Macro(Kept):
    """Several verbs in one gesture. ``steps`` is read by ``desk.macros``, never run as code."""

    steps = models.JSONField(_("steps"), default=list)

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="macro_name_once"),
        ]
