"""The form of a request type, and what follows a request: a draft, and what was published."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models.catalogue import RequestType


def nothing() -> dict[str, Any]:
    """A form of no section."""
    return {"sections": []}


class RequestForm(models.Model):
    """The draft of a form, apart from what was published; ``contracts.asking`` reads it.

    ``published`` is the version under which people ask; none: the type has no form.
    """

    request_type = models.OneToOneField(RequestType, models.PROTECT, related_name="form")
    definition = models.JSONField(default=nothing)
    plan = models.JSONField(default=dict)
    published = models.ForeignKey(
        "contracts.FormVersion", models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"), null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("request form")
        verbose_name_plural = _("request forms")

    def __str__(self) -> str:
        return str(self.request_type)


class FormVersion(models.Model):
    """A form as it was published. It never changes: answers are read by it.

    The journal says who published it.
    """

    form = models.ForeignKey(RequestForm, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    definition = models.JSONField()
    plan = models.JSONField(default=dict)
    published_at = models.DateTimeField(_("published"))

    class Meta:
        verbose_name = _("version of a form")
        verbose_name_plural = _("versions of forms")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="form_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.number}"
