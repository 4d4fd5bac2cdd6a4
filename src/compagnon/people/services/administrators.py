"""Somebody must always be left who can give roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.people.errors import LastAdministrator
from compagnon.people.models import Account, DirectoryLink, Role
from compagnon.people.standard_roles import ADMINISTRATOR


def administrators() -> QuerySet[Account]:
    """Give the accounts that can sign in now and administer a whole tree."""
    return Account.objects.filter(
        is_active=True,
        person__is_active=True,
        person__organisation__is_active=True,
        person__role_assignments__role__code=ADMINISTRATOR,
        person__role_assignments__organisation__parent=None,
        person__role_assignments__organisation__is_active=True,
    )


def keeps_own_password(account: Account) -> bool:
    """Tell whether this is the last administrator who enters without a directory's answer.

    One that is away would otherwise shut everybody out.
    """
    asked = DirectoryLink.objects.filter(signs_in=True).values("person_id")
    return (
        account.has_usable_password()
        and administrators().filter(pk=account.pk).exists()
        and not administrators().exclude(pk=account.pk).exclude(person_id__in=asked).exists()
    )


@contextmanager
def one_must_be_left() -> Iterator[None]:
    """Make a change that may remove an administrator, and refuse it if it removed the last.

    The role's row is locked, so that two administrators who remove each other at the same moment
    come one after the other.

    Raises:
        LastAdministrator: nobody is left; the transaction is to be rolled back.
    """
    list(Role.objects.select_for_update().filter(code=ADMINISTRATOR))
    before = administrators().exists()
    yield
    if before and not administrators().exists():
        raise LastAdministrator(
            _("Nobody could give roles any more: make somebody else an administrator first.")
        )
