"""What is asked about authorities and keys."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AuthorityForm(forms.Form):
    """An authority whose word is taken."""

    certificate = forms.FileField(
        label=_("Certificate of the authority"),
        help_text=_("A file in PEM or DER (.pem, .crt, .cer)."),
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=200,
        help_text=_("Empty: the certificate’s own."),
    )


class KeyForm(forms.Form):
    """A certificate of a mailbox with its key."""

    file = forms.FileField(
        label=_("Key and certificate"), help_text=_("A PKCS#12 file (.p12 or .pfx).")
    )
    password = forms.CharField(
        label=_("Password of the file"),
        required=False,
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It opens the file, and is not kept."),
    )
