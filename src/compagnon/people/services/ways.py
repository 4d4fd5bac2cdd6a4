"""By what an account is entered, and that its owner does not close the last way in."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, NotFound, Refused
from compagnon.core.services import service
from compagnon.people import directory_sign_in, policies, rules
from compagnon.people.models import Account, DirectoryLink, IdentityProvider
from compagnon.people.services import administrators, rows

PASSKEY = Authenticator.Type.WEBAUTHN


@dataclass(frozen=True, slots=True)
class Ways:
    """By what an account is entered.

    Args:
        password: whether one of our own was chosen.
        only_by: the provider by which alone it signs in; then no password serves.
        directory: the directory whose password serves in place of ours.
        app: whether an authenticator app is its second step.
        passkeys: how many it has.
        alone: how many of them open it without a password.
        codes: whether it has recovery codes.
    """

    password: bool
    only_by: IdentityProvider | None
    directory: DirectoryLink | None
    app: bool
    passkeys: int
    alone: int
    codes: bool

    @property
    def second_factor(self) -> bool:
        """Whether a second step is asked for."""
        return self.app or self.passkeys > 0


def ways(account: Account) -> Ways:
    """Tell by what an account is entered, providers aside. The caller has checked who asks."""
    kept = list(Authenticator.objects.filter(user=account))
    keys = [one for one in kept if one.type == PASSKEY]
    return Ways(
        password=account.has_usable_password(),
        only_by=password_forbidden(account),
        directory=directory_sign_in.link_of(account),
        app=any(one.type == Authenticator.Type.TOTP for one in kept),
        passkeys=len(keys),
        alone=sum(1 for one in keys if one.wrap().is_passwordless),
        codes=any(one.type == Authenticator.Type.RECOVERY_CODES for one in kept),
    )


def password_forbidden(account: Account) -> IdentityProvider | None:
    """Give the provider by which alone an account signs in; ``None``: its password serves.

    That of an administrator always serves: a provider that fails must lock nobody out for good.
    """
    address = account.email.rpartition("@")[2]
    for provider in IdentityProvider.objects.filter(
        is_active=True, forbids_password=True
    ).select_related("organisation"):
        organisation = account.person.organisation
        if address in provider.domains and rules.is_within(
            organisation.path, provider.organisation.path
        ):
            if administrators.administrators().filter(pk=account.pk).exists():
                return None
            return provider
    return None


def check_another(account: Account, *, identity: int = 0, passkey: int = 0) -> None:
    """Refuse to take an account's last way in: of an identity at a provider, or a passkey.

    Raises:
        Conflict: nothing else opens it.
    """
    if not _is_left(account, identity=identity, passkey=passkey):
        raise Conflict(
            _("It is your only way in: choose a password or add a passkey first."), code="only-way"
        )


def _is_left(account: Account, *, identity: int, passkey: int) -> bool:
    found = ways(account)
    if (found.password or found.directory) and found.only_by is None:
        return True
    keys = Authenticator.objects.filter(user=account, type=PASSKEY).exclude(pk=passkey)
    if any(key.wrap().is_passwordless for key in keys):
        return True
    # A provider that was put out of use, or is another organisation's now, lets nobody in.
    codes = [
        one.code
        for one in IdentityProvider.objects.filter(
            is_active=True, organisation__is_active=True
        ).select_related("organisation")
        if rules.is_within(account.person.organisation.path, one.organisation.path)
    ]
    others = SocialAccount.objects.filter(user=account, provider__in=codes)
    return bool(others.exclude(pk=identity).exists())


def passkey_of(account: Account, key_id: int) -> Authenticator:
    """Give one of an account's passkeys.

    Raises:
        NotFound: it has no such one.
    """
    found = Authenticator.objects.filter(user=account, type=PASSKEY, pk=key_id).first()
    if found is None:
        raise NotFound
    return found


@service("account.manage")
def remove_passkey(*, actor: Actor, account: Account, key_id: int) -> None:
    """Remove one of one's own passkeys; with the last second factor go the recovery codes.

    Raises:
        NotFound: it is none of that account.
        Refused: it is not the actor's own account.
        Conflict: it is the only way in.
    """
    from compagnon.people.tasks import send_notice

    if not policies.may_as_self(actor, account.person):
        raise Refused
    # Locked, so that two that are removed at once do not each leave the other.
    row = rows.lock(account)
    key = passkey_of(row, key_id)
    check_another(row, passkey=key.pk)
    key.delete()
    _record(actor, row, "account.remove_passkey")
    if not ways(row).second_factor:
        for codes in Authenticator.objects.filter(user=row):
            codes.delete()
            _record(actor, row, "account.remove_second_factor", {"type": codes.type})
    send_notice.enqueue(row.pk, notice="passkey_removed")


def _record(
    actor: Actor, account: Account, verb: str, before: journal.Values | None = None
) -> None:
    journal.record(
        actor=actor,
        verb=verb,
        subject=account,
        organisation_id=account.person.organisation_id,
        before=before,
    )
