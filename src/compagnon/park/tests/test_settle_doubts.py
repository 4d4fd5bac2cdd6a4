"""Doubts settled by a person, merges and their undoing."""

from __future__ import annotations

import pytest

from compagnon.core.errors import NotFound, Refused
from compagnon.core.models import Entry
from compagnon.park.errors import NotMergeable, Settled
from compagnon.park.models import (
    Asset,
    Doubt,
    DoubtState,
    Identifier,
    Installation,
    InventoryReport,
    Machine,
    Outcome,
)
from compagnon.park.services import doubts, merging
from compagnon.park.tests.factories import asset, bring, inventory
from compagnon.people.tests.factories import Cast, actor, system

pytestmark = pytest.mark.django_db
SAID = {"uuid": "564d9f3c-11aa-22bb-33cc-44dd55ee66ff", "serial": "VMware-56", "model": "VMware"}


@pytest.fixture
def doubt(people: Cast) -> Doubt:
    bring(people.client_a, inventory("app-01", mac="00:50:56:aa:00:01", **SAID))
    bring(people.client_a, inventory("app-02", mac="00:50:56:aa:00:02", **SAID))
    return Doubt.objects.get()


def again(people: Cast, version: str) -> InventoryReport:
    """The doubtful machine reports again."""
    document = inventory("app-02", mac="00:50:56:aa:00:02", software=[("Nginx", version)], **SAID)
    return bring(people.client_a, document)


def test_a_doubt_shows_its_candidates(doubt: Doubt) -> None:
    candidate = doubt.candidates.get()
    assert candidate.asset.name == "app-01"
    relations = {one["kind"]: one["relation"] for one in candidate.evidence}
    assert relations["uuid"] == "agree"
    assert relations["mac"] == "differ"
    assert Asset.objects.count() == 1


def test_the_same_doubt_is_not_listed_twice(doubt: Doubt, people: Cast) -> None:
    assert again(people, "1.2").outcome == Outcome.DOUBTFUL
    assert Doubt.objects.count() == 1


def test_another_machine_is_added_and_known_from_then_on(doubt: Doubt, people: Cast) -> None:
    settled = doubts.another_machine(actor=system(), doubt_id=doubt.pk)
    assert settled.state == DoubtState.SEPARATED
    assert Asset.objects.count() == 2
    report = again(people, "1.2")
    assert (report.outcome, report.asset_id) == (Outcome.UPDATED, settled.asset_id)
    first = bring(people.client_a, inventory("app-01", mac="00:50:56:aa:00:01", **SAID))
    assert first.asset is not None
    assert first.asset.name == "app-01"


def test_the_same_machine_takes_the_report(doubt: Doubt, people: Cast) -> None:
    candidate = doubt.candidates.get().asset
    doubts.same_machine(actor=system(), doubt_id=doubt.pk, asset_id=candidate.pk)
    assert Asset.objects.get().name == "app-02"
    assert again(people, "1.2").asset_id == candidate.pk
    assert Entry.objects.filter(verb="doubt.merge").count() == 1


def test_a_doubt_is_settled_once(doubt: Doubt) -> None:
    doubts.another_machine(actor=system(), doubt_id=doubt.pk)
    with pytest.raises(Settled):
        doubts.another_machine(actor=system(), doubt_id=doubt.pk)


def test_who_may_not_does_not_see_it(doubt: Doubt, people: Cast) -> None:
    with pytest.raises(NotFound):
        doubts.another_machine(actor=actor(people.user), doubt_id=doubt.pk)


def test_two_are_one_then_two_again(people: Cast) -> None:
    by_hand = asset(people.client_a, "Caisse", serial="", note="Sous le comptoir")
    report = bring(people.client_a, inventory("pc-1", serial="5CG0001"))
    found = Asset.objects.get(pk=report.asset_id)
    record = merging.merge(actor=system(), kept_id=by_hand.pk, lost_id=found.pk)
    by_hand.refresh_from_db()
    assert by_hand.serial == "5CG0001"
    assert Installation.objects.filter(asset=by_hand).count() == 2
    assert Machine.objects.filter(pk=by_hand.pk).exists()
    assert not Asset.objects.filter(pk=found.pk).exists()
    assert Identifier.objects.filter(asset=by_hand, key="serial:5cg0001").exists()
    merging.undo(actor=system(), merge_id=record.pk)
    by_hand.refresh_from_db()
    assert by_hand.serial == ""
    assert Installation.objects.filter(asset=found).count() == 2
    assert Machine.objects.filter(pk=found.pk).exists()
    assert not Machine.objects.filter(pk=by_hand.pk).exists()
    assert Asset.objects.count() == 2
    with pytest.raises(Settled):
        merging.undo(actor=system(), merge_id=record.pk)


def test_what_cannot_be_one(people: Cast) -> None:
    one, printer = asset(people.client_a), asset(people.client_a, type="printer")
    with pytest.raises(NotMergeable):
        merging.merge(actor=system(), kept_id=one.pk, lost_id=one.pk)
    with pytest.raises(NotMergeable):
        merging.merge(actor=system(), kept_id=one.pk, lost_id=printer.pk)


def test_a_holder_sees_their_machine_and_merges_nothing(people: Cast) -> None:
    one = asset(people.client_a, person=people.user)
    two = asset(people.client_a, person=people.user)
    with pytest.raises(Refused):
        merging.merge(actor=actor(people.user), kept_id=one.pk, lost_id=two.pk)
