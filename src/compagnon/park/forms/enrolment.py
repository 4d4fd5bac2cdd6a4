"""The form of an enrolment token."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError
from compagnon.core.visibility import visible
from compagnon.park.policies import INVENTORY
from compagnon.people.models import Organisation, Site


class TokenForm(forms.Form):
    """What a token is used for, and for whom."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    name = forms.CharField(
        label=_("Used for"), max_length=80, help_text=_("For instance: workstations of Lyon.")
    )
    site = forms.ModelChoiceField(
        label=_("Site of new machines"), queryset=Site.objects.none(), required=False
    )
    certificate = forms.CharField(
        label=_("Subject of a client certificate"),
        max_length=250,
        required=False,
        help_text=_("Only behind a proxy that checks certificates; otherwise leave it empty."),
    )

    def __init__(self, actor: Actor, data: QueryDict | None = None) -> None:
        super().__init__(data)
        reach = actor.scope.organisations(INVENTORY)
        rows = visible(Organisation, actor).filter(is_active=True)
        fields: dict[str, Any] = self.fields
        fields["organisation"].queryset = rows if reach is None else rows.filter(pk__in=reach)
        fields["site"].queryset = visible(Site, actor)

    def refuse(self, error: CompagnonError) -> None:
        """Show what the service refused."""
        for name, texts in error.fields.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, str(text))
        if not error.fields:
            self.add_error(None, str(error))
