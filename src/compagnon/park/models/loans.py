"""Assets that are lent for some days."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.park.models.assets import Asset
from compagnon.people.models import Person


class LoanState(models.TextChoices):
    """Where a loan is."""

    RESERVED = "reserved", _("reserved")
    OUT = "out", _("lent")
    RETURNED = "returned", _("given back")
    CANCELLED = "cancelled", _("cancelled")


class Loan(models.Model):
    """An asset promised or lent to a person, by whole days, both included."""

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="loans", verbose_name=_("asset"))
    borrower = models.ForeignKey(
        Person, models.PROTECT, related_name="loans", verbose_name=_("borrower")
    )
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    state = models.CharField(
        _("state"), max_length=9, choices=LoanState, default=LoanState.RESERVED
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    lent_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-first_day", "-id"]
        indexes = [
            models.Index(fields=["first_day", "id"], name="loan_first_day"),
            models.Index(fields=["state", "last_day"], name="loan_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="loan_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.first_day}"


class LoanDay(models.Model):
    """A day on which an asset is taken: the database holds that no two loans share one."""

    loan = models.ForeignKey(Loan, models.CASCADE, related_name="days")
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="loan_days")
    day = models.DateField()

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "day"], name="loan_no_overlap"),
        ]
        indexes = [models.Index(fields=["day", "asset"], name="loan_day")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.day}"
