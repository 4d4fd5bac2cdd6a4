"""API tokens: made once, shown once, kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal, verbs
from compagnon.core.actor import Actor, Source
from compagnon.core.api import auth
from compagnon.core.errors import Conflict, Refused
from compagnon.core.services import service
from compagnon.people import policies
from compagnon.people.errors import Escalation
from compagnon.people.models import Account, ApiToken
from compagnon.people.queries import actor_for, may_enter
from compagnon.people.services import rows, sessions

LONGEST = timedelta(days=366)
USED_EVERY = timedelta(minutes=1)
MOST = 50
SCHEME = "cmp"


@service("token.manage")
def create(
    *,
    actor: Actor,
    account: Account,
    name: str,
    expires_at: datetime,
    verbs: Iterable[str] = (),
) -> tuple[ApiToken, str]:
    """Make a token of the actor's own account and give, this once, its text.

    Args:
        expires_at: at most a year ahead.
        verbs: what it may do, of what its owner may do; empty for everything. A token that
            makes a token gives it no more than its own verbs and lifetime.

    Raises:
        Refused: it is another's account, or no role gives ``token.manage``.
        Escalation: a verb that the actor does not hold anywhere.
        Invalid: a value is not valid.
        Conflict: too many tokens.
    """
    if not policies.is_self(actor, account.person):
        raise Refused(_("A token is made by its owner."))
    if not actor.scope.allows_somewhere("token.manage"):
        raise Refused(_("Your roles do not allow this."))
    row = rows.lock(account)
    if row.tokens.filter(revoked_at=None, expires_at__gt=timezone.now()).count() >= MOST:
        raise Conflict(_("At most %(most)s tokens: revoke one first.") % {"most": MOST})
    names = _wanted(actor, verbs)
    _check_expiry(actor, expires_at)
    prefix = secrets.token_hex(6)
    raw = f"{SCHEME}_{prefix}_{secrets.token_urlsafe(32)}"
    made = ApiToken(account=row, prefix=prefix, digest=_digest(raw), expires_at=expires_at)
    rows.revise(made, {"name": name}, allowed={"name"})
    made.verbs = names
    rows.keep(made)
    journal.record(
        actor=actor,
        verb="token.create",
        subject=made,
        organisation_id=account.person.organisation_id,
        after={"verbs": names, "expires_at": expires_at},
    )
    return made, raw


@service("token.manage")
def revoke(*, actor: Actor, token: ApiToken) -> ApiToken:
    """End a token at once: one's own, or that of an account one manages.

    A token may always end itself, whatever it lists.

    Raises:
        Refused: neither.
    """
    if actor.token_id != token.pk:
        sessions.check(actor, token.account)
    row = rows.lock(token)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        journal.record(
            actor=actor,
            verb="token.revoke",
            subject=row,
            organisation_id=row.account.person.organisation_id,
        )
    return row


def may_list(actor: Actor, verb: str) -> bool:
    """Tell whether a token that the actor makes may list that verb."""
    if verbs.is_own(verb):
        return actor.scope.reaches_own(verb)
    return actor.scope.allows_somewhere(verb)


@auth.authenticator
def authenticate(raw: str) -> Actor | None:
    """Give the actor behind a token's text; ``None`` if it is nobody's, expired or revoked.

    The secret is compared by its hash and in constant time. Its use is noted at most once a
    minute, so that a busy program does not write at each call.
    """
    scheme, _first, rest = raw.partition("_")
    prefix, _second, secret = rest.partition("_")
    if scheme != SCHEME or not secret or len(raw) > 200 or not raw.isascii():
        return None
    token = (
        ApiToken.objects.filter(prefix=prefix)
        .select_related("account__person__organisation")
        .first()
    )
    # A hash is computed and compared whether or not the prefix is somebody's.
    expected = token.digest if token else "0" * 64
    if not secrets.compare_digest(_digest(raw), expected) or token is None:
        return None
    now = timezone.now()
    if token.revoked_at or token.expires_at <= now or not may_enter(token.account):
        return None
    if token.last_used_at is None or now - token.last_used_at >= USED_EVERY:
        unseen = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
        ApiToken.objects.filter(unseen, pk=token.pk).update(last_used_at=now)
    return actor_for(
        token.account.person,
        source=Source.API,
        only=frozenset(token.verbs) or None,
        token_id=token.pk,
    )


def _digest(raw: str) -> str:
    # The secret has 256 bits of chance in it: a slow hash would protect nothing more.
    return hashlib.sha256(raw.encode()).hexdigest()


def _wanted(actor: Actor, names: Iterable[str]) -> list[str]:
    found = sorted(set(names))
    maker = _maker(actor)
    if not found and maker is not None and maker.verbs:
        found = sorted(maker.verbs)
    for name in found:
        if not verbs.known(name):
            message = _("There is no such right: %(names)s.") % {"names": name[:80]}
            raise rows.wrong("verbs", message)
        if not may_list(actor, name):
            raise Escalation(_("You do not hold «%(name)s» yourself.") % {"name": name})
    return found


def _check_expiry(actor: Actor, expires_at: datetime) -> None:
    now = timezone.now()
    if not now < expires_at <= now + LONGEST:
        raise rows.wrong("expires_at", _("Choose a date within a year from now."))
    maker = _maker(actor)
    if maker is not None and expires_at > maker.expires_at:
        message = _("A token made by a token may not outlive it.")
        raise rows.wrong("expires_at", message)


def _maker(actor: Actor) -> ApiToken | None:
    return ApiToken.objects.filter(pk=actor.token_id).first() if actor.token_id else None
