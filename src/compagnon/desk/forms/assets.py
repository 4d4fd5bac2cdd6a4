"""The asset that a ticket is about."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AssetForm(forms.Form):
    """Which asset; nothing: none."""

    asset = forms.IntegerField(label=_("Asset"), min_value=1, max_value=2**63 - 1, required=False)
