"""The practice dossier (DSPP, today DP): the candidate's own account of their practice."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.models import StoredFile
from compagnon.titles.models.candidacies import Candidacy
from compagnon.titles.models.evidence import Evidence
from compagnon.titles.models.referentials import ActivityType


class Dossier(models.Model):
    """A candidate's dossier. Once declared on honour, ``seal`` is the digest of what it said."""

    candidacy = models.OneToOneField(Candidacy, models.PROTECT, related_name="dossier")
    introduction = models.TextField(_("who I am, and my training"), blank=True, max_length=20_000)
    diplomas = models.TextField(_("titles and diplomas"), blank=True, max_length=5_000)
    declared_at = models.DateTimeField(_("declared on honour"), null=True, blank=True)
    declared_at_place = models.CharField(_("done at"), max_length=80, blank=True)
    seal = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("practice dossier")
        verbose_name_plural = _("practice dossiers")

    def __str__(self) -> str:
        return self.candidacy.reference


class Example(models.Model):
    """One example of practice, for an activity type: what was done, with what, with whom, where."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="examples")
    activity = models.ForeignKey(ActivityType, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=200)
    did = models.TextField(_("what I did, in which conditions"), blank=True, max_length=20_000)
    means = models.TextField(_("with which means"), blank=True, max_length=10_000)
    with_whom = models.TextField(_("with whom"), blank=True, max_length=10_000)
    context = models.TextField(_("context"), blank=True, max_length=10_000)
    more = models.TextField(_("what else to know"), blank=True, max_length=10_000)
    evidence = models.ManyToManyField(Evidence, related_name="examples", blank=True)

    class Meta:
        verbose_name = _("example of practice")
        verbose_name_plural = _("examples of practice")
        ordering = ["activity__number", "position", "pk"]

    def __str__(self) -> str:
        return self.title


class Annex(models.Model):
    """A document at the end of the dossier."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="annexes")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("annex")
        verbose_name_plural = _("annexes")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "file"], name="annex_once"),
        ]

    def __str__(self) -> str:
        return self.name
