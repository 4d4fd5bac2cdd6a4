"""What must be seen to in time: raised once, told once to each, and the settings of who is told."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.people.models import Organisation, Person, Team


class AlertKind(models.TextChoices):
    """What an alert is about; each names its subject's table."""

    STOCK = "stock", _("stock running low")
    LICENCE = "licence", _("licence that ends")
    NOTICE = "notice", _("notice to give")
    CONTRACT = "contract", _("contract that ends")
    WARRANTY = "warranty", _("warranty that ends")


class Alert(models.Model):
    """Something that must be seen to: a day that comes near, a stock that runs low.

    Raised once for a subject and a day. It ends when it is true no more (the stock is filled, the
    licence renewed), or when somebody has seen to it.

    Args:
        subject_id: of the consumable, licence, supplier contract or asset that ``kind`` says.
        day: the one that matters; none for a stock.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=AlertKind)
    subject_id = models.BigIntegerField()
    day = models.DateField(_("day"), null=True)
    raised_at = models.DateTimeField(_("raised"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "day"],
                condition=models.Q(day__isnull=False),
                name="alert_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=models.Q(day__isnull=True, ended_at__isnull=True),
                name="alert_once_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "day"],
                condition=models.Q(ended_at__isnull=True),
                name="alert_open",
            ),
            models.Index(fields=["raised_at", "id"], name="alert_raised"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class AlertLetter(models.Model):
    """One mail to one person, of what came since the last; its Message-ID is fixed with the row."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    internet_id = models.CharField(max_length=120, unique=True)
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.internet_id


class AlertTold(models.Model):
    """That a person was told of an alert: the database holds that it is once."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="told")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    letter = models.ForeignKey(AlertLetter, models.CASCADE, related_name="told")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["alert", "person"], name="alert_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.person_id}"


class AlertRule(models.Model):
    """Who is told for an organisation, and those below it that have no rule of their own."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who is told"),
        help_text=_("Empty: whoever may see to it by their roles."),
    )
    by_mail = models.BooleanField(_("told by mail"), default=True)
    stock = models.BooleanField(_("stocks that run low"), default=True)
    licences = models.BooleanField(_("licences that end"), default=True)
    contracts = models.BooleanField(_("contracts: notice and end"), default=True)
    warranties = models.BooleanField(_("warranties that end"), default=True)
    warranty_days = models.PositiveSmallIntegerField(
        _("warn of a warranty before (days)"), default=60, validators=[MaxValueValidator(730)]
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")
        ordering = ["organisation__name"]

    def __str__(self) -> str:
        return str(self.organisation)
