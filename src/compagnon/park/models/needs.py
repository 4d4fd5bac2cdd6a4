"""Specifications of needs: criteria with their weights, products, and scores with their proof."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.people.models import Organisation


class Need(models.TextChoices):
    """How much a criterion is needed."""

    MUST = "must", _("indispensable")
    SHOULD = "should", _("expected")
    COULD = "could", _("welcome")


class NeedsStudy(models.Model):
    """What an organisation needs, and how products compare to it."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=160)
    context = models.TextField(
        _("context"), blank=True, max_length=8000, help_text=_("Where things stand, and who asks.")
    )
    purpose = models.TextField(
        _("purpose"), blank=True, max_length=8000, help_text=_("What must be better afterwards.")
    )
    constraints_text = models.TextField(
        _("constraints"), blank=True, max_length=8000, help_text=_("Budget, dates, rules, systems.")
    )
    decision = models.TextField(_("decision"), blank=True, max_length=8000)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("specification of needs")
        verbose_name_plural = _("specifications of needs")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["name", "id"], name="needs_study_name")]

    def __str__(self) -> str:
        return self.name


class Criterion(models.Model):
    """One thing that is needed, and how much it weighs."""

    study = models.ForeignKey(
        NeedsStudy, models.CASCADE, related_name="criteria", verbose_name=_("study")
    )
    name = models.CharField(_("criterion"), max_length=160)
    need = models.CharField(_("need"), max_length=6, choices=Need, default=Need.SHOULD)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=10, validators=[MaxValueValidator(100)]
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="criterion_once")]

    def __str__(self) -> str:
        return self.name


class Candidate(models.Model):
    """A product that is compared."""

    study = models.ForeignKey(
        NeedsStudy, models.CASCADE, related_name="candidates", verbose_name=_("study")
    )
    name = models.CharField(_("product"), max_length=120)
    publisher = models.CharField(_("publisher"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("compared product")
        verbose_name_plural = _("compared products")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="candidate_once")]

    def __str__(self) -> str:
        return self.name


class Score(models.Model):
    """How well a product answers a criterion, from 0 to 10, and what proves it."""

    criterion = models.ForeignKey(
        Criterion, models.CASCADE, related_name="scores", verbose_name=_("criterion")
    )
    candidate = models.ForeignKey(
        Candidate, models.CASCADE, related_name="scores", verbose_name=_("product")
    )
    value = models.PositiveSmallIntegerField(_("score"), validators=[MaxValueValidator(10)])
    proof = models.TextField(_("proof"), blank=True, max_length=2000)
    link = models.URLField(_("link"), blank=True, max_length=400)
    file = models.ForeignKey(
        "core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+"
    )
    file_name = models.CharField(_("file"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["criterion", "candidate", "id"]
        constraints = [
            models.UniqueConstraint(fields=["criterion", "candidate"], name="score_once"),
            models.CheckConstraint(condition=models.Q(value__lte=10), name="score_up_to_10"),
        ]

    def __str__(self) -> str:
        return str(self.value)
