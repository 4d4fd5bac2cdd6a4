"""An organisation's matrix of priorities and its delays."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.desk.models import Impact, OrganisationRules, Priority, Urgency
from compagnon.desk.rules import MATRIX


class RulesForm(forms.Form):
    """An organisation's matrix and delays, a field for each cell."""

    close_after_days = forms.IntegerField(
        label=_("Days before a solved ticket closes by itself"), min_value=1, max_value=90
    )
    reopen_within_days = forms.IntegerField(
        label=_("Days during which a closed ticket may be reopened"), min_value=0, max_value=365
    )

    def __init__(self, *args: Any, rules: OrganisationRules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(
            {
                "close_after_days": rules.close_after_days,
                "reopen_within_days": rules.reopen_within_days,
            }
        )
        matrix = rules.matrix or MATRIX
        for impact in Impact:
            for urgency in Urgency:
                self.fields[f"cell_{impact}_{urgency}"] = forms.TypedChoiceField(
                    label=f"{impact.label}, {urgency.label}",
                    choices=Priority.choices,
                    coerce=int,
                    initial=matrix[impact - 1][urgency - 1],
                )

    def matrix(self) -> list[list[int]]:
        """Give the cells as the service takes them: rows are impacts, columns urgencies."""
        return [
            [self.cleaned_data[f"cell_{impact}_{urgency}"] for urgency in Urgency]
            for impact in Impact
        ]
