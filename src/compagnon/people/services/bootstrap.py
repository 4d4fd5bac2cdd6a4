"""What an empty database needs: the roles that ship, the provider, a first administrator."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, NotFound
from compagnon.core.services import service
from compagnon.core.verbs import all_verbs
from compagnon.people import policies, rules, standard_roles
from compagnon.people.models import Account, Organisation, OrganisationKind, Role, RoleAssignment
from compagnon.people.queries import person_by_email
from compagnon.people.services import (
    accounts,
    directory_links,
    organisations,
    persons,
    roles,
    rows,
    sessions,
)


@service("role.manage")
def ensure_roles(*, actor: Actor) -> list[Role]:
    """Write the standard roles as this version ships them, and give those that it altered.

    A role that somebody changed here is left alone; the administrator's always holds every
    declared verb.

    Raises:
        Refused: the actor does not manage roles everywhere.
    """
    policies.check(actor, "role.manage", None)
    altered = []
    for standard in standard_roles.STANDARD:
        verbs = standard.verbs
        if verbs is None:
            verbs = frozenset(verb.name for verb in all_verbs())
        role = Role.objects.select_for_update().filter(code=standard.code).first()
        if role is None:
            role = Role(code=standard.code, name=standard.name)
        elif role.verbs == sorted(verbs) or (role.is_customised and standard.verbs is not None):
            continue
        before = list(role.verbs)
        role.verbs = sorted(verbs)
        rows.keep(role)
        altered.append(role)
        journal.record(
            actor=actor,
            verb="role.ship",
            subject=role,
            before={"verbs": before},
            after={"verbs": role.verbs},
        )
    return altered


@service("organisation.manage")
def ensure_provider(*, actor: Actor, name: str = "") -> Organisation:
    """Give the provider of support at the top of the tree, made now if there is none.

    Raises:
        Refused: the actor does not manage organisations everywhere.
    """
    found = organisations.provider_root()
    if found is not None:
        return found
    made = organisations.create(
        actor=actor, name=name or str(_("Support centre")), kind=OrganisationKind.PROVIDER
    )
    # Mail may have come before anybody was there to answer it.
    orphan = Organisation.objects.filter(code=organisations.UNKNOWN_SENDERS, parent=None).first()
    if orphan is not None:
        organisations.move(actor=actor, organisation=orphan, parent=made)
    return made


@service("role.manage")
def create_administrator(
    *,
    actor: Actor,
    email: str,
    name: str,
    password: str,
    organisation: Organisation | None = None,
) -> Account:
    """Make an account that may do everything, on the provider unless told otherwise.

    A person who has the address already becomes an administrator and gets an account.

    Raises:
        Conflict: there is an account with that address.
        Invalid: the address or the password is not valid.
        Refused: the actor may not.
    """
    ensure_roles(actor=actor)
    where = organisation or ensure_provider(actor=actor)
    if Account.objects.filter(email=rules.normal_email(email) or "").exists():
        raise Conflict(
            _("There is an account with this address: use --reset to give it back its rights.")
        )
    person = person_by_email(email)
    if person is None:
        first, last = rules.split_name(name or rules.name_from_address(email))
        person = persons.create(
            actor=actor, organisation=where, first_name=first, last_name=last, email=email
        )
    account = accounts.create(actor=actor, person=person, email=email, password=password)
    _make_administrator(actor, account, where)
    return account


@service("role.manage")
def restore_administrator(*, actor: Actor, email: str, password: str) -> Account:
    """Give an administrator who is shut out their way in: new password, no second factor, open.

    Raises:
        NotFound: there is no account with that address.
        Invalid: the password is too weak.
        Refused: the actor may not.
    """
    ensure_roles(actor=actor)
    account = Account.objects.filter(email=rules.normal_email(email) or "").first()
    if account is None:
        raise NotFound(_("There is no account with this address."))
    persons.reactivate(actor=actor, person=account.person)
    accounts.reactivate(actor=actor, account=account)
    # The way in when the directory is away, or gone.
    directory_links.let_in_locally(actor=actor, account=account)
    accounts.set_password(actor=actor, account=account, password=password)
    sessions.forget_second_factor(account)
    _make_administrator(actor, account, ensure_provider(actor=actor))
    account.refresh_from_db()
    return account


def _make_administrator(actor: Actor, account: Account, where: Organisation) -> RoleAssignment:
    role = Role.objects.get(code=standard_roles.ADMINISTRATOR)
    return roles.give(actor=actor, role=role, person=account.person, organisation=where)
