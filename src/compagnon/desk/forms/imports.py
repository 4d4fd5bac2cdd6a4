"""What is asked about an import."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.bringing.mapping import MAX_MAPPING_BYTES
from compagnon.desk.bringing.sources import SOURCES
from compagnon.desk.forms.fields import row_field
from compagnon.people.models import Organisation

OFFERED = 500


class ImportForm(forms.Form):
    """A file, where it comes from and where it goes."""

    source = forms.ChoiceField(label=_("Comes from"), choices=list(SOURCES.items()))
    file = forms.FileField(
        label=_("Export file"),
        help_text=_("CSV, or JSON. Larger than 64 MiB: «compagnon import» on the server."),
    )
    organisation = row_field(Organisation, _("Into the organisation"))
    mapping = forms.CharField(
        label=_("Mapping"),
        required=False,
        max_length=MAX_MAPPING_BYTES,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("For CSV only: which column feeds what, in JSON."),
    )
    zone = forms.CharField(
        label=_("Time zone of its dates"),
        required=False,
        max_length=64,
        help_text=_("As in Europe/Paris. Empty: durations are counted on the export’s own clock."),
    )
    number_prefix = forms.CharField(
        label=_("Before each number"),
        required=False,
        max_length=20,
        help_text=_("Where two sources have the same numbers, as in RT-."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = visible(Organisation, actor).filter(is_active=True).order_by("path")
        organisation = self.fields["organisation"]
        organisation.queryset = rows  # type: ignore[attr-defined]
        organisation.empty_label = _("A new one, named after the import")  # type: ignore[attr-defined]

    def clean_mapping(self) -> dict[str, Any] | None:
        """Give the mapping as a document."""
        text = self.cleaned_data["mapping"]
        if not text.strip():
            return None
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("This is not JSON.")) from error
        if not isinstance(found, dict):
            raise forms.ValidationError(_("This is not JSON."))
        return found
