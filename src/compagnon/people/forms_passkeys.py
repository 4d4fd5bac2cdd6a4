"""Passkeys: allauth's forms, with our words, and bad input refused in words."""

from __future__ import annotations

import binascii
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as theirs
from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compagnon.people.sign_in_journal import write

NAME_MAX, MOST, ANSWER_MAX = 80, 20, 50_000
# What parsing raises at the attestations and assertions that no authenticator makes.
MALFORMED = (
    AttributeError, AssertionError, IndexError, KeyError, TypeError, ValueError, binascii.Error,
    OverflowError, RecursionError,
)  # fmt: skip


class AnswerField(forms.JSONField):
    """What an authenticator answered, in JSON of a sane size and depth."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """Read it."""
        if isinstance(value, str) and len(value) > ANSWER_MAX:
            raise get_adapter().validation_error("incorrect_code")
        try:
            return super().to_python(value)
        except RecursionError:
            raise get_adapter().validation_error("incorrect_code") from None


class _Answering:
    """Refuses what cannot be read as what an authenticator answers."""

    def clean_credential(self) -> Any:
        """Check the answer of the authenticator."""
        sent = self.cleaned_data["credential"]  # type: ignore[attr-defined]
        if not isinstance(sent, dict) or not isinstance(sent.get("response"), dict):
            raise get_adapter().validation_error("incorrect_code")
        above: Any = getattr(super(), "clean_credential", None)
        try:
            return sent if above is None else above()
        except forms.ValidationError:
            raise
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None


class AddForm(_Answering, theirs.AddWebAuthnForm):  # type: ignore[misc]
    """A passkey to add: its name, and whether it opens without a password."""

    credential = AnswerField()
    name = forms.CharField(
        required=False,
        max_length=NAME_MAX,
        label=_("Name"),
        help_text=_("To know it again: «Telephone», «Key on my key ring»."),
    )
    passwordless = forms.BooleanField(
        required=False,
        initial=True,
        label=_("Sign in with it alone, without a password"),
        help_text=_("It then asks for your finger, your face or its PIN each time."),
    )

    def clean(self) -> dict[str, Any]:
        """Check what the authenticator made."""
        if Authenticator.objects.filter(user=self.user, type="webauthn").count() >= MOST:
            raise forms.ValidationError(
                _("You have %(most)s passkeys: remove one first.") % {"most": MOST}
            )
        try:
            found: dict[str, Any] = super().clean()
        except forms.ValidationError:
            raise
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None
        return found


class RenameForm(theirs.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    name = forms.CharField(max_length=NAME_MAX, label=_("Name"))

    def save(self) -> Authenticator:
        """Keep the name, and write in the journal that it changed."""
        with transaction.atomic():
            kept: Authenticator = super().save()
            write(context.request, kept.user, "account.rename_passkey", after={"passkey": kept.pk})
        return kept


class SecondStepForm(_Answering, theirs.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The answer of a passkey after the password."""

    credential = AnswerField()


class SignInForm(_Answering, theirs.LoginWebAuthnForm):  # type: ignore[misc]
    """The answer of a passkey in place of the password."""

    credential = AnswerField()


class ConfirmForm(_Answering, theirs.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The answer of a passkey before a grave change."""

    credential = AnswerField()
