"""Money and energy: what was planned, what machines use, how clean electricity is."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.park.models.assets import AssetType
from compagnon.people.models import Organisation


class Budget(models.Model):
    """What an organisation plans to spend on its park in a year."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="park_budgets", verbose_name=_("organisation")
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    amount = models.DecimalField(
        _("amount (€, before tax)"),
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(0)],
    )
    note = models.TextField(_("note"), blank=True, max_length=1000)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("park budget")
        verbose_name_plural = _("park budgets")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year"], name="park_budget_once"),
        ]
        indexes = [models.Index(fields=["year", "id"], name="park_budget_year")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year}"


class EnergyProfile(models.Model):
    """What machines of a type use, as somebody here measured or read it; before what ships."""

    type = models.OneToOneField(
        AssetType, models.CASCADE, related_name="energy_profile", verbose_name=_("type")
    )
    kwh_per_year = models.DecimalField(
        _("kWh a year"), max_digits=8, decimal_places=1, validators=[MinValueValidator(0)]
    )
    making_kg = models.DecimalField(
        _("CO₂ of its making (kg)"),
        max_digits=8,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    source = models.CharField(_("source"), max_length=300)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("energy profile")
        verbose_name_plural = _("energy profiles")
        ordering = ["type__name"]

    def __str__(self) -> str:
        return str(self.type)


class GridFactor(models.Model):
    """How much CO₂ a kilowatt-hour costs in a country."""

    country = models.CharField(_("country (two letters)"), max_length=2, unique=True)
    grams_per_kwh = models.DecimalField(
        _("g CO₂ a kWh"), max_digits=6, decimal_places=1, validators=[MinValueValidator(0)]
    )
    source = models.CharField(_("source"), max_length=300)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("grid factor")
        verbose_name_plural = _("grid factors")
        ordering = ["country"]

    def __str__(self) -> str:
        return self.country
