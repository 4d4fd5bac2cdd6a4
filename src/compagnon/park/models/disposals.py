"""Equipment that leaves as electrical waste, with its proofs."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.models import StoredFile
from compagnon.park.models.assets import Asset
from compagnon.people.models import Organisation


class WasteCategory(models.IntegerChoices):
    """Categories of directive 2012/19/EU, annex III, in force since 15 August 2018."""

    TEMPERATURE = 1, _("1. Temperature exchange equipment")
    SCREENS = 2, _("2. Screens, monitors, and equipment with screens over 100 cm²")
    LAMPS = 3, _("3. Lamps")
    LARGE = 4, _("4. Large equipment (any external dimension over 50 cm)")
    SMALL = 5, _("5. Small equipment (no external dimension over 50 cm)")
    SMALL_IT = 6, _("6. Small IT and telecommunication equipment (none over 50 cm)")


class WipingMethod(models.TextChoices):
    """How data was made unreadable, in the words of NIST SP 800-88 revision 1, section 2.5."""

    NONE = "none", _("no storage in it")
    CLEAR = "clear", _("clear: overwritten, or reset by its own commands")
    PURGE = "purge", _("purge: beyond recovery in a laboratory (secure erase, key destroyed)")
    DESTROY = "destroy", _("destroy: shredded, disintegrated, melted")


class Disposal(models.Model):
    """A lot given to a collector; closed once its certificate is there."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="disposals", verbose_name=_("organisation")
    )
    collector = models.CharField(_("collector"), max_length=160)
    collected_on = models.DateField(_("collected on"))
    certificate_number = models.CharField(_("certificate's number"), max_length=80, blank=True)
    certificate = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    certificate_name = models.CharField(max_length=150, blank=True)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("disposal")
        verbose_name_plural = _("disposals")
        ordering = ["-collected_on", "-id"]
        indexes = [models.Index(fields=["collected_on", "id"], name="disposal_collected")]

    def __str__(self) -> str:
        return f"{self.collector} {self.collected_on}"


class DisposedAsset(models.Model):
    """An asset of a lot: its category, its weight, and how its data went."""

    disposal = models.ForeignKey(Disposal, models.CASCADE, related_name="items")
    asset = models.OneToOneField(Asset, models.PROTECT, related_name="disposed_in")
    category = models.PositiveSmallIntegerField(_("category"), choices=WasteCategory)
    weight_kg = models.DecimalField(
        _("weight (kg)"), max_digits=7, decimal_places=2, validators=[MinValueValidator(0)]
    )
    wiping = models.CharField(_("data wiping"), max_length=8, choices=WipingMethod)
    wiped_by = models.CharField(_("wiped by"), max_length=120, blank=True)
    wiped_on = models.DateField(_("wiped on"), null=True, blank=True)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    proof_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weight_kg__gt=0), name="disposed_weight"),
        ]

    def __str__(self) -> str:
        return f"{self.disposal_id} {self.asset_id}"
