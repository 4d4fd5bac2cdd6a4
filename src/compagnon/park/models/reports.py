"""What agents sent, who may send, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.models import StoredFile
from compagnon.park.models.assets import Asset
from compagnon.people.models import Organisation, Site


class EnrolmentToken(models.Model):
    """The key with which agents of an organisation may report. Only its hash is kept."""

    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="enrolment_tokens",
        verbose_name=_("organisation"),
    )
    site = models.ForeignKey(
        Site,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("site of new machines"),
    )
    name = models.CharField(_("used for"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    certificate = models.CharField(
        _("or the subject of a client certificate"),
        max_length=250,
        blank=True,
        help_text=_("As the proxy that checked the certificate writes it in its header."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("enrolment token")
        verbose_name_plural = _("enrolment tokens")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=~models.Q(certificate=""),
                name="enrolment_certificate_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Agent(models.Model):
    """A program on a machine that reports. ``key`` is its agent id, or its deviceid."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="agents", verbose_name=_("organisation")
    )
    key = models.CharField(max_length=300)
    agent_id = models.CharField(_("agent's id"), max_length=64, blank=True)
    deviceid = models.CharField(_("device id"), max_length=255, blank=True)
    kind = models.CharField(_("program"), max_length=60, blank=True)
    program_version = models.CharField(_("program's version"), max_length=60, blank=True)
    tag = models.CharField(_("tag"), max_length=120, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    token = models.ForeignKey(
        EnrolmentToken, models.SET_NULL, null=True, blank=True, related_name="agents"
    )
    asset = models.ForeignKey(
        Asset,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="agents",
        verbose_name=_("machine"),
    )
    first_contact_at = models.DateTimeField(_("first contact"), auto_now_add=True)
    last_contact_at = models.DateTimeField(_("last contact"))
    last_inventory_at = models.DateTimeField(_("last inventory"), null=True, blank=True)

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        ordering = ["-last_contact_at"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="agent_key_once"),
        ]
        indexes = [
            models.Index(fields=["last_contact_at", "id"], name="agent_contact"),
        ]

    def __str__(self) -> str:
        return self.deviceid or self.agent_id or self.key


class Outcome(models.TextChoices):
    """What became of a report."""

    WAITING = "waiting", _("waiting")
    CREATED = "created", _("machine created")
    UPDATED = "updated", _("machine updated")
    UNCHANGED = "unchanged", _("nothing changed")
    DOUBTFUL = "doubtful", _("doubtful")
    REFUSED = "refused", _("refused")


class InventoryReport(models.Model):
    """One body that an agent sent, kept raw for a while, and what became of it."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    site = models.ForeignKey(Site, models.SET_NULL, null=True, blank=True, related_name="+")
    raw = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    file_name = models.CharField(_("file"), max_length=300, blank=True)
    source = models.CharField(max_length=8, default="agent")
    received_at = models.DateTimeField(_("received"))
    last_received_at = models.DateTimeField(_("last received"))
    times = models.PositiveIntegerField(_("received times"), default=1)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    user_agent = models.CharField(_("program"), max_length=200, blank=True)
    sender_id = models.CharField(_("agent's id"), max_length=64, blank=True)
    proxy_id = models.CharField(max_length=200, blank=True)
    token = models.ForeignKey(
        EnrolmentToken, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, blank=True, related_name="reports")
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome, default=Outcome.WAITING)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    format = models.CharField(_("format"), max_length=8, blank=True)
    query = models.CharField(_("request"), max_length=20, blank=True)
    deviceid = models.CharField(_("device id"), max_length=255, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    is_partial = models.BooleanField(_("partial"), default=False)
    cuts = models.JSONField(_("cut"), null=True, blank=True)
    """What was not kept whole: ``[[what, sent, kept], …]``; see ``ingestion.cutting``."""
    asset = models.ForeignKey(
        Asset,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("machine"),
    )
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)
    seconds = models.FloatField(_("seconds to process"), null=True, blank=True)

    class Meta:
        verbose_name = _("inventory report")
        verbose_name_plural = _("inventory reports")
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["digest", "-id"], name="report_digest"),
            models.Index(fields=["received_at", "id"], name="report_received"),
            models.Index(fields=["outcome", "received_at", "id"], name="report_outcome"),
            models.Index(
                fields=["deviceid", "id"],
                condition=models.Q(outcome=Outcome.WAITING),
                name="report_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.deviceid or self.digest[:12]


class Match(models.Model):
    """Why a report was taken for a machine, or for none."""

    report = models.ForeignKey(InventoryReport, models.CASCADE, related_name="matches")
    asset = models.ForeignKey(Asset, models.CASCADE, null=True, blank=True, related_name="matches")
    verdict = models.CharField(_("verdict"), max_length=10)
    confidence = models.PositiveSmallIntegerField(_("confidence, of 100"))
    reason = models.CharField(_("reason"), max_length=300)
    evidence = models.JSONField(_("evidence"), default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.verdict} {self.confidence}"
