"""The declared tables: pages, API, journal, by the inherited contracts."""

from __future__ import annotations

from typing import Any

from compagnon.core.crud.tests.contract import Contract, ReadingContract, ResourceContract
from compagnon.people.models import Organisation, Person, Site, Team
from compagnon.people.resources import PERSONS, SITES, TEAMS
from compagnon.people.tests import factories as f


class OwnDetail(Contract):
    """Tables whose page of one row is the room's own: who may not see the row finds nothing."""

    def test_without_the_verb_nothing_is_shown(
        self, cast: Any, signed_in: Any, own: list[Any]
    ) -> None:
        client = signed_in(cast.client_a)
        for url in (self.url("list"), self.url("export"), self.api_url()):
            assert client.get(url).status_code == 403
        assert client.get(self.url("detail", own[0])).status_code == 404
        assert client.get(self.api_url(own[0])).status_code in {403, 404}


class TestSites(ResourceContract):
    resource = SITES
    changed = {"name": "Brest", "address": "2 quai Est"}
    invalid = {"name": ""}

    def make(self, organisation: Organisation, number: int) -> Site:
        return f.site(organisation, f"Site {number:02}")

    def values(self, organisation: Organisation) -> dict[str, Any]:
        return {
            "organisation": organisation.pk,
            "name": "Nantes",
            "address": "1 rue Haute",
            "access": "",
            "time_zone": "Europe/Paris",
        }


class TestTeams(OwnDetail, ResourceContract):
    resource = TEAMS
    changed = {"name": "Réseau", "level": 3}
    invalid = {"name": ""}

    def make(self, organisation: Organisation, number: int) -> Team:
        return f.team(organisation, name=f"Équipe {number:02}")

    def values(self, organisation: Organisation) -> dict[str, Any]:
        return {
            "organisation": organisation.pk,
            "name": "Proximité",
            "level": 1,
            "is_active": True,
        }


class TestPersons(OwnDetail, ReadingContract):
    resource = PERSONS

    def make(self, organisation: Organisation, number: int) -> Person:
        return f.person(organisation, "Anne", f"Nom{number:02}")
