"""Stored files, named by their content."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """Bytes kept once under their SHA-256; the rows that point here say who may read them."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField(_("bytes"))
    media_type = models.CharField(_("type found in the content"), max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gte=0), name="file_size_positive"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]
