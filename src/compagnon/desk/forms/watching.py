"""Forms about who watches a ticket."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.desk.forms.verbs import VerbForm


class WatcherForm(VerbForm):
    """Who watches."""

    person = forms.IntegerField(label=_("Person"), min_value=1, max_value=2**63 - 1)
    by_mail = forms.BooleanField(
        label=_("Receives the messages by mail"), required=False, initial=True
    )


class UnwatchForm(VerbForm):
    """Who watches no more: nobody given, oneself."""

    person = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
