"""The contract, on two tables of people: proof that it holds, and of what it asks."""

from __future__ import annotations

from typing import Any

from compagnon.core.crud.tests.contract import ReadingContract, ResourceContract
from compagnon.core.crud.tests.sample import PERSONS, SITES, TEAMS
from compagnon.people.tests import factories


class TestSites(ResourceContract):
    resource = SITES
    api_root = "/api/samples"
    changed = {"name": "Brest", "address": "2, rue du Port"}
    invalid = {"name": ""}

    def make(self, organisation: Any, number: int) -> Any:
        return factories.site(organisation, f"Site {number:03}")

    def values(self, organisation: Any) -> dict[str, Any]:
        return {
            "organisation": organisation.pk,
            "name": "Nantes",
            "address": "1, quai de la Fosse",
            "time_zone": "Europe/Paris",
        }


class TestTeams(ResourceContract):
    resource = TEAMS
    also = ("person.view",)
    api_root = "/api/samples"
    changed = {"name": "Réseau", "level": 3}
    invalid = {"level": 4}

    def make(self, organisation: Any, number: int) -> Any:
        manager = factories.person(organisation)
        return factories.team(organisation, name=f"Équipe {number:03}", manager=manager)

    def values(self, organisation: Any) -> dict[str, Any]:
        return {"organisation": organisation.pk, "name": "Nuit", "level": 2, "is_active": True}


class TestPersons(ReadingContract):
    resource = PERSONS
    api_root = "/api/samples"

    def make(self, organisation: Any, number: int) -> Any:
        return factories.person(organisation, "Léa", f"Marchand{number:03}")
