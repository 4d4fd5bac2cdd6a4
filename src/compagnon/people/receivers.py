"""Signing in and out, and what one signs in with, written in the journal."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account import signals as account_signals
from allauth.mfa import signals as factor_signals
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from compagnon.core import journal
from compagnon.core.actor import Actor, ActorKind, Source
from compagnon.people.models import Account

log = structlog.get_logger(__name__)


@receiver(account_signals.user_logged_in)
def signed_in(request: HttpRequest, user: Account, **_kwargs: Any) -> None:
    """Write that somebody signed in."""
    _write(request, user, "account.sign_in")


@receiver(account_signals.user_logged_out)
def signed_out(request: HttpRequest, user: Account | None, **_kwargs: Any) -> None:
    """Write that somebody signed out."""
    if isinstance(user, Account):
        _write(request, user, "account.sign_out")


@receiver([account_signals.password_changed, account_signals.password_reset])
def password_changed(request: HttpRequest, user: Account, **_kwargs: Any) -> None:
    """Write that somebody chose another password."""
    _write(request, user, "account.change_password")


@receiver(factor_signals.authenticator_added)
def factor_added(request: HttpRequest, user: Account, authenticator: Any, **_kwargs: Any) -> None:
    """Write that somebody set up a second factor."""
    _write(request, user, "account.add_second_factor", after={"type": authenticator.type})


@receiver(factor_signals.authenticator_removed)
def factor_removed(request: HttpRequest, user: Account, authenticator: Any, **_kwargs: Any) -> None:
    """Write that somebody removed a second factor."""
    _write(request, user, "account.remove_second_factor", before={"type": authenticator.type})


@receiver(user_login_failed)
def failed(request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Log a wrong password. Whose it would have been is personal and is not logged."""
    address = request.META.get("REMOTE_ADDR", "") if request is not None else ""
    log.warning("people.sign_in_failed", address=address)


def _write(
    request: HttpRequest,
    account: Account,
    verb: str,
    before: journal.Values | None = None,
    after: journal.Values | None = None,
) -> None:
    # Built without a scope: nothing is decided by it, and signing in stays cheap.
    actor = Actor(
        kind=ActorKind.PERSON,
        id=account.person_id,
        label=str(account.person),
        source=Source.PAGE,
        correlation_id=getattr(request, "correlation_id", None) or Actor.anonymous().correlation_id,
    )
    with transaction.atomic():
        journal.record(
            actor=actor,
            verb=verb,
            subject=account,
            organisation_id=account.person.organisation_id,
            before=before,
            after=after,
        )
