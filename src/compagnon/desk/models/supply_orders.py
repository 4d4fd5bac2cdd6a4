"""Orders to suppliers, what they delivered, what they invoiced."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.models import StoredFile
from compagnon.desk.models.supply import MOST_UNITS, PricedLine, Quote, SupplyCase
from compagnon.park.models import Asset, Currency, CustodySheet
from compagnon.people.models import Language, Organisation, Person


class OrderState(models.TextChoices):
    """Where an order stands."""

    PLACED = "placed", _("placed")
    CONFIRMED = "confirmed", _("confirmed")
    PARTIAL = "partial", _("delivered in part")
    DELIVERED = "delivered", _("delivered")
    CANCELLED = "cancelled", _("cancelled")


class OrderSeries(models.Model):
    """The last number that an organisation gave to an order in a year: locked, so without gaps."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("series of orders")
        verbose_name_plural = _("series of orders")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year"], name="order_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year}: {self.last}"


class PurchaseOrder(models.Model):
    """An order to a supplier. ``document`` is the PDF as it was sent."""

    supply = models.ForeignKey(SupplyCase, models.PROTECT, related_name="orders")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    quote = models.ForeignKey(Quote, models.PROTECT, related_name="orders")
    supplier = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    state = models.CharField(
        _("state"), max_length=9, choices=OrderState, default=OrderState.PLACED
    )
    ordered_on = models.DateField(_("ordered on"))
    ordered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("ordered by")
    )
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True)
    supplier_reference = models.CharField(_("the supplier’s number"), max_length=80, blank=True)
    sent_to = models.CharField(_("sent to"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language)
    deliver_to = models.CharField(_("deliver to"), max_length=400, blank=True)
    note = models.TextField(_("note to the supplier"), max_length=2000, blank=True)
    document = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    net_cents = models.BigIntegerField(_("before tax"))
    vat_cents = models.BigIntegerField(_("VAT"))
    total_cents = models.BigIntegerField(_("with tax"))
    cancelled_on = models.DateField(_("cancelled on"), null=True)
    cancel_reason = models.CharField(_("why it was cancelled"), max_length=400, blank=True)
    # The day for which somebody was already told that it is late.
    late_told_for = models.DateField(null=True)
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-ordered_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year", "number"], name="order_number_once"
            ),
            models.UniqueConstraint(
                fields=["supply"],
                condition=~models.Q(state="cancelled"),
                name="order_one_stands",
            ),
            models.CheckConstraint(
                condition=models.Q(total_cents=models.F("net_cents") + models.F("vat_cents")),
                name="order_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["-ordered_on", "-id"], name="order_ordered"),
            models.Index(
                fields=["expected_on"],
                condition=models.Q(state__in=["placed", "confirmed", "partial"]),
                name="order_awaited",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The order's number, as the supplier reads it."""
        return f"BC-{self.year}-{self.number:04d}"


class OrderLine(PricedLine):
    """One line of an order, and what became of it.

    ``quantity_dropped`` will not come any more: credited, or the rest of the order was cancelled.
    ``excess_confirmed``: somebody confirmed that more came than was ordered.
    """

    order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="lines")
    quantity_delivered = models.PositiveIntegerField(_("delivered"), default=0)
    quantity_dropped = models.PositiveIntegerField(_("given up"), default=0)
    excess_confirmed = models.BooleanField(default=False)

    class Meta(PricedLine.Meta):
        verbose_name = _("line of an order")
        verbose_name_plural = _("lines of orders")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(excess_confirmed=True)
                | models.Q(
                    quantity_delivered__lte=models.F("quantity") - models.F("quantity_dropped")
                ),
                name="order_line_not_over",
            ),
        ]


class Delivery(models.Model):
    """What came, one day, of an order."""

    order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="deliveries")
    received_on = models.DateField(_("received on"))
    received_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    note_number = models.CharField(_("delivery note"), max_length=80, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["received_on", "id"]

    def __str__(self) -> str:
        return f"{self.order_id} {self.received_on}"


class RefusalReason(models.TextChoices):
    """Why what came is refused."""

    DAMAGED = "damaged", _("damaged")
    WRONG = "wrong", _("not what was ordered")
    EXCESS = "excess", _("too many")
    OTHER = "other", _("other reason")


class ReturnState(models.TextChoices):
    """What becomes of what is refused."""

    NONE = "", _("nothing refused")
    TO_RETURN = "to_return", _("to be sent back")
    RETURNED = "returned", _("sent back")
    CREDITED = "credited", _("credited")
    REPLACED = "replaced", _("replaced")


class DeliveryLine(models.Model):
    """What came of one line of the order: so many taken, so many refused."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="deliveries")
    accepted = models.PositiveIntegerField(_("taken"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    refusal = models.CharField(_("why"), max_length=8, choices=RefusalReason, blank=True)
    refusal_note = models.CharField(_("what is wrong"), max_length=400, blank=True)
    return_state = models.CharField(
        _("return"), max_length=9, choices=ReturnState, default=ReturnState.NONE, blank=True
    )
    returned_on = models.DateField(_("sent back on"), null=True)
    credit_number = models.CharField(_("credit note"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("line of a delivery")
        verbose_name_plural = _("lines of deliveries")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accepted__gt=0) | models.Q(refused__gt=0),
                name="delivery_line_some",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted__lte=MOST_UNITS) & models.Q(refused__lte=MOST_UNITS),
                name="delivery_line_bounded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_line_id}: {self.accepted}"


class SuppliedAsset(models.Model):
    """An asset that a delivery brought, and the sheet by which it was handed over."""

    line = models.ForeignKey(DeliveryLine, models.PROTECT, related_name="assets")
    asset = models.OneToOneField(Asset, models.PROTECT, related_name="supplied")
    sheet = models.ForeignKey(CustodySheet, models.SET_NULL, null=True, related_name="+")
    # It is kept for later: nobody receives it now.
    stays_in_stock = models.BooleanField(_("stays in stock"), default=False)

    class Meta:
        verbose_name = _("supplied asset")
        verbose_name_plural = _("supplied assets")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.asset_id)


class SupplierInvoice(models.Model):
    """An invoice or a credit note, as the supplier wrote it."""

    order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="invoices")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=80)
    is_credit = models.BooleanField(_("credit note"), default=False)
    invoiced_on = models.DateField(_("date"))
    net_cents = models.BigIntegerField(_("before tax"), validators=[MaxValueValidator(2**60)])
    vat_cents = models.BigIntegerField(_("VAT"))
    total_cents = models.BigIntegerField(_("with tax"))
    note = models.CharField(_("note"), max_length=400, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("supplier’s invoice")
        verbose_name_plural = _("suppliers’ invoices")
        ordering = ["invoiced_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "supplier", "number"], name="invoice_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(total_cents=models.F("net_cents") + models.F("vat_cents")),
                name="invoice_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return self.number
