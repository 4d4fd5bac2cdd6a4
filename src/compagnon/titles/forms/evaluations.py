"""Forms of evaluations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.core.visibility import visible
from compagnon.titles.deeds import DeedForm, PersonField, moment
from compagnon.titles.models import (
    Certificate,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    Quality,
)

MOST_ASSESSORS = 3


class PlanForm(DeedForm):
    """An evaluation to plan, with who marks."""

    kind = forms.ChoiceField(label=_("kind"), choices=EvaluationKind.choices)
    certificate = forms.ModelChoiceField(
        Certificate.objects.none(), label=_("certificate"), required=False
    )
    subject = forms.CharField(label=_("subject"), max_length=300, required=False)
    starts_at = moment(_("starts"))
    minutes = forms.IntegerField(
        label=_("length in minutes"), min_value=0, max_value=6000, initial=0
    )
    assessor_1 = PersonField(label=_("first assessor"))
    quality_1 = forms.ChoiceField(label=_("in the quality of"), choices=Quality.choices)
    assessor_2 = PersonField(label=_("second assessor"), required=False)
    quality_2 = forms.ChoiceField(label=_("in the quality of"), choices=Quality.choices)
    assessor_3 = PersonField(label=_("third assessor"), required=False)
    quality_3 = forms.ChoiceField(label=_("in the quality of"), choices=Quality.choices)
    overrides = forms.ModelChoiceField(
        Evaluation.objects.none(),
        label=_("an addition to"),
        required=False,
        help_text=_("Once signed it takes the place of that one."),
    )

    def prepare(self) -> None:
        """Offer the certificates of the candidacy's title, and what can be added to."""
        self.choose(
            "certificate",
            Certificate.objects.filter(version=self.row.version_of_title_id).order_by(
                "kind", "number"
            ),
        )
        self.choose(
            "overrides",
            visible(Evaluation, self.actor).filter(
                candidacy=self.row.pk, state=EvaluationState.SIGNED, overridden_by=None
            ),
        )
        if not self.is_bound:
            self.initial.setdefault("assessor_1", self.actor.id)

    def planned(self) -> dict[str, Any]:
        """Give what the service takes."""
        values = dict(self.cleaned_data)
        assessors = []
        for number in range(1, MOST_ASSESSORS + 1):
            person, quality = values.pop(f"assessor_{number}"), values.pop(f"quality_{number}")
            if person is not None:
                assessors.append((person, quality))
        return {**values, "assessors": assessors}


class SettleForm(DeedForm):
    """What holds on each line where the assessors differ: fields ``value-C-K``, ``comment-C-K``."""

    def clean(self) -> dict[str, Any]:
        """Read every line that was sent."""
        values: dict[str, Any] = super().clean() or {}
        decided = {}
        for name in list(self.data)[:2_000]:
            parts = name.split("-")
            if len(parts) != 3 or parts[0] != "value" or not parts[1].isdecimal():
                continue
            criterion = int(parts[2][:18]) if parts[2].isdecimal() else None
            comment = self.data.get(f"comment-{parts[1]}-{parts[2]}", "")
            decided[int(parts[1][:18]), criterion] = (self.data[name], comment)
        values["decided"] = decided
        return values
