"""Contracts with suppliers: what they cover, until when, and by when notice must be given."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import ServiceContract
from compagnon.core.models import StoredFile
from compagnon.park.models.assets import Asset
from compagnon.park.models.cents import Cents
from compagnon.park.models.licences import MOST_CENTS, Currency, Licence
from compagnon.park.money import amount
from compagnon.people.models import Organisation


class SupplyKind(models.TextChoices):
    """What a supplier sold."""

    WARRANTY = "warranty", _("warranty")
    MAINTENANCE = "maintenance", _("maintenance")
    RENTAL = "rental", _("rental")


class PricePeriod(models.TextChoices):
    """How often a price is paid."""

    ONCE = "once", _("once")
    MONTH = "month", _("each month")
    QUARTER = "quarter", _("each quarter")
    YEAR = "year", _("each year")


class SupplierContract(models.Model):
    """A contract with a supplier.

    ``service_contract`` is the underpinning contract whose commitments the clocks count while a
    ticket waits for this supplier. ``notice_by`` is the last day on which notice can be given.
    """

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="supplier_contracts",
        verbose_name=_("organisation"),
    )
    supplier = models.ForeignKey(
        Organisation, models.PROTECT, related_name="supplies", verbose_name=_("supplier")
    )
    kind = models.CharField(
        _("kind"), max_length=12, choices=SupplyKind, default=SupplyKind.MAINTENANCE
    )
    name = models.CharField(_("name"), max_length=160)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    notice_by = models.DateField(
        _("notice at the latest on"),
        null=True,
        blank=True,
        help_text=_("The last day on which it can be ended or kept from being renewed."),
    )
    renews = models.BooleanField(_("renewed unless notice is given"), default=False)
    alert_days = models.PositiveSmallIntegerField(
        _("warn before (days)"), default=60, validators=[MaxValueValidator(730)]
    )
    price_cents = Cents(_("price"), default=0, validators=[MaxValueValidator(MOST_CENTS)])
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    price_period = models.CharField(
        _("paid"), max_length=8, choices=PricePeriod, default=PricePeriod.YEAR
    )
    service_contract = models.ForeignKey(
        ServiceContract,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supplier_contracts",
        verbose_name=_("commitments"),
        help_text=_("The underpinning contract whose commitments are counted."),
    )
    note = models.TextField(_("note"), blank=True, max_length=4000)
    alerted_for = models.DateField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("supplier contract")
        verbose_name_plural = _("supplier contracts")
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["name", "id"], name="supplier_contract_name"),
            models.Index(fields=["ends_on", "id"], name="supplier_contract_ends"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="supplier_contract_ends_after_start",
                violation_error_message=_("It ends before it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=SupplyKind.values), name="supplier_contract_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_price_cents_display(self) -> str:
        """Give the price as a page shows it."""
        return amount(self.price_cents, self.currency)


class CoveredAsset(models.Model):
    """An asset that a supplier contract covers."""

    contract = models.ForeignKey(
        SupplierContract, models.CASCADE, related_name="covered", verbose_name=_("contract")
    )
    asset = models.ForeignKey(
        Asset, models.PROTECT, related_name="covered_by", verbose_name=_("asset")
    )

    class Meta:
        verbose_name = _("covered asset")
        verbose_name_plural = _("covered assets")
        ordering = ["asset__name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "asset"], name="covered_asset_once")
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.asset_id}"


class Paper(models.Model):
    """A file kept as proof: of a licence, or of a supplier contract."""

    licence = models.ForeignKey(
        Licence, models.PROTECT, null=True, blank=True, related_name="papers"
    )
    contract = models.ForeignKey(
        SupplierContract, models.PROTECT, null=True, blank=True, related_name="papers"
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["-added_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(licence__isnull=True, contract__isnull=False)
                | models.Q(licence__isnull=False, contract__isnull=True),
                name="paper_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return self.name
