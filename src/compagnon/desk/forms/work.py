"""Reporting a task, and the sheet that a user signs."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.desk.forms.fields import NONE, minutes_field, text_field
from compagnon.desk.models import ActivityType


class CompleteForm(forms.Form):
    """What a task took."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    spent_minutes = minutes_field(_("Time spent (minutes)"), required=True)
    travel_minutes = minutes_field(_("Travel (minutes)"))
    # Types are common to all: whoever is known sees them.
    activity = forms.ModelChoiceField(
        ActivityType.objects.filter(is_active=True),
        label=_("Activity"),
        required=False,
        empty_label=NONE,
    )
    note = text_field(_("Report"), rows=3, required=False)


class SheetForm(forms.Form):
    """What was done, as the user will read it."""

    report = text_field(_("What was done"), rows=5)


class SignForm(forms.Form):
    """The user's signature."""

    name = forms.CharField(label=_("Name of the person who signs"), max_length=120)
    remarks = text_field(_("Remarks"), rows=2, required=False)
    signature = forms.CharField(
        label=_("Signature"), max_length=300_000, widget=forms.HiddenInput, required=False
    )
