"""The asset that a ticket is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _


class AssetForm(forms.Form):
    """Which asset; nothing: none."""

    asset = forms.IntegerField(label=_("Asset"), min_value=1, max_value=2**63 - 1, required=False)


class AffectedForm(forms.Form):
    """What is written to those who are touched, and to whom of them."""

    text = forms.CharField(
        label=_("Message"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6})
    )
    persons = forms.TypedMultipleChoiceField(label=_("To"), coerce=int)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(
        self, writable: Sequence[int], data: QueryDict | None, initial: dict[str, Any]
    ) -> None:
        super().__init__(data, initial=initial)
        # Who is touched no more since the page was shown is left out, not a mistake.
        kept = {str(one) for one in writable}
        fields: dict[str, Any] = self.fields
        fields["persons"].choices = [(one, one) for one in writable]
        if data is not None:
            self.data = data.copy()
            self.data.setlist("persons", [one for one in data.getlist("persons") if one in kept])

    def chosen(self) -> list[int]:
        """Give the keys that are ticked."""
        if not self.is_bound:
            return list(self.initial["persons"])
        return [int(one) for one in self.data.getlist("persons")]  # type: ignore[attr-defined]
