"""What is asked about an identity provider."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.crud.filters import RelationField
from compagnon.people.forms import Refusable
from compagnon.people.models import (
    AddressTrust,
    Arrival,
    IdentityProvider,
    Organisation,
    ProviderKind,
    Role,
)
from compagnon.people.models.providers import METADATA_MAX
from compagnon.people.services.providers import CLAIMS, SECRET_MAX, VERB, ProviderChanges

CLAIM_LABELS = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "address": _("Mail address"),
    "verified": _("Address verified"),
    "subject": _("Identifier"),
}


class ProviderForm(Refusable):
    """A provider: where it is, whom it lets in, on what terms."""

    name = forms.CharField(
        max_length=80, label=_("Name"), help_text=_("The button says «Sign in with», then this.")
    )
    address = forms.CharField(
        required=False,
        max_length=500,
        label=_("Address"),
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("Of the issuer (OpenID Connect), or of the metadata (SAML)."),
    )
    metadata = forms.CharField(
        required=False,
        max_length=METADATA_MAX,
        label=_("Metadata"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("SAML only, where there is no address: the XML that the provider gives."),
    )
    client_id = forms.CharField(
        required=False,
        max_length=191,
        label=_("Client identifier"),
        help_text=_(
            "Given by the provider. For SAML, our name there; our metadata’s address if empty."
        ),
    )
    secret = forms.CharField(
        required=False,
        max_length=SECRET_MAX,
        label=_("Client secret"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted and never shown; empty leaves it as it is."),
    )
    scopes = forms.CharField(
        required=False, max_length=200, label=_("Scopes"), initial="openid profile email"
    )
    arrival = forms.ChoiceField(
        choices=Arrival, initial=Arrival.ACCOUNT, label=_("Lets in for the first time")
    )
    entry = forms.ModelChoiceField(
        Organisation.objects.none(),
        required=False,
        label=_("New people enter"),
        help_text=_("The organisation itself unless you choose one below it."),
    )
    role = forms.ModelChoiceField(
        Role.objects.none(), required=False, label=_("Role of new people")
    )
    address_trust = forms.ChoiceField(
        choices=AddressTrust, initial=AddressTrust.CLAIM, label=_("Its addresses are believed")
    )
    domains = forms.CharField(
        required=False,
        max_length=10_000,
        label=_("Mail domains"),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("One a line. It vouches for addresses of these alone; none: of all."),
    )
    links_administrators = forms.BooleanField(
        required=False,
        label=_("Also link, by address, people who manage accounts or roles"),
        help_text=_("Without it they link it themselves, once they have signed in otherwise."),
    )
    forbids_password = forms.BooleanField(
        required=False,
        label=_("People of these mail domains sign in by it alone"),
        help_text=_("Their password serves no more, but an administrator’s always does."),
    )
    ends_there = forms.BooleanField(
        required=False, initial=True, label=_("Offer to sign out there too")
    )

    def __init__(
        self, actor: Actor, data: Any = None, *, provider: IdentityProvider | None = None
    ) -> None:
        super().__init__(data, initial=_initial(provider) if provider else None)
        reach = actor.scope.organisations(VERB)
        rows = visibility.visible(Organisation, actor).filter(is_active=True).order_by("path")
        if reach is not None:
            rows = rows.filter(pk__in=reach)
        if provider is None:
            first = {
                "organisation": RelationField(rows, label=_("Organisation")),
                "kind": forms.ChoiceField(choices=ProviderKind, label=_("Protocol")),
                "code": forms.SlugField(
                    max_length=40,
                    label=_("Code"),
                    help_text=_("Stands in the addresses that the provider is given: «entra»."),
                ),
            }
            self.fields = {**first, **self.fields}
        else:
            rows = rows.filter(path__startswith=provider.organisation.path)
            self.fields["version"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
        cast("forms.ModelChoiceField[Organisation]", self.fields["entry"]).queryset = rows
        given = visibility.visible(Role, actor)
        cast("forms.ModelChoiceField[Role]", self.fields["role"]).queryset = given
        for name in CLAIMS:
            self.fields[f"claim_{name}"] = forms.CharField(
                required=False, max_length=200, label=CLAIM_LABELS[name]
            )

    def values(self) -> ProviderChanges:
        """Give what was sent, for the service."""
        sent = dict(self.cleaned_data)
        sent["mapping"] = {name: sent.pop(f"claim_{name}") for name in CLAIMS}
        sent["domains"] = str(sent["domains"]).split()
        for name in ("organisation", "kind", "code", "version"):
            sent.pop(name, None)
        return cast("ProviderChanges", sent)

    def claims(self) -> list[forms.BoundField]:
        """Give the fields that name claims, to be shown apart."""
        return [self[f"claim_{name}"] for name in CLAIMS]

    def rest(self) -> list[forms.BoundField]:
        """Give the other fields."""
        return [field for field in self.visible_fields() if not field.name.startswith("claim_")]


def _initial(provider: IdentityProvider) -> dict[str, Any]:
    names = (
        "name", "address", "metadata", "client_id", "scopes", "arrival", "entry", "role",
        "address_trust", "links_administrators", "forbids_password", "ends_there", "version",
    )  # fmt: skip
    found = {name: getattr(provider, name) for name in names}
    found["domains"] = "\n".join(provider.domains)
    return found | {f"claim_{name}": value for name, value in provider.mapping.items()}
