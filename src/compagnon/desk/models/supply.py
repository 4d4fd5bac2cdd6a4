"""A supply: what somebody wishes, what suppliers ask for it, who must approve."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core.models import StoredFile
from compagnon.desk.models.tickets import Ticket
from compagnon.desk.supplying import stages
from compagnon.park.models import Currency
from compagnon.park.models.cents import Cents
from compagnon.people.models import Organisation, Person

# Ten million for one, and a hundred thousand of them: over it, somebody typed something else.
MOST_CENTS = 1_000_000_000
MOST_UNITS = 100_000


class SupplyStage(models.TextChoices):
    """Where a supply stands; the moves are in ``supplying.stages``."""

    WISH = stages.WISH, _("wish")
    QUOTING = stages.QUOTING, _("quotes")
    APPROVAL = stages.APPROVAL, _("to be approved")
    APPROVED = stages.APPROVED, _("approved")
    ORDERED = stages.ORDERED, _("ordered")
    PARTIAL = stages.PARTIAL, _("delivered in part")
    DELIVERED = stages.DELIVERED, _("delivered")
    HANDED = stages.HANDED, _("handed over")
    REFUSED = stages.REFUSED, _("refused")
    CANCELLED = stages.CANCELLED, _("cancelled")


class LineKind(models.TextChoices):
    """What a line becomes when it is delivered."""

    EQUIPMENT = "equipment", _("equipment")
    CONSUMABLE = "consumable", _("consumable")
    LICENCE = "licence", _("licence")
    SERVICE = "service", _("service")


class SupplyCase(models.Model):
    """A supply of equipment or services, from the wish to the hand-over. It hangs on a ticket.

    ``amount_cents`` (with tax) and ``expected_on`` follow the chosen quote, then the order.
    """

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="supplies", verbose_name=_("ticket")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    title = models.CharField(_("what"), max_length=200)
    reason = models.TextField(_("why"), max_length=4000)
    beneficiary = models.ForeignKey(
        Person, models.PROTECT, related_name="supplies", verbose_name=_("for")
    )
    quantity = models.PositiveIntegerField(
        _("how many"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_UNITS)],
    )
    wanted_by = models.DateField(_("wanted by"), null=True, blank=True)
    budget_code = models.CharField(_("budget code"), max_length=40, blank=True)
    stage = models.CharField(
        _("stage"), max_length=9, choices=SupplyStage, default=SupplyStage.WISH
    )
    # Whence it was cancelled, for the steps that are drawn.
    stopped_at_stage = models.CharField(max_length=9, choices=SupplyStage, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=400, blank=True)
    owner = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("followed by"),
    )
    amount_cents = models.BigIntegerField(_("amount"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    made_at = models.DateTimeField(_("wished"))
    moved_at = models.DateTimeField(_("moved"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = pgettext_lazy("purchase", "supply")
        verbose_name_plural = pgettext_lazy("purchase", "supplies")
        ordering = ["-moved_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage__in=SupplyStage.values), name="supply_stage_known"
            ),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="supply_some"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-moved_at", "-id"], name="supply_organisation"),
            models.Index(fields=["-moved_at", "-id"], name="supply_moved"),
            models.Index(fields=["stage", "expected_on"], name="supply_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        """What the supply is called on a page."""
        return f"F-{self.pk:05d}"


class PricedLine(models.Model):
    """What a quote and an order have in common on each line; amounts before tax."""

    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind, default=LineKind.EQUIPMENT)
    designation = models.CharField(_("designation"), max_length=200)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    quantity = models.PositiveIntegerField(
        _("quantity"), validators=[MinValueValidator(1), MaxValueValidator(MOST_UNITS)]
    )
    unit_price_cents = Cents(_("unit price"), validators=[MaxValueValidator(MOST_CENTS)])
    # Hundredths of a percent: 2000 is 20 %.
    discount_bp = models.PositiveIntegerField(
        _("discount"), default=0, validators=[MaxValueValidator(10_000)]
    )
    vat_bp = models.PositiveIntegerField(
        _("VAT"), default=2000, validators=[MaxValueValidator(10_000)]
    )
    warranty_months = models.PositiveSmallIntegerField(
        _("warranty (months)"), null=True, blank=True, validators=[MaxValueValidator(240)]
    )
    net_cents = models.BigIntegerField(_("before tax"))
    vat_cents = models.BigIntegerField(_("VAT"))

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.designation


class Quote(models.Model):
    """What a supplier asks. One of a supply is retained."""

    supply = models.ForeignKey(SupplyCase, models.PROTECT, related_name="quotes")
    supplier = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    received_on = models.DateField(_("received on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    delivery_days = models.PositiveSmallIntegerField(
        _("delivery (days)"), null=True, blank=True, validators=[MaxValueValidator(730)]
    )
    note = models.TextField(_("note"), blank=True, max_length=4000)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    net_cents = models.BigIntegerField(_("before tax"), default=0)
    vat_cents = models.BigIntegerField(_("VAT"), default=0)
    total_cents = models.BigIntegerField(_("with tax"), default=0)
    is_retained = models.BooleanField(_("retained"), default=False)
    retained_reason = models.CharField(_("why this one"), max_length=400, blank=True)
    retained_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        ordering = ["total_cents", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supply"], condition=models.Q(is_retained=True), name="quote_one_retained"
            ),
            models.CheckConstraint(
                condition=models.Q(total_cents=models.F("net_cents") + models.F("vat_cents")),
                name="quote_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier} {self.reference}".strip()


class QuoteLine(PricedLine):
    """One line of a quote."""

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="lines")

    class Meta(PricedLine.Meta):
        verbose_name = _("line of a quote")
        verbose_name_plural = _("lines of quotes")


class ApproverRole(models.TextChoices):
    """On whose behalf somebody approves."""

    REPRESENTATIVE = "representative", _("the client’s representative")
    MANAGER = "manager", _("the provider’s manager")


class StepState(models.TextChoices):
    """What became of a step of approval."""

    WAITING = "waiting", _("not asked yet")
    ASKED = "asked", _("asked")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class ApprovalThreshold(models.Model):
    """Over which amount (with tax) an organisation's supplies are approved, and by whom.

    It holds for the organisations below too, unless they have their own.
    """

    organisation = models.OneToOneField(
        Organisation,
        models.PROTECT,
        related_name="approval_threshold",
        verbose_name=_("organisation"),
    )
    representative_over_cents = Cents(
        _("the client’s representative approves over"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_CENTS * 100)],
        help_text=_("With tax. Empty: never asked; 0: always."),
    )
    manager_over_cents = Cents(
        _("the provider’s manager approves too over"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_CENTS * 100)],
        help_text=_("With tax. Empty: never asked; 0: always."),
    )
    representative = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("representative"),
        help_text=_("Empty: whoever of the client may approve supplies by a role."),
    )
    manager = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("manager"),
        help_text=_("Empty: whoever of the provider may approve supplies by a role."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("threshold of approval")
        verbose_name_plural = _("thresholds of approval")
        ordering = ["organisation__name"]

    def __str__(self) -> str:
        return str(self.organisation)


class SupplyStep(models.Model):
    """One step of an approval: asked once the one before is approved."""

    supply = models.ForeignKey(SupplyCase, models.PROTECT, related_name="approval_steps")
    quote = models.ForeignKey(Quote, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    role = models.CharField(_("who"), max_length=14, choices=ApproverRole)
    amount_cents = models.BigIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=9, choices=StepState, default=StepState.WAITING)
    asked_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("step of approval")
        verbose_name_plural = _("steps of approval")
        ordering = ["round", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supply", "round", "position"], name="supply_step_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supply_id} {self.role}: {self.state}"
