"""Many clients and technicians around the demonstration's: as many as the tickets need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from compagnon.config.demo import contracts, organisation
from compagnon.config.demo.organisation import Parties
from compagnon.config.demo.world import Queue, Technician, User, World
from compagnon.contracts.clock.calendars import Calendar
from compagnon.core.actor import Actor
from compagnon.core.loading import Bulk
from compagnon.people import rules
from compagnon.people.models import (
    ContactKind,
    ContactPoint,
    Membership,
    NameWord,
    Organisation,
    OrganisationKind,
    Person,
    Site,
)
from compagnon.people.services import organisations

TICKETS_A_CLIENT = 2_000
PEOPLE_A_CLIENT = 40
TICKETS_A_TECHNICIAN = 2_500
SYLLABLES = ("ba", "cor", "dan", "fel", "gri", "lou", "mar", "nor", "pel", "ris", "tan", "ver")
FIRST_NAMES = ("Alix", "Bilal", "Cléo", "Dorian", "Elsa", "Farid", "Gwen", "Ilan", "Jade", "Léo")
VOICES = ("careful", "hurried", "chatty", "plain", "shouting")


@dataclass(frozen=True, slots=True)
class Scene:
    """What the bench plays in."""

    world: World
    office: Calendar
    parties: Parties


def build(actor: Actor, rng: Random, *, tickets: int, since: date) -> Scene:
    """Make the demonstration's world, then clients and technicians for so many tickets."""
    world, parties = organisation.build(actor, rng)
    office = contracts.build(actor, world, parties, since=since)
    group = organisations.create(
        actor=actor, name="Clients du banc d’essai", parent=parties.provider
    )
    contracts.sla(actor, world, parties, client=group, since=since)
    bulk = Bulk(Organisation, Site, Person, ContactPoint, NameWord, Membership)
    _technicians(bulk, rng, world, parties, max(0, tickets // TICKETS_A_TECHNICIAN - 9))
    for rank in range(max(1, tickets // TICKETS_A_CLIENT)):
        _client(bulk, rng, world, group, rank)
    bulk.flush()
    bulk.give_back()
    return Scene(world, office, parties)


def _name(rng: Random) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(3)).capitalize()


def _person(
    bulk: Bulk, first: str, last: str, organisation_id: int, address: str, **values: object
) -> int:
    folded = rules.search_name(first, last)
    key = bulk.add(
        Person,
        organisation_id=organisation_id,
        first_name=first,
        last_name=last,
        search_name=folded,
        origin="demo",
        **values,
    )
    bulk.add(
        ContactPoint, person_id=key, kind=ContactKind.EMAIL.value, value=address, is_primary=True
    )
    for word in rules.words(folded):
        bulk.add(NameWord, person_id=key, word=word)
    return key


def _client(bulk: Bulk, rng: Random, world: World, group: Organisation, rank: int) -> None:
    key = bulk.key(Organisation)
    name = f"{_name(rng)} {rank + 1}"
    bulk.add(
        Organisation,
        id=key,
        parent_id=group.pk,
        kind=OrganisationKind.CLIENT.value,
        name=name,
        path=rules.child_path(group.path, key),
    )
    site_id = bulk.add(Site, organisation_id=key, name="Siège")
    place = world.users[0].place
    for each in range(PEOPLE_A_CLIENT):
        first, last = rng.choice(FIRST_NAMES), _name(rng)
        address = f"p{each}@client{rank}.example"
        person_id = _person(bulk, first, last, key, address, site_id=site_id)
        world.users.append(
            User(
                id=person_id,
                first=first,
                last=last,
                address=address,
                department="commerce",
                job="Assistant",
                place=place,
                voice=rng.choice(VOICES),
                computer=f"PC-{rank:03d}-{each:04d}",
                extension=str(3000 + each),
                weight=round(rng.lognormvariate(0, 0.7), 2),
            )
        )


def _technicians(bulk: Bulk, rng: Random, world: World, parties: Parties, count: int) -> None:
    found: dict[str, list[Technician]] = {key: [] for key in world.teams}
    keys = ["desk", "desk", "systems", "experts"]
    for rank in range(count):
        key = keys[rank % len(keys)]
        first, last = rng.choice(FIRST_NAMES), _name(rng)
        address = f"t{rank}@compagnon-assistance.example"
        person_id = _person(bulk, first, last, parties.provider.pk, address)
        bulk.add(Membership, team_id=world.teams[key].id, person_id=person_id)
        found[key].append(Technician(person_id, first, f"{first} {last}", key))
    for key, members in found.items():
        queue = world.teams[key]
        world.teams[key] = Queue(queue.id, queue.level, (*queue.members, *members))
