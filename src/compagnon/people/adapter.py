"""How django-allauth fits Compagnon: accounts are given, not taken, and hang on a person."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Accounts are made by an administrator."""
        return False


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Encrypts what must be kept of a second factor."""
