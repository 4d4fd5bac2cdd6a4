"""The form of signing in: the mail address, or the name that a directory gives."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.people import directory_sign_in


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """allauth's; where people sign in by a directory, their name in it is taken too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.takes_names = directory_sign_in.directories().exists()
        field = self.fields["login"]
        field.label = _("Mail address")
        if self.takes_names:
            self.fields["login"] = forms.CharField(
                label=_("Mail address, or name in the directory"),
                max_length=254,
                widget=forms.TextInput(
                    attrs={"autocomplete": "username", "autocapitalize": "none"}
                ),
            )

    def clean_login(self) -> str:
        """Give the sign-in address behind what was typed, or what was typed."""
        typed: str = self.cleaned_data["login"].strip()
        if not self.takes_names or "@" in typed:
            return typed
        return directory_sign_in.address_of(typed) or typed
