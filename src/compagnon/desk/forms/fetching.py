"""What is asked about reading a mailbox by IMAP."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.desk.forms.fields import capitals
from compagnon.desk.models import AfterReading, Existing, ImapSecurity, ImapSignIn, MailFetch
from compagnon.desk.services.fetching import FIELDS


def secret_field(label: Any) -> forms.CharField:
    """A secret: never shown again; empty, the one that is kept stays."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept encrypted. Empty: the one that is kept stays."),
    )


class FetchForm(forms.Form):
    """A server, a way to sign in, and what becomes of what was read."""

    host = forms.CharField(label=_("Server"), max_length=253)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993)
    security = forms.ChoiceField(label=_("Encryption"), choices=capitals(*ImapSecurity))
    user = forms.CharField(label=_("User name"), max_length=254)
    sign_in = forms.ChoiceField(label=_("Sign-in"), choices=capitals(*ImapSignIn))
    password = secret_field(_("Password"))
    client_id = forms.CharField(label=_("Client identifier"), required=False, max_length=200)
    client_secret = secret_field(_("Client secret"))
    refresh_token = secret_field(_("Refresh token"))
    token_url = forms.CharField(
        label=_("Token endpoint"),
        required=False,
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    oauth_scope = forms.CharField(label=_("Scope"), required=False, max_length=300)
    folder = forms.CharField(label=_("Folder"), max_length=200, initial="INBOX")
    existing = forms.ChoiceField(
        label=_("Messages already there at the first reading"), choices=capitals(*Existing)
    )
    after = forms.ChoiceField(label=_("A message that was taken"), choices=capitals(*AfterReading))
    move_to = forms.CharField(label=_("Folder to move to"), required=False, max_length=200)
    every_seconds = forms.IntegerField(
        label=_("Seconds between readings"), min_value=15, max_value=86_400, initial=60
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, fetch: MailFetch | None = None, **more: Any) -> None:
        if fetch is not None:
            more["initial"] = {name: getattr(fetch, name) for name in FIELDS}
        super().__init__(*args, **more)
