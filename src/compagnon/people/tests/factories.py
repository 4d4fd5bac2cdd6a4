"""Rows for tests, and the fixed cast that every room's tests play with.

Rows are written directly, so that a test of one service does not pass through ten others.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from compagnon.core.actor import Actor, Source
from compagnon.core.verbs import all_verbs
from compagnon.people import rules, standard_roles
from compagnon.people.models import (
    Account,
    ContactKind,
    ContactPoint,
    MailDomain,
    Membership,
    NameWord,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleAssignment,
    Site,
    Team,
)
from compagnon.people.queries import actor_for

PASSWORD = "Un-mot-de-passe-solide-42"
_numbers = itertools.count(1)


def system() -> Actor:
    """The program itself: may do everything."""
    return Actor.system("tests")


def organisation(
    name: str = "",
    *,
    parent: Organisation | None = None,
    kind: str = OrganisationKind.CLIENT,
    domains: tuple[str, ...] = (),
    **values: Any,
) -> Organisation:
    """An organisation, with its path and mail domains."""
    name = name or f"Organisation {next(_numbers)}"
    made = Organisation.objects.create(name=name, parent=parent, kind=kind, **values)
    made.path = rules.child_path(parent.path if parent else None, made.pk)
    made.save(update_fields=["path"])
    MailDomain.objects.bulk_create(MailDomain(organisation=made, name=one) for one in domains)
    return made


def site(organisation: Organisation, name: str = "", **values: Any) -> Site:
    """A site of the organisation."""
    name = name or f"Site {next(_numbers)}"
    return Site.objects.create(organisation=organisation, name=name, **values)


def person(
    organisation: Organisation,
    first_name: str = "",
    last_name: str = "",
    *,
    email: str | None = None,
    **values: Any,
) -> Person:
    """A person with a mail address (``email=""``: without) and no account."""
    number = next(_numbers)
    first_name, last_name = first_name or f"Prénom{number}", last_name or f"Nom{number}"
    made = Person.objects.create(
        organisation=organisation,
        first_name=first_name,
        last_name=last_name,
        search_name=rules.search_name(first_name, last_name),
        **values,
    )
    NameWord.objects.bulk_create(
        NameWord(person=made, word=word) for word in rules.words(f"{last_name} {first_name}")
    )
    if email is None:
        email = f"{rules.fold(first_name)}.{rules.fold(last_name)}.{number}@example.org"
    if email:
        contact(made, email)
    return made


def contact(
    person: Person, value: str, *, kind: str = ContactKind.EMAIL, primary: bool = True
) -> ContactPoint:
    """A contact point; the value is taken as normalised."""
    return ContactPoint.objects.create(person=person, kind=kind, value=value, is_primary=primary)


def account(person: Person, *, password: str = PASSWORD, email: str = "") -> Account:
    """An account that signs in with the person's mail address and :data:`PASSWORD`."""
    point = person.contact_points.filter(kind=ContactKind.EMAIL).first()
    made = Account(person=person, email=email or (point.value if point else f"p{person.pk}@x.fr"))
    made.set_password(password)
    made.save()
    return made


def team(
    organisation: Organisation, *members: Person, name: str = "", level: int = 1, **values: Any
) -> Team:
    """A team with these members."""
    made = Team.objects.create(
        organisation=organisation, name=name or f"Équipe {next(_numbers)}", level=level, **values
    )
    Membership.objects.bulk_create(Membership(team=made, person=one) for one in members)
    return made


def role(code: str = "", *, verbs: frozenset[str] | set[str] | None = None, name: str = "") -> Role:
    """A standard role by its code, or one with these verbs."""
    if verbs is None and code in standard_roles.BY_CODE:
        standard = standard_roles.BY_CODE[code]
        held = standard.verbs
        if held is None:
            held = frozenset(verb.name for verb in all_verbs())
        defaults = {"name": standard.name, "verbs": sorted(held)}
        return Role.objects.get_or_create(code=code, defaults=defaults)[0]
    code = code or f"role-{next(_numbers)}"
    return Role.objects.create(code=code, name=name or code, verbs=sorted(verbs or ()))


def grant(person: Person, role: Role, organisation: Organisation) -> RoleAssignment:
    """The role, held by the person on the organisation and below."""
    return RoleAssignment.objects.create(person=person, role=role, organisation=organisation)


def actor(person: Person, *, source: Source = Source.PAGE) -> Actor:
    """The actor that the person is now: build it again after a change of roles or teams."""
    return actor_for(person, source=source)


@dataclass(frozen=True)
class Cast:
    """A provider and two clients below it; everybody has an account."""

    provider: Organisation
    client_a: Organisation
    client_b: Organisation
    site_a: Site
    level_1: Team
    level_2: Team
    administrator: Person
    supervisor: Person
    technician: Person
    expert: Person
    user: Person
    colleague: Person
    representative: Person
    outsider: Person


def cast() -> Cast:
    """The fixed small cast.

    On the provider (the root, so everywhere): ``administrator``, ``supervisor``, ``technician``
    (team ``level_1``), ``expert`` (technician, team ``level_2``). At client A: ``user``,
    ``colleague``, ``representative``. At client B: ``outsider``.
    """
    provider = organisation("Assistance", kind=OrganisationKind.PROVIDER)
    client_a = organisation("Client A", parent=provider, domains=("client-a.example",))
    client_b = organisation("Client B", parent=provider, domains=("client-b.example",))
    site_a = site(client_a, "Siège")

    def somebody(
        first: str, last: str, where: Organisation, email: str, role_code: str, **values: Any
    ) -> Person:
        made = person(where, first, last, email=email, **values)
        account(made)
        grant(made, role(role_code), where)
        return made

    administrator = somebody(
        "Ada", "Lebrun", provider, "ada@assistance.example", standard_roles.ADMINISTRATOR
    )
    supervisor = somebody(
        "Simone", "Vasseur", provider, "simone@assistance.example", standard_roles.SUPERVISOR
    )
    technician = somebody(
        "Théo", "Martin", provider, "theo@assistance.example", standard_roles.TECHNICIAN
    )
    expert = somebody(
        "Elsa", "Noël", provider, "elsa@assistance.example", standard_roles.TECHNICIAN
    )
    user = somebody(
        "Ursule",
        "Petit",
        client_a,
        "ursule@client-a.example",
        standard_roles.REQUESTER,
        site=site_a,
    )
    colleague = somebody(
        "Colin", "Roux", client_a, "colin@client-a.example", standard_roles.REQUESTER
    )
    representative = somebody(
        "Renée", "Blanc", client_a, "renee@client-a.example", standard_roles.REPRESENTATIVE
    )
    outsider = somebody(
        "Oscar", "Faure", client_b, "oscar@client-b.example", standard_roles.REQUESTER
    )
    return Cast(
        provider=provider,
        client_a=client_a,
        client_b=client_b,
        site_a=site_a,
        level_1=team(provider, technician, name="Niveau 1", level=1, manager=supervisor),
        level_2=team(provider, expert, name="Niveau 2", level=2, manager=supervisor),
        administrator=administrator,
        supervisor=supervisor,
        technician=technician,
        expert=expert,
        user=user,
        colleague=colleague,
        representative=representative,
        outsider=outsider,
    )
