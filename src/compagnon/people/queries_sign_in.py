"""Reads about signing in: where an account is signed in, and how its owner came lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from compagnon.core.models import Entry
from compagnon.people.models import Account
from compagnon.people.queries_providers import names_of

WAYS: Mapping[str, Promise] = {
    "password": pgettext_lazy("way to sign in", "password"),
    "code": pgettext_lazy("way to sign in", "code"),
    "passkey": pgettext_lazy("way to sign in", "passkey"),
    "provider": pgettext_lazy("way to sign in", "provider"),
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """One time that somebody came: when, and by what, in words."""

    at: datetime
    by: str


def sessions_of(account: Account) -> QuerySet[UserSession]:
    """Give the browsers in which an account is signed in now, the latest first.

    The caller has checked who asks.
    """
    living = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows = UserSession.objects.filter(user=account, session_key__in=living)
    return rows.order_by("-created_at", "-pk")  # type: ignore[no-any-return]


def last_sign_ins(account: Account, most: int) -> list[SignIn]:
    """Give the last times that somebody came, from the journal. The caller has checked who asks."""
    entries = Entry.objects.filter(
        object_type="people.account", object_id=account.pk, verb="account.sign_in"
    ).order_by("-occurred_at", "-pk")[:most]
    found = list(entries)
    names = names_of(str(one.after.get("provider", "")) for one in found)
    return [SignIn(one.occurred_at, by_words(one.after, names)) for one in found]


def by_words(after: Mapping[str, object], names: Mapping[str, str]) -> str:
    """Say by what somebody signed in; the provider by its name, where it is kept."""
    told = []
    ways = after.get("by")
    for way in ways if isinstance(ways, list) else []:
        code = str(after.get("provider", ""))
        named = names.get(code, code) if way == "provider" else ""
        told.append(named or str(WAYS.get(str(way), way)))
    return ", ".join(told)
