"""Official documents that somebody imported."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.models import StoredFile
from compagnon.people.models import Person
from compagnon.titles.models.referentials import TitleVersion


class DocumentKind(models.TextChoices):
    """The kinds of documents that can be read."""

    REAC = "reac", _("REAC")
    DESCRIPTOR = "descriptor", _("certification descriptor")
    ANNEX = "annex", _("annex in the Journal officiel")
    RNCP = "rncp", _("RNCP sheet")
    CORRESPONDENCE = "correspondence", _("table of correspondences")


class ImportedDocument(models.Model):
    """A document as it was imported: its bytes, what it told, what was lost on the way.

    A file that holds several titles (an RNCP export) makes one row for each.
    """

    version = models.ForeignKey(TitleVersion, models.CASCADE, related_name="documents")
    kind = models.CharField(_("kind"), max_length=14, choices=DocumentKind)
    name = models.CharField(_("file"), max_length=200)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    # The loss report: {"counted": {...}, "unmatched": [...], "ambiguous": [...], "furniture": {…}}.
    losses = models.JSONField(_("loss report"), default=dict)
    imported_by = models.ForeignKey(
        Person, models.SET_NULL, related_name="+", null=True, blank=True
    )
    imported_at = models.DateTimeField(_("imported"), auto_now_add=True)

    class Meta:
        verbose_name = _("imported document")
        verbose_name_plural = _("imported documents")
        ordering = ["-imported_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "file"], name="document_imported_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=DocumentKind.values), name="document_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
