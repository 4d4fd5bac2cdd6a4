"""What agents are asked to look at over the network: credentials, jobs, what was met."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.park.models.assets import Asset
from compagnon.park.models.reports import Agent, EnrolmentToken, InventoryReport, Outcome
from compagnon.people.models import Organisation


class SnmpVersion(models.TextChoices):
    """Versions of SNMP."""

    V1 = "1", "SNMP v1"
    V2C = "2c", "SNMP v2c"
    V3 = "3", "SNMP v3"


class SnmpAuth(models.TextChoices):
    """How an SNMP v3 message is signed. What agents know, not what one would choose today."""

    NONE = "", _("none")
    MD5 = "md5", "MD5"
    SHA = "sha", "SHA-1"


class SnmpPrivacy(models.TextChoices):
    """How an SNMP v3 message is encrypted."""

    NONE = "", _("none")
    DES = "des", "DES"
    TRIPLE_DES = "3des", "3DES"
    AES = "aes", "AES-128"


class SnmpCredential(models.Model):
    """How to speak SNMP to devices. What is secret is sealed, and shown to nobody again."""

    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="snmp_credentials",
        verbose_name=_("organisation"),
    )
    name = models.CharField(_("name"), max_length=80)
    snmp_version = models.CharField(_("version of SNMP"), max_length=2, choices=SnmpVersion)
    username = models.CharField(_("user name"), max_length=64, blank=True)
    auth_protocol = models.CharField(
        _("authentication"), max_length=4, choices=SnmpAuth, blank=True
    )
    privacy_protocol = models.CharField(
        _("encryption"), max_length=4, choices=SnmpPrivacy, blank=True
    )
    sealed = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("SNMP credential")
        verbose_name_plural = _("SNMP credentials")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="snmp_credential_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_snmp_version_display()})"


class JobKind(models.TextChoices):
    """What an agent is asked."""

    DISCOVERY = "discovery", _("discovery of a network")
    INVENTORY = "inventory", _("inventory by SNMP")


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", _("waits for the agent")
    SENT = "sent", _("given to the agent")
    RUNNING = "running", _("under way")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class NetworkJob(models.Model):
    """A discovery of addresses, or an inventory of devices, that one agent is asked for.

    ``token`` and ``address`` are those of the agent when the job was ordered: the job, which holds
    credentials, is given to nobody who shows others.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="jobs", verbose_name=_("agent"))
    token = models.ForeignKey(
        EnrolmentToken, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    address = models.GenericIPAddressField(_("agent's address"), null=True, blank=True)
    kind = models.CharField(_("what"), max_length=9, choices=JobKind)
    state = models.CharField(_("state"), max_length=9, choices=JobState, default=JobState.WAITING)
    ranges = models.JSONField(_("addresses"), default=list)
    targets = models.JSONField(default=list)
    ports = models.JSONField(_("ports"), default=list)
    credentials = models.ManyToManyField(
        SnmpCredential, related_name="jobs", blank=True, verbose_name=_("SNMP credentials")
    )
    then_inventory = models.BooleanField(_("then read what answers by SNMP"), default=False)
    after = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="followers"
    )
    asked = models.PositiveIntegerField(_("addresses"), default=0)
    counted = models.PositiveIntegerField(null=True, blank=True)
    given = models.PositiveSmallIntegerField(default=0)
    kept_back = models.CharField(max_length=200, blank=True)
    ordered_at = models.DateTimeField(_("ordered"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    sent_at = models.DateTimeField(_("given"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    news_at = models.DateTimeField(_("last news"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("network job")
        verbose_name_plural = _("network jobs")
        ordering = ["-ordered_at", "-id"]
        indexes = [
            models.Index(fields=["-ordered_at", "-id"], name="network_job_ordered"),
            models.Index(
                fields=["agent"],
                condition=models.Q(state__in=["waiting", "sent"]),
                name="network_job_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class MetDevice(models.Model):
    """What a job met at an address, and what became of it."""

    job = models.ForeignKey(NetworkJob, models.CASCADE, related_name="met")
    address = models.CharField(_("address"), max_length=64)
    kind = models.CharField(_("kind"), max_length=12, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    model = models.CharField(_("model"), max_length=160, blank=True)
    mac = models.CharField(_("MAC address"), max_length=17, blank=True)
    credential = models.ForeignKey(
        SnmpCredential, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    report = models.ForeignKey(
        InventoryReport, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asset = models.ForeignKey(
        Asset,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("machine"),
    )
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    met_at = models.DateTimeField(_("met"))

    class Meta:
        verbose_name = _("device met")
        verbose_name_plural = _("devices met")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["job", "address"], name="met_once_a_job"),
        ]

    def __str__(self) -> str:
        return self.name or self.address
