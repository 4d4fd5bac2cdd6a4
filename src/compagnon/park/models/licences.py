"""Licences: what was bought of a software product, to whom it was given, and its papers."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.park.models.assets import Asset
from compagnon.park.models.cents import Cents
from compagnon.park.money import amount
from compagnon.people.models import Organisation, Person

# Ten million euros for one: over it, somebody typed something else.
MOST_CENTS = 1_000_000_000


class LicenceMetric(models.TextChoices):
    """What one unit of a licence covers."""

    USER = "user", _("one user")
    DEVICE = "device", _("one device")
    CORE = "core", _("one processor core")
    CONCURRENT = "concurrent", _("one use at a time")
    SUBSCRIPTION = "subscription", _("one subscription")


class Currency(models.TextChoices):
    """In which a price is given."""

    EUR = "EUR", _("euro")
    USD = "USD", _("US dollar")
    GBP = "GBP", _("pound sterling")
    CHF = "CHF", _("Swiss franc")


class Licence(models.Model):
    """An entitlement: so many units of a product, from one day to another.

    It covers its organisation and what is below. ``product_pattern`` and ``publisher_pattern``
    are compared with normalised names, ``*`` standing for any letters. ``alerted_for`` is the last
    day that somebody was already warned about.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="licences", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=160)
    product_pattern = models.CharField(
        _("product"),
        max_length=160,
        help_text=_("As inventories name it; * stands for any letters: Microsoft Office*"),
    )
    publisher_pattern = models.CharField(
        _("publisher"), max_length=120, blank=True, help_text=_("Empty: any publisher.")
    )
    metric = models.CharField(
        _("one unit covers"), max_length=12, choices=LicenceMetric, default=LicenceMetric.DEVICE
    )
    quantity = models.PositiveIntegerField(
        _("quantity"), validators=[MinValueValidator(1), MaxValueValidator(10_000_000)]
    )
    unit_price_cents = Cents(
        _("price of one"), default=0, validators=[MaxValueValidator(MOST_CENTS)]
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    alert_days = models.PositiveSmallIntegerField(
        _("warn before (days)"), default=60, validators=[MaxValueValidator(730)]
    )
    supplier = models.CharField(_("supplier"), max_length=120, blank=True)
    reference = models.CharField(_("order or invoice"), max_length=80, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=4000)
    alerted_for = models.DateField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["name", "id"], name="licence_name"),
            models.Index(fields=["ends_on", "id"], name="licence_ends"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="licence_ends_after_start",
                violation_error_message=_("It ends before it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(metric__in=LicenceMetric.values), name="licence_metric_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_unit_price_cents_display(self) -> str:
        """Give the price of one as a page shows it."""
        return amount(self.unit_price_cents, self.currency)


class LicenceAllocation(models.Model):
    """A unit given to a machine or to a person, until it is taken back."""

    licence = models.ForeignKey(
        Licence, models.PROTECT, related_name="allocations", verbose_name=_("licence")
    )
    asset = models.ForeignKey(
        Asset,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="licence_allocations",
        verbose_name=_("asset"),
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="licence_allocations",
        verbose_name=_("person"),
    )
    given_at = models.DateTimeField(_("given"))
    released_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("allocation of a licence")
        verbose_name_plural = _("allocations of licences")
        ordering = ["-given_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(asset__isnull=True, person__isnull=False)
                | models.Q(asset__isnull=False, person__isnull=True),
                name="allocation_asset_or_person",
            ),
            models.UniqueConstraint(
                fields=["licence", "asset"],
                condition=models.Q(released_at__isnull=True, asset__isnull=False),
                name="allocation_asset_once",
            ),
            models.UniqueConstraint(
                fields=["licence", "person"],
                condition=models.Q(released_at__isnull=True, person__isnull=False),
                name="allocation_person_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.licence_id}: {self.asset_id or self.person_id}"
