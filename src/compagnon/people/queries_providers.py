"""Reads about providers: the buttons of the sign-in page, who is linked to what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount

from compagnon.people import rules
from compagnon.people.models import Account, IdentityProvider


@dataclass(frozen=True, slots=True)
class Linked:
    """An identity of an account, and its provider's name."""

    identity: SocialAccount
    name: str


def offered() -> list[IdentityProvider]:
    """Give the providers whose buttons the sign-in page shows: names and codes, seen by all."""
    rows = IdentityProvider.objects.filter(is_active=True, organisation__is_active=True)
    return list(rows.exclude(found={}).only("code", "name", "kind"))


def offered_to(account: Account) -> list[IdentityProvider]:
    """Give the providers that may sign an account in, and are not linked to it."""
    linked = SocialAccount.objects.filter(user=account).values("provider")
    rows = (
        IdentityProvider.objects.filter(is_active=True)
        .exclude(found={})
        .exclude(code__in=linked)
        .select_related("organisation")
    )
    path = account.person.organisation.path
    return [row for row in rows if rules.is_within(path, row.organisation.path)]


def linked(account: Account) -> list[Linked]:
    """Give the identities of an account, oldest first. The caller has checked who asks."""
    found = list(SocialAccount.objects.filter(user=account).order_by("pk"))
    names = names_of(one.provider for one in found)
    return [Linked(one, names.get(one.provider, one.provider)) for one in found]


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Name providers by their codes."""
    rows = IdentityProvider.objects.filter(code__in=set(codes))
    return dict(rows.values_list("code", "name"))


def may_end_there(code: str) -> bool:
    """Tell whether whoever signed in by a provider is offered to sign out of it too."""
    row = IdentityProvider.objects.filter(code=code, is_active=True, ends_there=True).first()
    return row is not None and bool(
        row.found.get("end_session_endpoint") or row.found.get("slo_url")
    )
