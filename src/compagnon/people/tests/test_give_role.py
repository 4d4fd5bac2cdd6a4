"""Giving roles and taking them away: nobody gives what they do not hold."""

from __future__ import annotations

import pytest
from django.db import connection

from compagnon.core import journal
from compagnon.core.errors import Conflict, Refused
from compagnon.people import standard_roles as standard
from compagnon.people.errors import Escalation, LastAdministrator
from compagnon.people.models import Organisation, Person, RoleAssignment
from compagnon.people.services import persons, roles
from compagnon.people.tests import factories as f


def chief(where: Organisation, *verbs: str) -> Person:
    """Somebody who gives roles on one organisation and holds these verbs there."""
    person = f.person(where)
    f.grant(person, f.role(verbs={"role.manage", *verbs}), where)
    return person


def test_give_and_take_away(cast: f.Cast) -> None:
    actor = f.actor(cast.administrator)
    role = f.role(standard.TECHNICIAN)
    given = roles.give(actor=actor, role=role, person=cast.user, organisation=cast.client_a)
    assert f.actor(cast.user).scope.allows("ticket.view", cast.client_a.pk)
    assert not f.actor(cast.user).scope.allows("ticket.view", cast.client_b.pk)
    again = roles.give(actor=actor, role=role, person=cast.user, organisation=cast.client_a)
    assert again == given
    roles.take_away(actor=actor, assignment=given)
    assert not f.actor(cast.user).scope.allows("ticket.view", cast.client_a.pk)
    assert [entry.verb for entry in journal.history(cast.user)] == ["role.give", "role.take_away"]


def test_a_chief_of_one_client_gives_there_what_they_hold(cast: f.Cast) -> None:
    actor = f.actor(chief(cast.client_a, "person.view"))
    seer = f.role(verbs={"person.view"})
    assert roles.give(actor=actor, role=seer, person=cast.user, organisation=cast.client_a)
    for where in (cast.client_b, cast.provider):
        with pytest.raises(Refused):
            roles.give(actor=actor, role=seer, person=cast.user, organisation=where)


def test_nobody_gives_what_they_do_not_hold(cast: f.Cast) -> None:
    actor = f.actor(chief(cast.client_a, "person.view"))
    for code in (standard.ADMINISTRATOR, standard.TECHNICIAN):
        with pytest.raises(Escalation):
            roles.give(actor=actor, role=f.role(code), person=cast.user, organisation=cast.client_a)
    with pytest.raises(Refused):
        roles.give(
            actor=f.actor(cast.supervisor),
            role=f.role(standard.TECHNICIAN),
            person=cast.supervisor,
            organisation=cast.provider,
        )


def test_nobody_takes_away_what_they_do_not_hold(cast: f.Cast) -> None:
    actor = f.actor(chief(cast.provider, "person.view"))
    given = RoleAssignment.objects.get(person=cast.supervisor)
    with pytest.raises(Escalation):
        roles.take_away(actor=actor, assignment=given)
    assert RoleAssignment.objects.filter(pk=given.pk).exists()


def test_the_last_administrator_stays(cast: f.Cast) -> None:
    actor = f.actor(cast.administrator)
    given = RoleAssignment.objects.get(person=cast.administrator)
    with pytest.raises(LastAdministrator):
        roles.take_away(actor=actor, assignment=given)
    # An administrator of one client, or one without an account, does not replace the last.
    role = f.role(standard.ADMINISTRATOR)
    roles.give(actor=actor, role=role, person=cast.user, organisation=cast.client_a)
    roles.give(actor=actor, role=role, person=f.person(cast.provider), organisation=cast.provider)
    with pytest.raises(LastAdministrator):
        roles.take_away(actor=actor, assignment=given)
    roles.give(actor=actor, role=role, person=cast.supervisor, organisation=cast.provider)
    roles.take_away(actor=actor, assignment=given)
    assert not RoleAssignment.objects.filter(pk=given.pk).exists()


def test_two_administrators_cannot_remove_each_other_at_once(transactional_db: None) -> None:
    from concurrent.futures import ThreadPoolExecutor

    cast = f.cast()
    role = f.role(standard.ADMINISTRATOR)
    mine = RoleAssignment.objects.get(person=cast.administrator)
    theirs = f.grant(cast.supervisor, role, cast.provider)

    def remove(assignment: RoleAssignment) -> str:
        try:
            roles.take_away(actor=f.system(), assignment=assignment)
        except LastAdministrator:
            return "refused"
        finally:
            connection.close()
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        outcome = sorted(pool.map(remove, (mine, theirs)))
    assert outcome == ["refused", "removed"]


def test_nothing_is_given_to_who_has_left(cast: f.Cast) -> None:
    left = persons.deactivate(actor=f.system(), person=cast.colleague)
    with pytest.raises(Conflict):
        roles.give(
            actor=f.system(),
            role=f.role(standard.TECHNICIAN),
            person=left,
            organisation=cast.client_a,
        )
