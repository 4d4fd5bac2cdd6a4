"""What the pages of contracts take: shapes and lengths only; the rules are in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.forms.fields import DATE
from compagnon.contracts.models import (
    Calendar,
    ContractKind,
    ServiceContract,
)
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.people.models import Organisation, Team


class ContractForm(forms.Form):
    """A contract but for its terms. The parties are fixed once it is in force."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ContractKind.choices)
    name = forms.CharField(label=_("Name"), max_length=120)
    reference = forms.CharField(label=_("Reference"), max_length=40)
    provider = forms.ModelChoiceField(Organisation.objects.none(), label=_("Provider"))
    client = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Client"),
        required=False,
        help_text=_("With all its departments and subsidiaries."),
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label=_("Team"),
        required=False,
        help_text=_("Of an agreement between our teams."),
    )
    calendar = forms.ModelChoiceField(Calendar.objects.none(), label=_("Calendar"))
    starts_on = forms.DateField(
        label=_("Starts on"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("Ends on"),
        required=False,
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
    )
    warn_percent = forms.IntegerField(label=_("Warn at (%)"), min_value=1, max_value=99, initial=75)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, actor: Actor, contract: ServiceContract | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        organisations = visible(Organisation, actor).order_by("name")
        rows = {
            "provider": organisations,
            "client": organisations,
            "team": visible(Team, actor),
            "calendar": visible(Calendar, actor).filter(is_active=True),
        }
        for name, found in rows.items():
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = found
        if contract is not None:
            del self.fields["calendar"]
            if contract.state != "draft":
                for name in ("kind", "provider", "client", "team"):
                    del self.fields[name]

    def values(self) -> dict[str, Any]:
        """Give what was written, for the service."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class EndForm(forms.Form):
    """The last day of a contract."""

    last_day = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d")
    )
