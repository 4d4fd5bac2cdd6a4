"""Where assets stand, how they moved, and who signed for them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.models import StoredFile
from compagnon.park.models.assets import Asset, AssetState
from compagnon.people.models import Organisation, Person, Site, Team


class StockPlace(models.Model):
    """A place where assets and consumables wait: a cupboard, a shelf, a room."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="stock_places", verbose_name=_("organisation")
    )
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stock_places",
        verbose_name=_("site"),
    )
    name = models.CharField(_("name"), max_length=120)
    note = models.TextField(_("note"), blank=True, max_length=1000)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("stock place")
        verbose_name_plural = _("stock places")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="stock_place_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Movement(models.Model):
    """Where an asset stands from a moment on; the one before says where it came from."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="movements")
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=AssetState)
    site = models.ForeignKey(Site, models.SET_NULL, null=True, related_name="+")
    place = models.ForeignKey(StockPlace, models.SET_NULL, null=True, related_name="movements")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["asset", "-at", "-id"], name="movement_asset")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.at:%Y-%m-%d}"


class SheetKind(models.TextChoices):
    """Which way an asset goes."""

    HAND_OVER = "hand_over", _("hand-over")
    RETURN = "return", _("return")


class CustodySheet(models.Model):
    """An asset handed over or given back, signed by the person; sealed once signed.

    ``digest`` (SHA-256, hex) is over everything that the person was shown, and the signature.
    """

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="custody_sheets")
    kind = models.CharField(_("kind"), max_length=9, choices=SheetKind)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="custody_sheets", verbose_name=_("person")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, related_name="+", verbose_name=_("team")
    )
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, related_name="+", verbose_name=_("site")
    )
    place = models.ForeignKey(
        StockPlace, models.PROTECT, null=True, related_name="+", verbose_name=_("stock place")
    )
    accessories = models.TextField(_("accessories"), blank=True, max_length=1000)
    condition = models.TextField(_("condition"), blank=True, max_length=1000)
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_name = models.CharField(max_length=120, blank=True)
    signature = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    # What the signer read of names: what is renamed later changes no sheet.
    shown = models.JSONField(null=True, editable=False)

    class Meta:
        ordering = ["-prepared_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["asset"],
                condition=models.Q(signed_at__isnull=True, cancelled_at__isnull=True),
                name="custody_one_sheet_waits",
            ),
        ]
        indexes = [models.Index(fields=["prepared_at", "id"], name="custody_prepared")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
