"""What being in a group of a directory gives, and that this alone is taken back."""

from __future__ import annotations

import pytest

from compagnon.people.models import (
    Directory,
    DirectoryGift,
    DirectoryLink,
    Membership,
    RoleAssignment,
)
from compagnon.people.services import directories, directory_links, persons, teams
from compagnon.people.tests import factories
from compagnon.people.tests.directories import (
    Book,
    person_of,
    previewed,
    steps,
    synchronised,
    told,
)
from compagnon.people.tests.factories import Cast, role, system

pytestmark = pytest.mark.django_db


def test_who_left_keeps_nothing_that_the_directory_gave(
    cast: Cast, found: Directory, book: Book
) -> None:
    """Opened again by hand, they would otherwise come back with the rights of their groups."""
    book.put("amel", groups=("g1",))
    book.put("bao", groups=("g1",))
    book.group("g1", "Support")
    role = factories.role(verbs={"ticket.view"})
    team = factories.team(cast.client_a)
    directories.add_rule(actor=system(), directory=found, group="Support", team=team)
    directories.add_rule(
        actor=system(), directory=found, group="Support", role=role, organisation=cast.client_a
    )
    synchronised(found)
    amel, bao = person_of("amel"), person_of("bao")
    gone = book.people.pop("amel")
    book.change("bao", is_disabled=True)
    book.put("chloe")
    run = synchronised(found)
    assert (run.counts["suspend"], run.counts["leave"], run.counts["take"]) == (2, 2, 2)
    assert run.losses == 2
    for one in (amel, bao):
        one.refresh_from_db()
        persons.reactivate(actor=system(), person=one)
        assert not one.role_assignments.exists()
        assert not one.teams.exists()
    assert not DirectoryGift.objects.exists()
    # Nothing more is to be done, until they return: then their groups count again.
    assert told(previewed(found)) == []
    book.people["amel"] = gone
    synchronised(found)
    assert set(amel.teams.all()) == {team}
    assert amel.role_assignments.get().role == role


def test_what_another_entry_gave_is_still_taken_back(
    cast: Cast, found: Directory, book: Book
) -> None:
    book.put("amel", groups=("g1",))
    book.put("autre", mail="")
    book.group("g1", "Support")
    team = factories.team(cast.client_a)
    directories.add_rule(actor=system(), directory=found, group="Support", team=team)
    synchronised(found)
    amel = person_of("amel")
    other = DirectoryLink.objects.get(stable_id="autre").person
    DirectoryLink.objects.filter(person=other).delete()
    book.people.pop("amel")
    directory_links.link(
        actor=system(), directory=found, person=amel, stable_id="autre", dn="uid=autre",
        login="autre",
    )  # fmt: skip
    synchronised(found)
    assert not amel.teams.exists()


def test_a_group_gives_and_takes_back_what_it_gave_alone(
    cast: Cast,
    found: Directory,
    book: Book,
) -> None:
    team = factories.team(cast.client_a, name="Support local")
    given = role(verbs={"person.view"})
    book.group("g1", "Support")
    book.put("amel", groups=("g1",))
    book.put("bao", groups=("g1",))
    directories.add_rule(actor=system(), directory=found, group="cn=SUPPORT, dc=exemple", team=team)
    directories.add_rule(
        actor=system(), directory=found, group="support", role=given, organisation=cast.client_a
    )
    run = synchronised(found)
    assert (run.counts["join"], run.counts["give"]) == (2, 2)
    amel, bao = person_of("amel"), person_of("bao")
    assert Membership.objects.filter(team=team).count() == 2
    assert RoleAssignment.objects.filter(role=given, organisation=cast.client_a).count() == 2
    # By hand, then also by the group: it stays when the group goes.
    by_hand = factories.team(cast.client_a, amel, name="À la main")
    directories.add_rule(actor=system(), directory=found, group="support", team=by_hand)
    synchronised(found)
    book.change("amel", groups=())
    run = synchronised(found)
    assert (run.counts["leave"], run.counts["take"]) == (1, 1)
    assert set(amel.teams.all()) == {by_hand}
    assert not RoleAssignment.objects.filter(person=amel).exists()
    assert set(bao.teams.all()) == {team, by_hand}


def test_a_group_of_another_name_is_told(found: Directory, book: Book) -> None:
    book.put("amel")
    book.group("g1", "Support")
    team = factories.team(found.organisation)
    directories.add_rule(actor=system(), directory=found, group="Suport", team=team)
    step = previewed(found).steps.get(action="conflict")
    assert (step.code, step.label) == ("no-group", "Suport")


def test_team_that_closed_is_told(cast: Cast, found: Directory, book: Book) -> None:
    team = factories.team(found.organisation)
    book.group("g1", "support")
    book.put("amel", groups=("g1",))
    directories.add_rule(actor=system(), directory=found, group="support", team=team)
    teams.change(actor=system(), team=team, changes={"is_active": False})
    assert steps(synchronised(found), "join") == [("amel", "conflict", "refused")]
