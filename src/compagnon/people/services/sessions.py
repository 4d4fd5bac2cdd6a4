"""Where an account is signed in, and ending it."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound
from compagnon.core.services import service
from compagnon.people import policies
from compagnon.people.models import Account, ApiToken
from compagnon.people.provider_leaving import KEPT


@service("account.manage")
def end(*, actor: Actor, account: Account, session_id: int) -> None:
    """Sign an account out of one place.

    Args:
        session_id: the key of one of ``queries.sessions_of(account)``.

    Raises:
        NotFound: it is not one of that account's.
        Refused: it is not the actor's own and the actor does not manage the account.
    """
    check(actor, account)
    session = UserSession.objects.filter(user=account, pk=session_id).first()
    if session is None:
        raise NotFound
    session.end()
    journal.record(
        actor=actor,
        verb="session.end",
        subject=account,
        organisation_id=account.person.organisation_id,
        before={"sessions": 1},
    )


@service("account.manage")
def end_all(*, actor: Actor, account: Account, but: str = "") -> int:
    """Sign an account out everywhere, and tell from how many places.

    Args:
        but: the key of a browser session that stays, the one in which one asks.

    Raises:
        Refused: it is not the actor's own and the actor does not manage the account.
    """
    check(actor, account)
    ended = _end_sessions(account, but=but)
    if ended:
        journal.record(
            actor=actor,
            verb="session.end",
            subject=account,
            organisation_id=account.person.organisation_id,
            before={"sessions": ended},
        )
    return ended


def close_all(account: Account) -> None:
    """End every session and revoke every token; part of a service that closes the account."""
    _end_sessions(account)
    ApiToken.objects.filter(account=account, revoked_at=None).update(revoked_at=timezone.now())


def end_of_provider(account: Account, code: str, indexes: frozenset[str]) -> int:
    """End the sessions that a SAML provider opened; part of a service.

    Args:
        indexes: which of the provider's own; none: all.
    """
    ended = 0
    for session in UserSession.objects.filter(user=account):
        told = SessionStore(session.session_key).get(KEPT)
        if not isinstance(told, dict) or told.get("provider") != code:
            continue
        if not indexes or told.get("index") in indexes:
            session.end()
            ended += 1
    return ended


def forget_others(account: Account, *, but: str) -> None:
    """Delete the sessions that another password ended, so that no list shows them."""
    _end_sessions(account, but=but)


def forget_second_factor(account: Account) -> int:
    """Delete what the account signs in with beside its password; part of a service."""
    removed, _each = Authenticator.objects.filter(user=account).delete()
    return int(removed)


def check(actor: Actor, account: Account) -> None:
    """Refuse unless the account is the actor's own, or one that the actor manages.

    Raises:
        Refused: neither.
        Escalation: its person holds rights that the actor does not hold.
    """
    if not policies.may_as_self(actor, account.person):
        policies.check(actor, "account.manage", account.person.organisation_id)
        policies.check_outranks(actor, account.person)


def _end_sessions(account: Account, *, but: str = "") -> int:
    sessions = list(UserSession.objects.filter(user=account).exclude(session_key=but))
    for session in sessions:
        session.end()
    return len(sessions)
