"""Alerts of supervision: who sends them, what they are about, when they are hushed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import Service
from compagnon.desk.models.categories import Category
from compagnon.desk.models.tickets import Ticket
from compagnon.park.models import Asset
from compagnon.people.models import Organisation, Person, Team

LONGEST_SILENCE = timedelta(days=92)


class OnEnd(models.TextChoices):
    """What the end of an alert does to its incident."""

    SOLVE = "solve", _("proposes the solution")
    CLOSE = "close", _("closes the incident")
    NOTE = "note", _("is noted, nothing more")


class AlertState(models.TextChoices):
    """How an alert stands."""

    FIRING = "firing", _("firing")
    ENDED = "ended", _("ended")


class ReportState(models.TextChoices):
    """What became of what a supervision sent."""

    WAITING = "waiting", _("waiting")
    DONE = "done", _("taken")
    REFUSED = "refused", _("not understood")


class AlertSource(models.Model):
    """A supervision that sends alerts, known by its token (only digests of which are kept).

    ``mapping`` says where a generic JSON holds what an alert is made of; other adapters need none.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=80)
    adapter = models.CharField(_("kind"), max_length=20)
    requester = models.ForeignKey(
        Person,
        models.PROTECT,
        related_name="+",
        verbose_name=_("incidents are opened for"),
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    on_end = models.CharField(
        _("the end of an alert"), max_length=5, choices=OnEnd, default=OnEnd.SOLVE
    )
    reopen_minutes = models.PositiveIntegerField(_("minutes within which it reopens"), default=120)
    reopen_limit = models.PositiveSmallIntegerField(_("reopenings in a day"), default=3)
    mapping = models.JSONField(_("mapping"), default=dict, blank=True)
    prefix = models.CharField(_("token"), max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    previous_digest = models.CharField(max_length=64, blank=True, db_index=True)
    previous_until = models.DateTimeField(null=True)
    is_active = models.BooleanField(_("in use"), default=True)
    heard_at = models.DateTimeField(_("last heard"), null=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("added"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("alert source")
        verbose_name_plural = _("alert sources")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class AlertSilence(models.Model):
    """A maintenance: what it matches opens no incident while it lasts."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    source = models.ForeignKey(
        AlertSource,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("source"),
        help_text=_("Empty: every source of the organisation and of those below it."),
    )
    host = models.CharField(
        _("machine"),
        max_length=200,
        blank=True,
        help_text=_("Its name or address; * stands for anything, as in srv-*."),
    )
    alert_name = models.CharField(
        _("alert"), max_length=200, blank=True, help_text=_("Its name; * stands for anything.")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("alert silence")
        verbose_name_plural = _("alert silences")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="alert_silence_lasts"
            )
        ]
        indexes = [models.Index(fields=["ends_at"], name="alert_silence_ends")]

    def __str__(self) -> str:
        return self.reason

    def clean(self) -> None:
        """Refuse a silence that is no maintenance: without end, or over what nobody named."""
        begins: datetime | None = self.starts_at
        ends: datetime | None = self.ends_at
        if begins is not None and ends is not None:
            if ends <= begins:
                raise ValidationError({"ends_at": _("It ends before it begins.")})
            if ends - begins > LONGEST_SILENCE:
                raise ValidationError({"ends_at": _("A silence lasts three months at most.")})
        if self.source is not None and not self.source.organisation.path.startswith(
            self.organisation.path
        ):
            raise ValidationError({"source": _("This source belongs to another organisation.")})


class Alert(models.Model):
    """One alert of one source, whatever the number of times it is repeated: one incident.

    ``count`` counts what was heard since it last began; ``reopenings`` those of the day that began
    at ``window_at``: past the source's limit it is ``is_flapping``, and its end solves no more.
    """

    source = models.ForeignKey(AlertSource, models.CASCADE, related_name="alerts")
    fingerprint = models.CharField(max_length=64)
    name = models.CharField(_("alert"), max_length=200)
    severity = models.CharField(_("severity"), max_length=20, blank=True)
    host = models.CharField(_("machine"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=AlertState)
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, related_name="alerts", verbose_name=_("incident")
    )
    asset = models.ForeignKey(
        Asset, models.SET_NULL, null=True, related_name="+", verbose_name=_("asset")
    )
    silence = models.ForeignKey(
        AlertSilence, models.SET_NULL, null=True, related_name="+", verbose_name=_("silence")
    )
    count = models.PositiveIntegerField(_("times heard"), default=0)
    said = models.CharField(max_length=64, blank=True, help_text="Digest of what it last said.")
    began_at = models.DateTimeField(_("began"))
    heard_at = models.DateTimeField(_("last heard"))
    noted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    reopenings = models.PositiveSmallIntegerField(_("reopenings"), default=0)
    window_at = models.DateTimeField(null=True)
    is_flapping = models.BooleanField(_("comes and goes"), default=False)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(fields=["source", "fingerprint"], name="alert_once"),
        ]
        indexes = [
            models.Index(fields=["heard_at", "id"], name="alert_heard"),
            models.Index(fields=["source", "heard_at", "id"], name="alert_source_heard"),
        ]

    def __str__(self) -> str:
        return self.name


class AlertReport(models.Model):
    """What a source posted, kept before it is understood, for a week."""

    source = models.ForeignKey(AlertSource, models.CASCADE, related_name="reports")
    digest = models.CharField(max_length=64)
    body = models.TextField(_("body"))
    peer = models.CharField(_("sent from"), max_length=64, blank=True)
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(
        _("state"), max_length=7, choices=ReportState, default=ReportState.WAITING
    )
    error = models.CharField(_("why not"), max_length=300, blank=True)
    alerts = models.PositiveSmallIntegerField(_("alerts"), default=0)
    duplicates = models.PositiveIntegerField(_("received again"), default=0)
    processed_at = models.DateTimeField(_("processed"), null=True)

    class Meta:
        verbose_name = _("report of alerts")
        verbose_name_plural = _("reports of alerts")
        indexes = [
            models.Index(fields=["source", "digest", "received_at"], name="alert_report_again"),
            models.Index(fields=["source", "received_at", "id"], name="alert_report_history"),
            models.Index(fields=["received_at"], name="alert_report_age"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.pk}"
