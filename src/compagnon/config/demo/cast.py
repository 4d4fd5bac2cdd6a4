"""The demonstration's people by their last name, each acting with their own rights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from compagnon.config.demo.organisation import Parties
from compagnon.config.demo.pen import Times
from compagnon.config.demo.world import World
from compagnon.contracts.models import RequestType, Service
from compagnon.core.actor import Actor, Source
from compagnon.desk.models import Category
from compagnon.people.models import Person
from compagnon.people.queries import actor_for


@dataclass
class Cast:
    """Who plays: the world's keys as rows, and actors as the demonstration's own door."""

    world: World
    parties: Parties
    times: Times

    @cached_property
    def people(self) -> dict[str, Person]:
        """Everybody by their last name."""
        rows = Person.objects.filter(
            organisation__in=[self.parties.provider, self.parties.client]
        ).order_by("-pk")
        return {row.last_name: row for row in rows}

    @cached_property
    def _actors(self) -> dict[int, Actor]:
        return {}

    def actor(self, last_name: str) -> Actor:
        """Give somebody as actor."""
        person = self.people[last_name]
        if person.pk not in self._actors:
            self._actors[person.pk] = actor_for(person, source=Source.DEMO)
        return self._actors[person.pk]

    @property
    def technicians(self) -> list[Person]:
        """Give who works on tickets, by their teams."""
        keys = {each.id for team in self.world.teams.values() for each in team.members}
        return [row for row in self.people.values() if row.pk in keys]

    def category(self, key: str) -> Category | None:
        """Give a category by its key; nothing for none."""
        return Category.objects.get(pk=self.world.categories[key]) if key else None

    def service(self, key: str) -> Service | None:
        """Give a service of the catalogue by its key; nothing for none."""
        return Service.objects.get(pk=self.world.services[key]) if key else None

    def request(self, key: str) -> RequestType | None:
        """Give a kind of request by its key; nothing for none."""
        return RequestType.objects.get(pk=self.world.requests[key]) if key else None
