"""Correspondences: what certificates of one version are worth under the next."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.people.models import Person
from compagnon.titles.models.referentials import Certificate, TitleVersion


class CorrespondenceStatus(models.TextChoices):
    """Whether the text settles the case."""

    SETTLED = "settled", pgettext_lazy("correspondence", "settled")
    UNCLEAR = "unclear", pgettext_lazy("correspondence", "unclear")


class SourcesNeeded(models.TextChoices):
    """Of several certificates on the old side, what the holder must have."""

    ALL = "all", _("all of them")
    ANY = "any", _("any of them")


class Correspondence(models.Model):
    """One line of a table: a set of certificates, and the set they are deemed to be.

    No target and ``is_none`` is the value «Néant»: the holder gets nothing. No source is what is
    new. A line whose reading is ``unclear`` waits for a person; what the person answered stays
    (``answer``, ``answered_by``), with the text as it is beside.
    """

    from_version = models.ForeignKey(
        TitleVersion, models.CASCADE, related_name="correspondences_out"
    )
    to_version = models.ForeignKey(TitleVersion, models.CASCADE, related_name="correspondences_in")
    position = models.PositiveSmallIntegerField(_("line"))
    sources = models.ManyToManyField(Certificate, related_name="becomes", blank=True)
    targets = models.ManyToManyField(Certificate, related_name="comes_from", blank=True)
    is_none = models.BooleanField(_("none"), default=False)
    needs = models.CharField(
        _("needed"), max_length=3, choices=SourcesNeeded, default=SourcesNeeded.ALL
    )
    status = models.CharField(
        _("state"),
        max_length=8,
        choices=CorrespondenceStatus,
        default=CorrespondenceStatus.SETTLED,
    )
    # Why it is unclear: a code of titles/importing (several-to-one, label-unknown…).
    doubt = models.CharField(_("doubt"), max_length=60, blank=True)
    citation = models.CharField(_("source text"), max_length=500, blank=True)
    # The labels as the text gives them: {"sources": [...], "targets": [...]}.
    as_written = models.JSONField(_("as written"), default=dict, blank=True)
    answer = models.TextField(_("reason of the answer"), blank=True)
    answered_by = models.ForeignKey(
        Person, models.SET_NULL, related_name="+", null=True, blank=True
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("correspondence")
        verbose_name_plural = _("correspondences")
        ordering = ["from_version", "to_version", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["from_version", "to_version", "position"], name="correspondence_line_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=CorrespondenceStatus.values),
                name="correspondence_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(needs__in=SourcesNeeded.values),
                name="correspondence_needs_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_version_id} → {self.to_version_id} ({self.position})"
