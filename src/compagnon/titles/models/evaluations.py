"""Evaluations: who marked what, apart, then together.

A mark is never changed: marking again adds a row that says which it follows (``after``), so that
a grid filled offline on a tablet loses nothing, and two devices that marked the same criterion
without knowing of each other are both kept, and shown.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.people.models import Person
from compagnon.titles.models.candidacies import Candidacy
from compagnon.titles.models.referentials import Certificate, Competence, Criterion


class EvaluationKind(models.TextChoices):
    """On what a candidate is evaluated."""

    IN_COURSE = "in_course", _("in-course evaluation (ECF)")
    SITUATION = "situation", _("professional situation")
    TECHNICAL = "technical", _("technical interview")
    FINAL = "final", _("final interview")


class EvaluationState(models.TextChoices):
    """How far it is."""

    PLANNED = "planned", pgettext_lazy("evaluation", "planned")
    MARKED = "marked", pgettext_lazy("evaluation", "marked, differences to settle")
    SIGNED = "signed", pgettext_lazy("evaluation", "signed")
    CANCELLED = "cancelled", pgettext_lazy("evaluation", "cancelled")


class Evaluation(models.Model):
    """One evaluation of a candidate, by one assessor or more.

    Only a signed one counts. A signed one that ``overrides`` another takes its place, as an
    addition to the booklet does; the other stays, to be read.
    """

    candidacy = models.ForeignKey(Candidacy, models.PROTECT, related_name="evaluations")
    kind = models.CharField(_("kind"), max_length=9, choices=EvaluationKind)
    certificate = models.ForeignKey(
        Certificate,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("certificate"),
    )
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=0)
    state = models.CharField(
        _("state"), max_length=9, choices=EvaluationState, default=EvaluationState.PLANNED
    )
    overrides = models.OneToOneField(
        "self", models.PROTECT, related_name="overridden_by", null=True, blank=True
    )
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="final") | models.Q(certificate__isnull=False),
                name="evaluation_has_certificate",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="signed") | models.Q(signed_at__isnull=False),
                name="evaluation_signed_has_date",
            ),
        ]
        indexes = [models.Index(fields=["candidacy", "kind", "starts_at"], name="evaluation_list")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%Y-%m-%d}"


class Quality(models.TextChoices):
    """In which quality somebody evaluates."""

    TRAINER = "trainer", _("trainer")
    PROFESSIONAL = "professional", _("professional of the trade")


class Assessor(models.Model):
    """One of those who evaluate; each marks alone, and signs their own marks."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="assessors")
    person = models.ForeignKey(Person, models.PROTECT, related_name="assessments")
    quality = models.CharField(_("quality"), max_length=12, choices=Quality)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    # Digest of the marks that were signed.
    seal = models.CharField(max_length=64, blank=True)
    agreed_at = models.DateTimeField(_("agreed to what was settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("assessor")
        verbose_name_plural = _("assessors")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "person"], name="assessor_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person}"


class Value(models.TextChoices):
    """What a mark says."""

    ACQUIRED = "acquired", _("acquired")
    NOT_ACQUIRED = "not_acquired", _("not acquired")
    NOT_SEEN = "not_seen", _("not seen")


class Mark(models.Model):
    """What an assessor says of a criterion, or of a whole competence (no criterion).

    ``key`` is drawn by the device that marked, so that sending twice writes once; ``marked_at`` is
    that device's clock, ``recorded_at`` ours. ``after`` is the mark that the device knew of.
    """

    assessor = models.ForeignKey(Assessor, models.PROTECT, related_name="marks")
    competence = models.ForeignKey(Competence, models.PROTECT, related_name="+")
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="+", null=True, blank=True
    )
    value = models.CharField(_("result"), max_length=12, choices=Value)
    comment = models.TextField(_("comment"), blank=True, max_length=2_000)
    key = models.UUIDField(unique=True)
    after = models.ForeignKey(
        "self", models.PROTECT, related_name="followed_by", null=True, blank=True
    )
    # Others that its author saw beside it, and set aside: how a conflict is settled.
    resolves = models.ManyToManyField(
        "self", symmetrical=False, related_name="resolved_by", blank=True
    )
    marked_at = models.DateTimeField(_("marked"))
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(value__in=Value.values), name="mark_known"),
        ]
        indexes = [models.Index(fields=["assessor", "competence", "criterion"], name="mark_of")]

    def __str__(self) -> str:
        return self.value


class Settlement(models.Model):
    """What the assessors agreed on, where their marks differed."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="settlements")
    competence = models.ForeignKey(Competence, models.PROTECT, related_name="+")
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="+", null=True, blank=True
    )
    value = models.CharField(_("result"), max_length=12, choices=Value)
    comment = models.TextField(_("comment"), blank=True, max_length=2_000)
    settled_by = models.ForeignKey(Assessor, models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "competence", "criterion"],
                name="settlement_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.value
