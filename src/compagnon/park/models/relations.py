"""Relations between assets: who runs on what, who depends on whom, and with what to spare."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compagnon.park.models.assets import Asset
from compagnon.people.models import Organisation


class Effect(models.TextChoices):
    """Which end of a relation falls with the other."""

    SOURCE = "source", _("the first falls with the second")
    TARGET = "target", _("the second falls with the first")
    NONE = "none", _("neither falls with the other")


class Tier(models.TextChoices):
    """The layer in which an item works, in an n-tier architecture."""

    CLIENT = "client", _("client")
    WEB = "web", _("web")
    APPLICATION = "application", _("application")
    DATABASE = "database", _("database")
    INFRASTRUCTURE = "infrastructure", _("infrastructure")


class RelationKind(models.Model):
    """How two assets are related, in words both ways, and which falls with which."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(
        _("in words"), max_length=80, unique=True, help_text=_("“runs on”: the first … the second")
    )
    inverse = models.CharField(_("the other way"), max_length=80, help_text=_("“hosts”"))
    effect = models.CharField(_("effect"), max_length=6, choices=Effect, default=Effect.SOURCE)
    is_shipped = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("kind of relation")
        verbose_name_plural = _("kinds of relations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """From the first to the second, in the reader's language where it ships."""
        return gettext(self.name) if self.is_shipped else self.name

    @property
    def inverse_words(self) -> str:
        """From the second to the first."""
        return gettext(self.inverse) if self.is_shipped else self.inverse


class RedundancyGroup(models.Model):
    """«Any two of three»: the asset stands while ``needs`` of the group's relations stand."""

    asset = models.ForeignKey(
        Asset, models.CASCADE, related_name="redundancy_groups", verbose_name=_("asset")
    )
    name = models.CharField(_("name"), max_length=80)
    needs = models.PositiveSmallIntegerField(
        _("how many must stand"), default=1, validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = _("redundancy group")
        verbose_name_plural = _("redundancy groups")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(needs__gte=1), name="redundancy_needs_one"),
        ]

    def __str__(self) -> str:
        return self.name


class Relation(models.Model):
    """One asset related to another. Circles may stand: what is reckoned ends on them."""

    source = models.ForeignKey(
        Asset, models.CASCADE, related_name="relations_from", verbose_name=_("first")
    )
    target = models.ForeignKey(
        Asset, models.CASCADE, related_name="relations_to", verbose_name=_("second")
    )
    kind = models.ForeignKey(
        RelationKind, models.PROTECT, related_name="relations", verbose_name=_("kind")
    )
    group = models.ForeignKey(
        RedundancyGroup,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("redundancy group"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="relation_once"),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="relation_between_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind_id} {self.target_id}"


class Placement(models.Model):
    """In which tier an asset works."""

    asset = models.OneToOneField(Asset, models.CASCADE, related_name="placement")
    tier = models.CharField(_("tier"), max_length=14, choices=Tier)

    class Meta:
        verbose_name = _("tier of an asset")
        verbose_name_plural = _("tiers of assets")

    def __str__(self) -> str:
        return self.get_tier_display()


class Baseline(models.Model):
    """How machines stood at a moment, agreed as what they should be."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("note"), max_length=400, blank=True)
    taken_at = models.DateTimeField(_("taken"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")
        ordering = ["-taken_at", "-id"]
        indexes = [models.Index(fields=["-taken_at", "-id"], name="baseline_taken")]

    def __str__(self) -> str:
        return self.name


class BaselineMachine(models.Model):
    """What a baseline holds of one machine: names of facts and their values."""

    baseline = models.ForeignKey(Baseline, models.CASCADE, related_name="machines")
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="baselines")
    facts = models.JSONField(default=dict)
    settled_at = models.DateTimeField(_("accepted"), null=True, blank=True)

    class Meta:
        verbose_name = _("machine of a baseline")
        verbose_name_plural = _("machines of a baseline")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["baseline", "asset"], name="baseline_machine_once"),
        ]

    def __str__(self) -> str:
        return f"{self.baseline_id} {self.asset_id}"
