"""Assets: what is owned and followed, of types that an administrator defines."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compagnon.people.models import Organisation, Person, Site, Team


class AssetKind(models.TextChoices):
    """What a type of asset is at bottom: decides the sections of its page."""

    COMPUTER = "computer", _("computer")
    PRINTER = "printer", _("printer")
    NETWORKING = "networking", _("network equipment")
    PHONE = "phone", _("phone")
    MONITOR = "monitor", _("monitor")
    PERIPHERAL = "peripheral", _("peripheral")
    SERVICE = "service", _("service")
    APPLICATION = "application", _("application")
    OTHER = "other", _("other")


class AssetState(models.TextChoices):
    """Where an asset is in its life."""

    ORDERED = "ordered", _("ordered")
    STOCK = "stock", _("in stock")
    USE = "use", _("in use")
    REPAIR = "repair", _("in repair")
    RETIRED = "retired", _("retired")
    DISPOSED = "disposed", _("disposed of")


class DepreciationMethod(models.TextChoices):
    """How the price of an asset is spread over years."""

    LINE = "line", _("straight line")
    DECLINING = "declining", _("declining balance")


class AssetOrigin(models.TextChoices):
    """How an asset came to be known."""

    HAND = "hand", _("by hand")
    AGENT = "agent", _("by an agent")
    IMPORT = "import", _("by an import")
    DEMO = "demo", _("demonstration")


class AssetType(models.Model):
    """A kind of asset, with the fields that an administrator gives it.

    ``fields`` is a list of ``{"name", "label", "kind", "required", "choices"}``, checked by
    ``rules.check_fields``; the values stand in ``Asset.values`` by name.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=AssetKind, default=AssetKind.OTHER)
    icon = models.CharField(_("icon"), max_length=40, blank=True, default="package")
    fields = models.JSONField(_("own fields"), default=list, blank=True)
    is_shipped = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("asset type")
        verbose_name_plural = _("asset types")
        ordering = ["name"]

    def __str__(self) -> str:
        # What ships is kept in English, and shown in the reader's language.
        return gettext(self.name) if self.is_shipped else self.name


class LiveAssets(models.Manager["Asset"]):
    """Assets that stand for themselves: those merged into another are left out."""

    def get_queryset(self) -> models.QuerySet[Asset]:
        """Leave out what was merged."""
        return super().get_queryset().filter(merged_into__isnull=True)


class Asset(models.Model):
    """A configuration item: a machine, a screen, a service…

    ``locked`` names the fields that a person set by hand: an inventory leaves them as they are.
    ``uuid`` and ``serial`` are as the machine says, for reading; ``Identifier`` is what recognises.
    """

    type = models.ForeignKey(
        AssetType, models.PROTECT, related_name="assets", verbose_name=_("type")
    )
    name = models.CharField(_("name"), max_length=200)
    state = models.CharField(_("state"), max_length=8, choices=AssetState, default=AssetState.USE)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="assets", verbose_name=_("organisation")
    )
    site = models.ForeignKey(
        Site, models.SET_NULL, null=True, blank=True, related_name="assets", verbose_name=_("site")
    )
    person = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assets",
        verbose_name=_("person"),
    )
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="assets", verbose_name=_("team")
    )
    place = models.ForeignKey(
        "park.StockPlace",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assets",
        verbose_name=_("stock place"),
    )
    is_loanable = models.BooleanField(_("can be lent"), default=False)
    serial = models.CharField(_("serial number"), max_length=128, blank=True, db_index=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=120, blank=True)
    model = models.CharField(_("model"), max_length=160, blank=True)
    inventory_number = models.CharField(_("inventory number"), max_length=60, blank=True)
    uuid = models.CharField("UUID", max_length=64, blank=True, editable=False)
    ordered_on = models.DateField(_("ordered on"), null=True, blank=True)
    purchased_on = models.DateField(_("bought on"), null=True, blank=True)
    in_service_on = models.DateField(_("in service since"), null=True, blank=True)
    purchase_price = models.DecimalField(
        _("price (€, before tax)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    purchase_reference = models.CharField(_("order or invoice"), max_length=80, blank=True)
    supplier = models.CharField(_("supplier"), max_length=120, blank=True)
    warranty_ends_on = models.DateField(_("warranty until"), null=True, blank=True)
    depreciation_months = models.PositiveSmallIntegerField(
        _("depreciated over (months)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
    )
    depreciation_method = models.CharField(
        _("depreciation"),
        max_length=9,
        choices=DepreciationMethod,
        default=DepreciationMethod.LINE,
        blank=True,
    )
    disposed_on = models.DateField(_("disposed of on"), null=True, blank=True)
    values = models.JSONField(_("own fields"), default=dict, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=4000)
    origin = models.CharField(
        _("known"), max_length=8, choices=AssetOrigin, default=AssetOrigin.HAND, editable=False
    )
    locked = models.JSONField(default=list, blank=True, editable=False)
    first_seen = models.DateTimeField(_("first seen"), null=True, blank=True, editable=False)
    last_seen = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[LiveAssets] = LiveAssets()
    every: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["organisation", "name", "id"], name="asset_organisation"),
            models.Index(fields=["name", "id"], name="asset_name"),
            # What a picker asks for begins so: PostgreSQL serves that by these operators only.
            models.Index(
                fields=["name"], opclasses=["varchar_pattern_ops"], name="asset_name_begins"
            ),
            models.Index(
                fields=["inventory_number"],
                opclasses=["varchar_pattern_ops"],
                name="asset_number_begins",
            ),
            models.Index(fields=["last_seen", "id"], name="asset_last_seen"),
            models.Index(fields=["state", "id"], name="asset_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "inventory_number"],
                condition=~models.Q(inventory_number=""),
                name="asset_inventory_number_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
