"""Signing in and out, and what one signs in with, written in the journal."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account import signals as account_signals
from allauth.mfa import signals as factor_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from compagnon.people.models import Account
from compagnon.people.services import sessions
from compagnon.people.sign_in_journal import ways, write

log = structlog.get_logger(__name__)
PASSKEY = Authenticator.Type.WEBAUTHN


@receiver(account_signals.user_logged_in)
def signed_in(request: HttpRequest, user: Account, **kwargs: Any) -> None:
    """Write that somebody signed in, and by what."""
    told = ways(request, user, kwargs.get("sociallogin"))
    write(request, user, "account.sign_in", after=told)


@receiver(account_signals.user_logged_out)
def signed_out(request: HttpRequest, user: Account | None, **_kwargs: Any) -> None:
    """Write that somebody signed out."""
    if isinstance(user, Account):
        write(request, user, "account.sign_out")


@receiver([account_signals.password_changed, account_signals.password_reset])
def password_changed(request: HttpRequest, user: Account, **_kwargs: Any) -> None:
    """Write that somebody chose another password; it ended every other session of theirs."""
    write(request, user, "account.change_password")
    sessions.forget_others(user, but=str(request.session.session_key or ""))


@receiver(factor_signals.authenticator_added)
def factor_added(request: HttpRequest, user: Account, authenticator: Any, **_kwargs: Any) -> None:
    """Write that somebody set up a second factor."""
    if authenticator.type == PASSKEY:
        after = {"passkey": authenticator.pk, "alone": authenticator.wrap().is_passwordless}
        write(request, user, "account.add_passkey", after=after)
        return
    write(request, user, "account.add_second_factor", after={"type": authenticator.type})


@receiver(factor_signals.authenticator_removed)
def factor_removed(request: HttpRequest, user: Account, authenticator: Any, **_kwargs: Any) -> None:
    """Write that somebody removed a second factor."""
    if authenticator.type == PASSKEY:
        # The row is gone, and with it its key.
        write(request, user, "account.remove_passkey")
        return
    write(request, user, "account.remove_second_factor", before={"type": authenticator.type})


@receiver(user_login_failed)
def failed(request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Log a wrong password. Whose it would have been is personal and is not logged."""
    address = request.META.get("REMOTE_ADDR", "") if request is not None else ""
    log.warning("people.sign_in_failed", address=address)
