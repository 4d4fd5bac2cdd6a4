"""What is used up: toner, cables, batteries."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.park.models.assets import Asset
from compagnon.park.models.life import StockPlace
from compagnon.people.models import Organisation, Person


class Consumable(models.Model):
    """Something that is counted, not followed one by one. ``quantity`` follows its movements."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="consumables", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    place = models.ForeignKey(
        StockPlace,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consumables",
        verbose_name=_("stock place"),
    )
    minimum = models.PositiveIntegerField(
        _("minimum"), default=0, help_text=_("At this number or under, an alert stands.")
    )
    quantity = models.PositiveIntegerField(_("in stock"), default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("consumable")
        verbose_name_plural = _("consumables")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name", "reference"], name="consumable_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=0), name="consumable_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_low(self) -> bool:
        """Whether it is time to order."""
        return self.quantity <= self.minimum


class ConsumableMovement(models.Model):
    """Some that came or went."""

    consumable = models.ForeignKey(Consumable, models.CASCADE, related_name="movements")
    at = models.DateTimeField()
    change = models.IntegerField()
    quantity_after = models.PositiveIntegerField()
    asset = models.ForeignKey(Asset, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["consumable", "-at", "-id"], name="consumable_movement")]

    def __str__(self) -> str:
        return f"{self.consumable_id} {self.change:+}"
