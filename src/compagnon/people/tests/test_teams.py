"""Teams and their members."""

from __future__ import annotations

import pytest

from compagnon.core.errors import Conflict, Invalid, Refused, Stale
from compagnon.people.services import persons, teams
from compagnon.people.tests import factories as f


def test_create_join_leave(cast: f.Cast) -> None:
    actor = f.actor(cast.supervisor)
    team = teams.create(
        actor=actor, organisation=cast.provider, name="Réseau", level=3, manager=cast.supervisor
    )
    teams.add_member(actor=actor, team=team, person=cast.expert)
    teams.add_member(actor=actor, team=team, person=cast.expert)
    assert list(team.members.all()) == [cast.expert]
    assert team.pk in f.actor(cast.expert).scope.team_ids
    teams.remove_member(actor=actor, team=team, person=cast.expert)
    teams.remove_member(actor=actor, team=team, person=cast.expert)
    assert not team.members.exists()


def test_change_and_close(cast: f.Cast) -> None:
    actor = f.actor(cast.supervisor)
    changed = teams.change(
        actor=actor, team=cast.level_1, changes={"level": 2, "name": "Proximité"},
        expected_version=1,
    )  # fmt: skip
    assert (changed.level, changed.version) == (2, 2)
    teams.change(actor=actor, team=cast.level_1, changes={"is_active": False})
    cast.level_1.refresh_from_db()
    with pytest.raises(Conflict):
        teams.add_member(actor=actor, team=cast.level_1, person=cast.expert)


def test_refusals(cast: f.Cast) -> None:
    technician = f.actor(cast.technician)
    with pytest.raises(Refused):
        teams.create(actor=technician, organisation=cast.provider, name="Mienne")
    with pytest.raises(Refused):
        teams.add_member(actor=technician, team=cast.level_2, person=cast.technician)
    with pytest.raises(Refused):
        teams.remove_member(actor=technician, team=cast.level_1, person=cast.technician)
    with pytest.raises(Refused):
        teams.change(actor=technician, team=cast.level_1, changes={"name": "Mienne"})
    with pytest.raises(Invalid):
        teams.create(actor=f.system(), organisation=cast.provider, name="Haut", level=4)
    with pytest.raises(Invalid):
        teams.create(actor=f.system(), organisation=cast.provider, name="Niveau 1")
    with pytest.raises(Stale):
        teams.change(
            actor=f.system(), team=cast.level_1, changes={"name": "Autre"}, expected_version=7
        )
    persons.deactivate(actor=f.system(), person=cast.expert)
    cast.expert.refresh_from_db()
    with pytest.raises(Conflict):
        teams.add_member(actor=f.system(), team=cast.level_1, person=cast.expert)
