"""Software: products, their versions, and where they are installed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.park.models.assets import Asset


class SoftwareProduct(models.Model):
    """A product under its normalised name and publisher; ``key`` folds both."""

    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=250)
    publisher = models.CharField(_("publisher"), max_length=160, blank=True)
    category = models.CharField(_("category"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("software product")
        verbose_name_plural = _("software products")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["name", "id"], name="software_name")]

    def __str__(self) -> str:
        return self.name


class SoftwareVersion(models.Model):
    """A version of a product, as normalised; ``key`` is the product's with the version."""

    product = models.ForeignKey(
        SoftwareProduct, models.CASCADE, related_name="versions", verbose_name=_("product")
    )
    key = models.CharField(max_length=64, unique=True)
    version = models.CharField(_("version"), max_length=120, blank=True)
    architecture = models.CharField(_("architecture"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("software version")
        verbose_name_plural = _("software versions")
        ordering = ["product", "version", "id"]

    def __str__(self) -> str:
        return f"{self.product} {self.version}".strip()


class Installation(models.Model):
    """A version on a machine: the narrow rows, hundreds for each machine."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="installations", db_index=False)
    version = models.ForeignKey(
        SoftwareVersion, models.PROTECT, related_name="installations", db_index=False
    )
    installed_on = models.DateField(_("installed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installations")
        constraints = [
            models.UniqueConstraint(fields=["asset", "version"], name="installation_once"),
        ]
        indexes = [models.Index(fields=["version", "asset"], name="installation_version")]

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.version_id}"
