"""Counting what is really there."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.park.models.assets import Asset
from compagnon.park.models.life import StockPlace
from compagnon.people.models import Organisation, Person, Site


class StockTaking(models.Model):
    """A count of the assets of a site or of a stock place."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="stock_takings", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, related_name="+", verbose_name=_("site")
    )
    place = models.ForeignKey(
        StockPlace, models.PROTECT, null=True, related_name="+", verbose_name=_("stock place")
    )
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    opened_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("stock-taking")
        verbose_name_plural = _("stock-takings")
        ordering = ["-opened_at", "-id"]
        indexes = [models.Index(fields=["opened_at", "id"], name="stock_taking_opened")]

    def __str__(self) -> str:
        return self.name


class LineState(models.TextChoices):
    """What came of an asset in a count."""

    WAITING = "waiting", _("not seen yet")
    FOUND = "found", _("found")
    ELSEWHERE = "elsewhere", _("found here, expected elsewhere")
    MISSING = "missing", _("not found")


class Resolution(models.TextChoices):
    """What was decided of a difference."""

    MOVED = "moved", _("moved here")
    LOST = "lost", _("lost")
    KEPT = "kept", _("left as it was")
    CREATED = "created", _("asset created")
    IGNORED = "ignored", _("ignored")


class StockLine(models.Model):
    """An asset in a count: expected there, or found there."""

    stock_taking = models.ForeignKey(StockTaking, models.CASCADE, related_name="lines")
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="stock_lines")
    state = models.CharField(max_length=9, choices=LineState, default=LineState.WAITING)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    resolution = models.CharField(max_length=8, choices=Resolution, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["stock_taking", "asset"], name="stock_line_once"),
        ]
        indexes = [models.Index(fields=["stock_taking", "state"], name="stock_line_state")]

    def __str__(self) -> str:
        return f"{self.stock_taking_id} {self.asset_id} {self.state}"


class StrayCode(models.Model):
    """A code that was read in a count, and names no asset that is known."""

    stock_taking = models.ForeignKey(StockTaking, models.CASCADE, related_name="strays")
    code = models.CharField(max_length=200)
    seen_at = models.DateTimeField()
    resolution = models.CharField(max_length=8, choices=Resolution, blank=True)
    asset = models.ForeignKey(Asset, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["stock_taking", "code"], name="stray_code_once"),
        ]

    def __str__(self) -> str:
        return self.code
