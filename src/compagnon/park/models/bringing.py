"""Lists brought from elsewhere: a mapping of their columns, and each file with what it would do."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.models import StoredFile
from compagnon.people.models import Organisation, Person


class BroughtKind(models.TextChoices):
    """What a list holds."""

    ASSETS = "assets", _("assets")
    CUSTODY = "custody", _("who has which asset")
    LICENCES = "licences", _("licences")


class BroughtState(models.TextChoices):
    """Where a list stands."""

    LOOKED_AT = "looked_at", _("looked at, nothing is written")
    WRITTEN = "written", _("written")
    LEFT = "left", _("left aside")


class ImportMapping(models.Model):
    """Which column goes where: ``columns`` is our field by column of the file."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=BroughtKind)
    columns = models.JSONField(_("columns"), default=dict)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("import mapping")
        verbose_name_plural = _("import mappings")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "name"], name="import_mapping_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class BroughtList(models.Model):
    """A file that somebody brought, its mapping, and what it would write or wrote."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=BroughtKind)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    columns = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=BroughtState, default=BroughtState.LOOKED_AT
    )
    summary = models.JSONField(default=dict)
    brought_at = models.DateTimeField(_("brought"))
    brought_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("imported list")
        verbose_name_plural = _("imported lists")
        ordering = ["-brought_at", "-id"]

    def __str__(self) -> str:
        return self.file_name
