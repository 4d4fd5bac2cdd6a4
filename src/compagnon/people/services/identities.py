"""Who is whom at a provider: letting in, linking, unlinking, refusing.

A provider says «this is subject 42, whose mail address is so-and-so». The subject decides, once it
is linked; an address decides only the first time, and only where it is believed. Whoever manages
others is not linked by an address alone: that would make the provider their master.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db.models import Q

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound, Refused
from compagnon.core.services import service
from compagnon.people import policies, rules
from compagnon.people.errors import NotAdmitted
from compagnon.people.models import (
    Account,
    AddressTrust,
    Arrival,
    IdentityProvider,
    Person,
    RoleAssignment,
)
from compagnon.people.provider_words import REASONS
from compagnon.people.queries import may_enter, person_by_email
from compagnon.people.services import accounts, persons, roles, rows, sessions, ways
from compagnon.people.standard_roles import ADMINISTRATOR

# Whoever holds one of these somewhere may become anybody there.
POWERS = frozenset(
    {"role.manage", "account.manage", "identity_provider.manage", "organisation.manage"}
)


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a provider says of somebody, its signature checked. ``subject`` is its own key."""

    subject: str
    address: str = ""
    is_verified: bool = False
    first_name: str = ""
    last_name: str = ""
    name: str = ""


@service("account.manage")
def admit(*, actor: Actor, provider: IdentityProvider, asserted: Asserted) -> Account:
    """Give the account that somebody who comes from a provider may enter: linked before, found by
    an address that is believed and linked now, or opened now, as the provider's terms say.

    Raises:
        NotAdmitted: nobody is let in; its code is one of ``provider_words.REASONS``.
    """
    terms = _in_use(provider)
    linked = SocialAccount.objects.filter(provider=terms.code, uid=asserted.subject).first()
    if linked is not None:
        account = _account(linked.user_id)
        _check_admitted(terms, account)
        return account
    address = _believed(terms, asserted)
    account = _known(terms, address) or _arrived(actor, terms, asserted, address)
    _check_admitted(terms, account)
    if manages_others(account.person) and not terms.links_administrators:
        raise refusal("administrator")
    _tie(actor, terms, account, asserted.subject)
    return account


@service("account.manage")
def link(
    *, actor: Actor, provider: IdentityProvider, account: Account, asserted: Asserted
) -> SocialAccount:
    """Link an identity to one's own account; whoever does so has just proven both.

    Raises:
        NotAdmitted: the identity is somebody else's, or the provider may not sign this person in.
        Refused: it is not the actor's own account.
    """
    if not policies.may_as_self(actor, account.person):
        raise Refused
    terms = _in_use(provider)
    linked = SocialAccount.objects.filter(provider=terms.code, uid=asserted.subject).first()
    if linked is not None:
        if linked.user_id != account.pk:
            raise refusal("taken")
        return linked
    _check_admitted(terms, account)
    return _tie(actor, terms, account, asserted.subject)


@service("account.manage")
def unlink(*, actor: Actor, account: Account, identity_id: int) -> None:
    """Unlink an account from a provider: one's own, or one that the actor manages.

    Raises:
        NotFound: it is no identity of that account.
        Refused, Escalation: neither one's own nor one that the actor manages.
        Conflict: its owner would be locked out: there is no password and no other way.
    """
    sessions.check(actor, account)
    identity = SocialAccount.objects.filter(user=account, pk=identity_id).first()
    if identity is None:
        raise NotFound
    if policies.is_self(actor, account.person):
        # Locked, so that two that are unlinked at once do not each leave the other.
        ways.check_another(rows.lock(account), identity=identity_id)
    identity.delete()
    _record(actor, "account.unlink_identity", account, before={"provider": identity.provider})


def note_name(*, provider: IdentityProvider, subject: str, name: str) -> None:
    """Keep under which name a SAML provider signs somebody in, where it is not their subject: it
    signs them out by it. Nothing is written in the journal: it may be another each time."""
    rows_ = SocialAccount.objects.filter(provider=provider.code, uid=subject)
    kept = {} if name == subject else {"name": name[:500]}
    for identity in rows_.exclude(extra_data=kept):
        identity.extra_data = kept
        identity.save(update_fields=["extra_data"])


@service("account.manage")
def end_by_provider(
    *, actor: Actor, provider: IdentityProvider, name: str, indexes: frozenset[str]
) -> int:
    """Sign somebody out because their provider says that they left; tells from how many places.

    Args:
        name: under which the provider signed them in.
        indexes: its sessions that end; none: all of theirs.
    """
    if not name:
        return 0
    identity = (
        SocialAccount.objects.filter(provider=provider.code)
        .filter(Q(uid=name) | Q(extra_data__name=name))
        .first()
    )
    if identity is None:
        return 0
    account = _account(identity.user_id)
    ended = sessions.end_of_provider(account, provider.code, indexes)
    if ended:
        told = {"provider": provider.code}
        _record(actor, "account.sign_out", account, before={"sessions": ended}, after=told)
    return ended


