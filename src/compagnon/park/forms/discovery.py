"""Forms of SNMP credentials and of jobs over the network."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError
from compagnon.core.visibility import visible
from compagnon.park.models import Agent, SnmpAuth, SnmpCredential, SnmpPrivacy, SnmpVersion
from compagnon.park.policies import DISCOVER
from compagnon.park.snmp_secrets import LONGEST, SnmpSecrets
from compagnon.people.models import Organisation

AGENTS = 500


class _Refusable(forms.Form):
    def refuse(self, error: CompagnonError) -> None:
        """Show what the service refused, beside the field that it names."""
        for name, texts in error.fields.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, str(text))
        if not error.fields:
            self.add_error(None, str(error))


def _secret(label: Any, help_text: Any = "") -> forms.CharField:
    # Never written back into the page, nor offered by the browser for another site.
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=False,
        widget=widget,
        help_text=help_text,
        strip=False,
    )


class CredentialForm(_Refusable):
    """How to speak SNMP."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("For instance: switches of Lyon, read only.")
    )
    snmp_version = forms.ChoiceField(label=_("Version of SNMP"), choices=SnmpVersion.choices)
    community = _secret(_("Community"), _("SNMP v1 and v2c. It travels in clear on the network."))
    username = forms.CharField(
        label=_("User name"), max_length=64, required=False, help_text=_("SNMP v3.")
    )
    auth_protocol = forms.ChoiceField(
        label=_("Authentication"), choices=SnmpAuth.choices, required=False
    )
    auth_passphrase = _secret(_("Passphrase of authentication"))
    privacy_protocol = forms.ChoiceField(
        label=_("Encryption"), choices=SnmpPrivacy.choices, required=False
    )
    privacy_passphrase = _secret(_("Passphrase of encryption"))

    def __init__(self, actor: Actor, data: QueryDict | None = None) -> None:
        super().__init__(
            data, auto_id="id_credential_%s", initial={"snmp_version": SnmpVersion.V2C}
        )
        reach = actor.scope.organisations(DISCOVER)
        rows = visible(Organisation, actor).filter(is_active=True)
        fields: dict[str, Any] = self.fields
        fields["organisation"].queryset = rows if reach is None else rows.filter(pk__in=reach)

    def arguments(self) -> dict[str, Any]:
        """Give what the service takes."""
        given = dict(self.cleaned_data)
        secrets = SnmpSecrets(
            community=given.pop("community"),
            auth=given.pop("auth_passphrase"),
            privacy=given.pop("privacy_passphrase"),
        )
        return {**given, "secrets": secrets}


class JobForm(_Refusable):
    """What an agent is asked to look at."""

    agent = forms.ModelChoiceField(
        label=_("Agent"),
        queryset=Agent.objects.none(),
        help_text=_("It must stand on that network, with its tasks of discovery installed."),
    )
    kind = forms.ChoiceField(
        label=_("What the agent does"),
        choices=[
            ("discovery", _("Discover who answers")),
            ("inventory", _("Read devices by SNMP")),
        ],
    )
    addresses = forms.CharField(
        label=_("Addresses"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("192.0.2.0/24, 192.0.2.10-192.0.2.20, 192.0.2.7: one a line, 4,096 in all."),
    )
    ports = forms.CharField(
        label=_("Ports of SNMP"), max_length=60, required=False, help_text=_("161 when empty.")
    )
    credentials = forms.ModelMultipleChoiceField(
        label=_("SNMP credentials"),
        queryset=SnmpCredential.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    then_inventory = forms.BooleanField(label=_("Then read by SNMP what answers"), required=False)

    def __init__(self, actor: Actor, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="id_job_%s")
        reach = actor.scope.organisations(DISCOVER)
        agents = visible(Agent, actor).order_by("deviceid", "pk")
        credentials = visible(SnmpCredential, actor)
        fields: dict[str, Any] = self.fields
        fields["agent"].queryset = (
            agents if reach is None else agents.filter(organisation_id__in=sorted(reach))
        )
        fields["credentials"].queryset = credentials
