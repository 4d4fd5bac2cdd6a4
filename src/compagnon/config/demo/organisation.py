"""Making the provider, the client and the supplier: every row through the services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password

from compagnon.config.demo import data
from compagnon.config.demo.accounts import PASSWORD
from compagnon.config.demo.world import Place, Queue, Technician, User, World
from compagnon.contracts.models import RequestKind, Service
from compagnon.contracts.services import catalogue
from compagnon.core.actor import Actor
from compagnon.core.crud import services as crud
from compagnon.desk.models import Category
from compagnon.desk.resources import CATEGORIES, MAILBOXES
from compagnon.people import rules
from compagnon.people.models import Account as SignIn
from compagnon.people.models import Organisation, OrganisationKind, Person, Role, Site, Team
from compagnon.people.resources import SITES
from compagnon.people.services import (
    accounts,
    bootstrap,
    contact_points,
    organisations,
    persons,
    roles,
    teams,
)

SECRETARY = "reception"
SECRETARY_VERBS = ("person.view", "ticket.view", "ticket.open", "ticket.note", "contract.view")
EASES = {"N": "novice", "U": "usual", "E": "expert"}


@dataclass(slots=True)
class Parties:
    """The rows that contracts are between."""

    provider: Organisation
    client: Organisation
    supplier: Organisation
    teams: dict[str, Team] = field(default_factory=dict)


def build(actor: Actor, rng: Random) -> tuple[World, Parties]:
    """Make the organisations with their people, teams, categories, catalogue and mailboxes.

    Args:
        actor: the program itself.
        rng: gives telephone numbers and habits; seeded, always the same.
    """
    source = data.organisation()
    world = World()
    bootstrap.ensure_roles(actor=actor)
    roles.create(actor=actor, code=SECRETARY, name="Accueil et secrétariat", verbs=SECRETARY_VERBS)
    given = Role.objects.in_bulk(field_name="code")
    found = source["provider"]
    provider = bootstrap.ensure_provider(actor=actor, name=found["name"])
    organisations.set_domains(actor=actor, organisation=provider, domains=[found["domain"]])
    agency = _site(actor, provider, name=found["site"], address=found["address"])
    parties = Parties(
        provider=provider,
        client=organisations.create(
            actor=actor,
            name=source["client"]["name"],
            parent=provider,
            domains=[source["client"]["domain"]],
        ),
        supplier=organisations.create(
            actor=actor,
            name=source["supplier"]["name"],
            parent=provider,
            kind=OrganisationKind.PROVIDER,
            domains=[source["supplier"]["domain"]],
        ),
    )
    _staff(actor, world, parties, agency=agency, given=given, rng=rng)
    _clients(actor, world, parties.client, given, rng)
    _one_password()
    _categories(actor, world, parties)
    _catalogue(actor, world, parties)
    _mailboxes(actor, world, parties)
    return world, parties


def _site(actor: Actor, organisation: Organisation, **values: Any) -> Site:
    values["organisation"] = organisation
    made: Any = crud.create(actor=actor, resource=SITES, values=values)
    return made  # type: ignore[no-any-return]


def _number(rng: Random, start: str) -> str:
    return f"{start} {rng.randrange(10, 100)} {rng.randrange(10, 100)}"


def _person(
    actor: Actor, where: Organisation, site: Site, first: str, last: str, **values: Any
) -> tuple[Person, str]:
    domain = where.mail_domains.get().name
    local = rules.fold(f"{first}.{last}").replace(" ", "").replace("'", "")
    address = f"{local}@{domain}"
    made = persons.create(
        actor=actor,
        organisation=where,
        site=site,
        first_name=first,
        last_name=last,
        email=address,
        **values,
    )
    return made, address


def _sign_in(actor: Actor, person: Person, role: Role, where: Organisation) -> None:
    accounts.create(actor=actor, person=person)
    roles.give(actor=actor, role=role, person=person, organisation=where)


def _one_password() -> None:
    # The one password that everybody is told: hashing it fifty times would prove nothing.
    SignIn.objects.update(password=make_password(PASSWORD))


def _staff(
    actor: Actor,
    world: World,
    parties: Parties,
    *,
    agency: Site,
    given: dict[str, Role],
    rng: Random,
) -> None:
    source, provider = data.organisation(), parties.provider
    members: dict[str, list[Technician]] = {each["key"]: [] for each in source["teams"]}
    rows: dict[str, list[Person]] = {key: [] for key in members}
    chief: Person | None = None
    for found in source["staff"]:
        person, _address = _person(
            actor,
            provider,
            agency,
            found["first"],
            found["last"],
            job_title=found["job"],
            phone=_number(rng, "01 99 00"),
            ease="expert" if found["role"] != SECRETARY else "usual",
        )
        _sign_in(actor, person, given[found["role"]], provider)
        if found["role"] == "supervisor":
            chief, world.supervisor = person, person.pk
        elif found["role"] == SECRETARY:
            world.secretary = person.pk
        if key := found.get("team"):
            rows[key].append(person)
            if found["role"] != "supervisor":
                trainee = found["role"] == "trainee"
                members[key].append(
                    Technician(person.pk, found["first"], str(person), key, trainee)
                )
    for each in source["teams"]:
        team = teams.create(
            actor=actor,
            organisation=provider,
            name=each["name"],
            level=each["level"],
            manager=chief,
        )
        parties.teams[each["key"]] = team
        for person in rows[each["key"]]:
            teams.add_member(actor=actor, team=team, person=person)
        world.teams[each["key"]] = Queue(team.pk, each["level"], tuple(members[each["key"]]))


def _clients(
    actor: Actor, world: World, client: Organisation, given: dict[str, Role], rng: Random
) -> None:
    source = data.organisation()
    places: dict[str, tuple[Place, Site]] = {}
    for found in source["client"]["sites"]:
        site = _site(
            actor,
            client,
            name=found["name"],
            address=found["address"],
            access=found["access"],
        )
        place = Place(
            site.pk,
            found["code"],
            found["name"].partition(" ")[0],
            tuple(found["rooms"]),
            tuple(found["printers"]),
            tuple(found["floors"]),
        )
        places[found["code"]] = (place, site)
    for rank, found in enumerate(source["people"], 1):
        made = _user(actor, client, places, found, given=given, rng=rng, rank=rank)
        world.users.append(made)


def _user(
    actor: Actor,
    client: Organisation,
    places: dict[str, tuple[Place, Site]],
    found: dict[str, Any],
    *,
    given: dict[str, Role],
    rng: Random,
    rank: int,
) -> User:
    first, last, job, department, code, ease, voice = found["who"].split("|")
    place, site = places[code]
    person, address = _person(
        actor,
        client,
        site,
        first,
        last,
        job_title=job,
        phone=_number(rng, "04 65 71" if code == "LYO" else "02 61 91"),
        language="en" if found.get("english") else "fr",
        ease=EASES[ease],
        is_vip=found.get("vip", False),
    )
    if rng.random() < 0.4:
        contact_points.add(
            actor=actor, person=person, kind="mobile", value=_number(rng, "06 39 98")
        )
    _sign_in(actor, person, given[found.get("role", "requester")], client)
    return User(
        id=person.pk,
        first=first,
        last=last,
        address=address,
        department=department,
        job=job,
        place=place,
        voice=voice,
        computer=f"PC-{code}-{100 + rank * 3:04d}",
        extension=str(2000 + rank * 7),
        # A few people ask for half of everything.
        weight=round(rng.lognormvariate(0, 0.7), 2),
        english=found.get("english", False),
        alerts=found.get("alerts", False),
    )


def _categories(actor: Actor, world: World, parties: Parties) -> None:
    rows: dict[str, Category] = {}
    for key, (name, name_en, team) in data.organisation()["categories"].items():
        parent = rows.get(key.rpartition(".")[0])
        chosen = parties.teams[team] if team else (parent.team if parent else None)
        values = {"parent": parent, "name": name, "name_en": name_en, "team": chosen}
        rows[key] = crud.create(actor=actor, resource=CATEGORIES, values=values)
        world.categories[key] = rows[key].pk


def _catalogue(actor: Actor, world: World, parties: Parties) -> None:
    rows: dict[str, Service] = {}
    source = data.organisation()
    for key, (name, name_en, team, description) in source["services"].items():
        rows[key] = catalogue.create_service(
            actor=actor,
            values={
                "code": key,
                "name_fr": name,
                "name_en": name_en,
                "description_fr": description,
                "support_team": parties.teams[team],
            },
        )
        world.services[key] = rows[key].pk
    for key, service, name, name_en, kind in _request_types(source):
        made = catalogue.create_request_type(
            actor=actor,
            values={
                "service": rows[service],
                "name_fr": name,
                "name_en": name_en,
                "kind": kind,
            },
        )
        world.requests[key] = made.pk


def _request_types(source: dict[str, Any]) -> Iterator[tuple[str, str, str, str, RequestKind]]:
    for key in source["services"]:
        yield f"fault:{key}", key, "Signaler une panne", "Report a fault", RequestKind.INCIDENT
    for key, (service, name, name_en) in source["requests"].items():
        yield key, service, name, name_en, RequestKind.SERVICE_REQUEST


def _mailboxes(actor: Actor, world: World, parties: Parties) -> None:
    source = data.organisation()
    for domain, local, where, language in (
        (source["provider"]["domain"], "support", parties.provider, "fr"),
        (source["client"]["domain"], "assistance", parties.client, "fr"),
        (source["client"]["domain"], "helpdesk", parties.client, "en"),
    ):
        values = {
            "address": f"{local}@{domain}",
            "name": source["provider"]["name"],
            "organisation": where,
            "team": parties.teams["desk"],
            "language": language,
            "signature": f"{source['provider']['name']} · 01 99 00 12 00",
        }
        made: Any = crud.create(actor=actor, resource=MAILBOXES, values=values)
        if local == "assistance":
            world.mailbox = made.pk
