"""What the pages of attestations take: shapes and lengths only; the rules are in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from compagnon.people.models import Language, Organisation
from compagnon.titles.models import AttestationKind


class IssueForm(forms.Form):
    """An attestation to issue."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Centre"))
    kind = forms.ChoiceField(label=_("What was gained"), choices=AttestationKind.choices)
    holder = forms.CharField(
        label=_("Name to print"), max_length=150, help_text=_("First name, then last name.")
    )
    title_code = forms.CharField(
        label=_("Code of the title"), max_length=20, help_text=_("For instance TP-00485.")
    )
    title_name = forms.CharField(label=_("Title"), max_length=200)
    element_code = forms.CharField(
        label=_("Code of the certificate"),
        max_length=20,
        required=False,
        help_text=_("«CCP 1», «CCS 1»; nothing for a whole title."),
    )
    element_name = forms.CharField(label=_("Certificate"), max_length=300, required=False)
    version = forms.CharField(label=_("Version of the referential"), max_length=60, required=False)
    level = forms.CharField(label=_("Level"), max_length=60, required=False)
    decided_on = forms.DateField(
        label=_("Decision of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    decision = forms.CharField(
        label=_("Decision"),
        max_length=80,
        required=False,
        help_text=_("As it is cited: the number of the minutes."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)

    def __init__(self, *args: Any, centres: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = centres


class WithdrawForm(forms.Form):
    """Why an attestation is withdrawn."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the register; the public page does not show it."),
    )


class CheckForm(forms.Form):
    """A file to check."""

    file = forms.FileField(
        label=_("Attestation (PDF) or credential (JSON)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.json,application/pdf"}),
    )

    def clean_file(self) -> Any:
        """Bound its size before it is read."""
        found = self.cleaned_data["file"]
        if found.size > settings.FILE_MAX_BYTES:
            raise forms.ValidationError(_("This file is too large to be an attestation."))
        return found