@service("account.manage")
def note_refusal(
    *, actor: Actor, provider: IdentityProvider, reason: str, account: Account | None = None
) -> None:
    """Write in the journal that somebody was not let in, and why; nothing that tells who it was,
    but the account where there is one."""
    after: dict[str, Any] = {"reason": reason}
    if account is not None:
        after["account"] = account.pk
    journal.record(
        actor=actor, verb="identity_provider.refuse_sign_in", subject=provider, after=after
    )


def refusal(reason: str) -> NotAdmitted:
    """Give the error for a reason, to be raised."""
    return NotAdmitted(REASONS[reason], code=reason)


def manages_others(person: Person) -> bool:
    """Tell whether somebody holds, anywhere, what lets them become others."""
    given = RoleAssignment.objects.filter(person=person).values_list("role__code", "role__verbs")
    return any(code == ADMINISTRATOR or POWERS & set(verbs) for code, verbs in given)


def _in_use(provider: IdentityProvider) -> IdentityProvider:
    # Read again: it may have been put out of use since the person left for it.
    terms = (
        IdentityProvider.objects.filter(pk=provider.pk, is_active=True)
        .select_related("organisation", "entry", "role")
        .first()
    )
    if terms is None or not terms.organisation.is_active:
        raise refusal("session")
    return terms


def _account(key: int) -> Account:
    return Account.objects.select_related("person__organisation").get(pk=key)


def _check_admitted(terms: IdentityProvider, account: Account) -> None:
    if not may_enter(account):
        raise refusal("closed")
    if not rules.is_within(account.person.organisation.path, terms.organisation.path):
        raise refusal("elsewhere")


def _believed(terms: IdentityProvider, asserted: Asserted) -> str:
    """Give the address by which somebody may be recognised."""
    address = rules.normal_email(asserted.address) if asserted.address else None
    if address is None:
        raise refusal("no-address")
    if terms.domains and address.rpartition("@")[2] not in terms.domains:
        raise refusal("domain")
    believed = terms.address_trust == AddressTrust.ALWAYS or (
        terms.address_trust == AddressTrust.CLAIM and asserted.is_verified
    )
    if not believed:
        raise refusal("unverified")
    return address


def _known(terms: IdentityProvider, address: str) -> Account | None:
    """Give the account that signs in with an address, or whose person is reached by it."""
    rows_ = Account.objects.select_related("person__organisation")
    found = rows_.filter(email=address).first()
    if found is None and (person := person_by_email(address)) is not None:
        found = rows_.filter(person=person).first()
    return found


def _arrived(actor: Actor, terms: IdentityProvider, asserted: Asserted, address: str) -> Account:
    """Open an account for somebody who has none, where the provider's terms say so."""
    person = person_by_email(address)
    if person is None and terms.arrival != Arrival.ANYONE:
        raise refusal("unknown")
    if person is None:
        person = _made_known(actor, terms, asserted, address)
    elif terms.arrival == Arrival.ACCOUNT:
        raise refusal("no-account")
    elif not (person.is_active and person.organisation.is_active):
        raise refusal("closed")
    elif not rules.is_within(person.organisation.path, terms.organisation.path):
        raise refusal("elsewhere")
    return _account(accounts.create(actor=actor, person=person, email=address).pk)


def _made_known(actor: Actor, terms: IdentityProvider, asserted: Asserted, address: str) -> Person:
    if not terms.enters.is_active:
        raise refusal("closed")
    first, last = _printable(asserted.first_name), _printable(asserted.last_name)
    if not last:
        whole = _printable(asserted.name) or first or rules.name_from_address(address)
        first, last = rules.split_name(whole)
    person = persons.create(
        actor=actor,
        organisation=terms.enters,
        first_name=first[:80],
        last_name=(last or address)[:80],
        email=address,
    )
    if terms.role is not None:
        roles.give(actor=actor, role=terms.role, person=person, organisation=terms.enters)
    return person


def _printable(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:160]


def _tie(actor: Actor, terms: IdentityProvider, account: Account, subject: str) -> SocialAccount:
    # Locked, so that two who come at once do not both find it free.
    row = rows.lock(account)
    if SocialAccount.objects.filter(user=row, provider=terms.code).exists():
        raise refusal("other-identity")
    identity = SocialAccount(user=row, provider=terms.code, uid=subject, extra_data={})
    rows.write(identity.save)
    _record(actor, "account.link_identity", account, after={"provider": terms.code})
    from compagnon.people.tasks import send_notice

    send_notice.enqueue(account.pk, notice="identity_linked")
    return identity


def _record(
    actor: Actor,
    verb: str,
    account: Account,
    *,
    before: journal.Values | None = None,
    after: journal.Values | None = None,
) -> None:
    journal.record(
        actor=actor,
        verb=verb,
        subject=account,
        organisation_id=account.person.organisation_id,
        before=before,
        after=after,
    )
