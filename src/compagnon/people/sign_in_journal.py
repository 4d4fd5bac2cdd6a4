"""What somebody does to their own account, written in the journal in their name."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from allauth.socialaccount.models import SocialLogin
from django.db import transaction
from django.http import HttpRequest

from compagnon.core import journal
from compagnon.core.actor import Actor, ActorKind, Source
from compagnon.people.models import Account


def write(
    request: HttpRequest,
    account: Account,
    verb: str,
    before: journal.Values | None = None,
    after: journal.Values | None = None,
) -> None:
    """Write one entry about an account, by its owner."""
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


def ways(request: HttpRequest, account: Account, login: SocialLogin | None) -> journal.Values:
    """Tell by what somebody signed in: the ways in their order, and the provider's code.

    The ways are ``password``, ``code`` (of the app, or a recovery code), ``passkey`` and
    ``provider``.
    """
    names = {"password": "password", "socialaccount": "provider"}
    found = []
    for record in get_authentication_records(request, account):
        factor = "passkey" if record.get("type") == "webauthn" else "code"
        found.append(names.get(str(record.get("method")), factor))
    told: dict[str, object] = {"by": list(dict.fromkeys(found))}
    if login is not None:
        told["provider"] = login.account.provider
    return told
