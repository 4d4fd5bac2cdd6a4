"""Who a session belongs to: read in one query, and only while person and organisation are open."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from compagnon.people import directory_sign_in, facts
from compagnon.people.models import Account, RoleAssignment
from compagnon.people.queries import may_enter

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, with the person and organisation beside the account."""

    def get_user(self, user_id: int) -> Account | None:
        """Give the account of a session; ``None`` signs it out."""
        account = with_person().filter(pk=user_id).first()
        return account if account is not None and may_enter(account) else None

    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        """Check a password: the directory's for who is of one, ours for the others."""
        self._asked_directory = False
        found: AbstractBaseUser | None = super().authenticate(request, **credentials)
        try:
            if found is None and not self._asked_directory and credentials.get("password"):
                directory_sign_in.ask_in_vain(str(credentials["password"]))
        except directory_sign_in.Away:
            self._away = True
        if found is None and self._away and request is not None:
            request.directory_is_away = True  # type: ignore[attr-defined]
        return found

    _away = False

    def _check_password(
        self, user: AbstractBaseUser | None, password: str
    ) -> AbstractBaseUser | None:
        link = directory_sign_in.link_of(cast("Account", user)) if user is not None else None
        if user is None or link is None:
            return cast("AbstractBaseUser | None", super()._check_password(user, password))
        # Our own hash, should there be one, is left alone; as much is reckoned as for it.
        self._asked_directory = True
        try:
            is_right = directory_sign_in.verify(link, password)
        except directory_sign_in.Away:
            self._away = True
            return None
        if is_right and not self.user_can_authenticate(user):
            self._stash_user(user)
            return None
        return user if is_right else None

    def user_can_authenticate(self, user: AbstractBaseUser) -> bool:
        """Tell whether a right password lets this account in."""
        return may_enter(cast("Account", user))


def with_person() -> QuerySet[Account]:
    """Give accounts with person, organisation and site, and whether a second factor lacks.

    ``second_factor_missing`` is true where a role asks for one and none is set up; beside it stand
    the :mod:`.facts` that other rooms know.
    """
    asked = RoleAssignment.objects.filter(person=OuterRef("person"), role__needs_second_factor=True)
    held = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
    return Account.objects.select_related("person__organisation", "person__site").annotate(
        second_factor_missing=Q(Exists(asked)) & ~Q(Exists(held)), **facts.beside_account()
    )
