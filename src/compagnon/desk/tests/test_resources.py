"""The settings that are just kept, by the inherited contract."""

from __future__ import annotations

from typing import Any

import pytest

from compagnon.core.actor import Actor
from compagnon.core.crud.tests.contract import ResourceContract
from compagnon.core.errors import Invalid, Refused
from compagnon.desk.models import Mailbox, OrganisationRules
from compagnon.desk.resources import MAILBOXES
from compagnon.desk.services.settings import change_category, create_category, set_rules
from compagnon.desk.tests import factories
from compagnon.people.models import Organisation
from compagnon.people.tests.factories import Cast, actor


class TestMailboxes(ResourceContract):
    resource = MAILBOXES
    changed = {"name": "Assistance bis", "unknown_sender": "quarantine"}
    invalid = {"unknown_sender": "perhaps"}

    def make(self, organisation: Organisation, number: int) -> Mailbox:
        return factories.mailbox(organisation, f"boite{number:03}@assistance.example")

    def values(self, organisation: Organisation) -> dict[str, Any]:
        return {
            "organisation": organisation.pk,
            "address": "nouvelle@assistance.example",
            "name": "Nouvelle",
            "language": "fr",
            "unknown_sender": "open",
            "is_active": True,
        }


@pytest.fixture
def administrator(people: Cast) -> Actor:
    return actor(people.administrator)


def test_a_branch_knows_its_place(administrator: Actor) -> None:
    root = create_category(actor=administrator, values={"name": "Réseau"})
    below = create_category(actor=administrator, values={"name": "Wi-Fi", "parent": root})
    assert below.path == f"/{root.pk}/{below.pk}/"


def test_a_branch_moves_with_what_is_below(administrator: Actor) -> None:
    root = create_category(actor=administrator, values={"name": "Réseau"})
    below = create_category(actor=administrator, values={"name": "Wi-Fi", "parent": root})
    other = create_category(actor=administrator, values={"name": "Matériel"})
    change_category(actor=administrator, category=root, values={"parent": other})
    below.refresh_from_db()
    assert below.path == f"/{other.pk}/{root.pk}/{below.pk}/"


def test_a_branch_does_not_stand_below_itself(administrator: Actor) -> None:
    root = create_category(actor=administrator, values={"name": "Réseau"})
    below = create_category(actor=administrator, values={"name": "Wi-Fi", "parent": root})
    with pytest.raises(Invalid):
        change_category(actor=administrator, category=root, values={"parent": below})


def test_a_technician_does_not_change_the_tree(technician: Actor) -> None:
    with pytest.raises(Refused):
        create_category(actor=technician, values={"name": "Réseau"})


def test_rules_are_set_and_follow_the_tree(people: Cast, administrator: Actor) -> None:
    matrix = [[1, 1, 2], [1, 2, 3], [2, 3, 5]]
    set_rules(
        actor=administrator,
        organisation=people.client_a,
        matrix=matrix,
        close_after_days=3,
        reopen_within_days=30,
    )
    assert factories.ticket(people.user, impact=1, urgency=2).priority == 1
    assert factories.ticket(people.outsider, impact=1, urgency=2).priority == 2


@pytest.mark.parametrize(
    ("matrix", "close", "reopen"),
    [([[3, 2, 1], [3, 2, 1], [3, 2, 1]], 5, 14), (None, 0, 14), (None, 91, 14), (None, 5, 366)],
)
def test_rules_that_cannot_be(
    people: Cast, administrator: Actor, matrix: Any, close: int, reopen: int
) -> None:
    with pytest.raises(Invalid):
        set_rules(
            actor=administrator,
            organisation=people.client_a,
            matrix=matrix,
            close_after_days=close,
            reopen_within_days=reopen,
        )
    assert not OrganisationRules.objects.exists()


def test_a_technician_does_not_set_rules(people: Cast, technician: Actor) -> None:
    with pytest.raises(Refused):
        set_rules(
            actor=technician,
            organisation=people.client_a,
            matrix=None,
            close_after_days=5,
            reopen_within_days=14,
        )
