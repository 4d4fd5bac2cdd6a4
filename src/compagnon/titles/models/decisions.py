"""Decisions as they were made: the rule set and its digest, the inputs, the result."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core import append_only
from compagnon.people.models import Organisation, Person


class DecisionOutcome(models.TextChoices):
    """What came out, as ``ruling.Outcome`` names it."""

    GRANTED = "granted", pgettext_lazy("decision", "granted")
    PARTIAL = "partial", pgettext_lazy("decision", "granted in part")
    REFUSED = "refused", pgettext_lazy("decision", "refused")
    NOT_RECEIVABLE = "not_receivable", pgettext_lazy("decision", "not receivable")
    NEEDS_PERSON = "needs_person", pgettext_lazy("decision", "a person must settle it")


class Decision(models.Model):
    """A decision with all that it stands on. Nothing of it changes: the database refuses.

    A correction is a new one that names this one as ``previous``.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="title_decisions", verbose_name=_("centre")
    )
    # What the candidacy calls itself; whatever keeps candidacies knows them by it.
    candidacy = models.CharField(_("candidacy"), max_length=200, blank=True)
    title_code = models.CharField(_("code of the title"), max_length=200)
    path = models.CharField(_("path"), max_length=13)
    request = models.CharField(_("asked for"), max_length=5)
    outcome = models.CharField(_("outcome"), max_length=14, choices=DecisionOutcome)
    decided_on = models.DateField(_("decision of"))
    rule_set = models.CharField(_("rule set"), max_length=40)
    rule_set_digest = models.CharField(_("digest of the rule set"), max_length=64)
    inputs = models.JSONField(_("inputs"))
    result = models.JSONField(_("result"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("recorded by"),
    )  # fmt: skip
    previous = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by",
        verbose_name=_("corrects"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=DecisionOutcome.values),
                name="decision_outcome_known",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-recorded_at", "-id"], name="decision_register"),
            models.Index(fields=["-recorded_at", "-id"], name="decision_recent"),
            models.Index(fields=["candidacy"], name="decision_candidacy"),
        ]

    def __str__(self) -> str:
        return f"{self.title_code} {self.candidacy} {self.decided_on}".replace("  ", " ")

    @property
    def reference(self) -> str:
        """As minutes cite it."""
        return f"D-{self.pk:06d}"


PROTECTION = append_only.declare(
    append_only.Protection(
        table="titles_decision",
        columns=(
            "id", "organisation_id", "candidacy", "title_code", "path", "request", "outcome",
            "decided_on", "rule_set", "rule_set_digest", "inputs", "result", "recorded_at",
            "recorded_by_id", "previous_id",
        ),
        unique=("id", "previous_id"),
    )
)  # fmt: skip
