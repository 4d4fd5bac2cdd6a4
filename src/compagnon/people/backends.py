"""Who a session belongs to: read in one query, and only while person and organisation are open."""

from __future__ import annotations

from typing import cast

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from compagnon.people import facts
from compagnon.people.models import Account, RoleAssignment
from compagnon.people.queries import may_enter


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, with the person and organisation beside the account."""

    def get_user(self, user_id: int) -> Account | None:
        """Give the account of a session; ``None`` signs it out."""
        account = with_person().filter(pk=user_id).first()
        return account if account is not None and may_enter(account) else None

    def user_can_authenticate(self, user: AbstractBaseUser) -> bool:
        """Tell whether a right password lets this account in."""
        return may_enter(cast("Account", user))


def with_person() -> QuerySet[Account]:
    """Give accounts with person, organisation and site, and whether a second factor lacks.

    ``second_factor_missing`` is true where a role asks for one and none is set up; beside it stand
    the :mod:`.facts` that other rooms know.
    """
    asked = RoleAssignment.objects.filter(person=OuterRef("person"), role__needs_second_factor=True)
    held = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return Account.objects.select_related("person__organisation", "person__site").annotate(
        second_factor_missing=Q(Exists(asked)) & ~Q(Exists(held)), **facts.beside_account()
    )
