"""Time spent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.forms.fields import row_field
from compagnon.desk.models import ActivityType


class TimeForm(forms.Form):
    """Minutes spent on a day, on what."""

    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=1, max_value=1440,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    activity = row_field(ActivityType, _("Activity"))
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = visible(ActivityType, actor).filter(is_active=True)
        self.fields["activity"].queryset = rows  # type: ignore[attr-defined]
