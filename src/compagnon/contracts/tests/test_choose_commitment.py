"""Which commitment applies, and what pauses a clock: laws that hold for any contracts and facts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compagnon.contracts.rules import (
    DEFAULT_PAUSES,
    CommitmentTerms,
    ContractTerms,
    choose,
    fits,
    is_below,
    pauses,
    specificity,
    warn_after,
)
from compagnon.contracts.subjects import Facts, PauseReason

LINEAGE = {1: (1,), 2: (2, 1), 3: (3, 2, 1), 4: (4,)}
KINDS = ("", "incident", "service_request")
PATHS = ("", "1", "1/2", "1/2/3", "12", "4")

facts_of_any = st.builds(
    Facts,
    priority=st.none() | st.integers(1, 5),
    category_path=st.sampled_from(PATHS),
    service_id=st.none() | st.sampled_from([1, 2, 3, 4]),
    request_type_id=st.none() | st.integers(1, 3),
    kind=st.sampled_from(KINDS[1:]),
)


def commitment(key: int = 1, **values: object) -> CommitmentTerms:
    given_: dict[str, object] = {
        "measure": "resolution",
        "target_seconds": 3600,
        "calendar_id": 1,
    } | values
    return CommitmentTerms(id=key, **given_)  # type: ignore[arg-type]


@st.composite
def commitments(draw: st.DrawFn, key: int = 1) -> CommitmentTerms:
    return commitment(
        key,
        priorities=draw(st.frozensets(st.integers(1, 5), max_size=5)),
        category_path=draw(st.sampled_from(PATHS)),
        service_id=draw(st.none() | st.sampled_from([1, 2, 3, 4])),
        request_type_id=draw(st.none() | st.integers(1, 3)),
        kind=draw(st.sampled_from(KINDS)),
    )


def contract(key: int, *found: CommitmentTerms, **values: object) -> ContractTerms:
    given_: dict[str, object] = {
        "kind": "sla",
        "client_id": 1,
        "team_id": None,
        "starts_on": date(2026, 1, 1),
        "ends_on": None,
        "calendar_id": 1,
        "zone": "Europe/Paris",
        "warn_percent": 75,
    } | values
    return ContractTerms(id=key, commitments=found, **given_)  # type: ignore[arg-type]


@st.composite
def contracts(draw: st.DrawFn) -> list[ContractTerms]:
    made = []
    keys = iter(range(1, 100))
    for index in range(draw(st.integers(1, 3))):
        found = tuple(draw(commitments(next(keys))) for _ in range(draw(st.integers(0, 3))))
        made.append(contract(index + 1, *found, client_id=draw(st.sampled_from([1, 2, 3, 9]))))
    return made


@given(contracts(), facts_of_any)
def test_the_choice_does_not_depend_on_the_order(found: list[ContractTerms], facts: Facts) -> None:
    chosen = {
        choose(order, measure="resolution", facts=facts, ancestry=(1, 2, 3), lineage=LINEAGE)
        and choose(
            order, measure="resolution", facts=facts, ancestry=(1, 2, 3), lineage=LINEAGE
        ).commitment.id  # type: ignore[union-attr]
        for order in permutations(found)
    }
    assert len(chosen) == 1


@given(contracts(), facts_of_any)
def test_what_is_chosen_fits_and_nothing_nearer_or_more_specific_does(
    found: list[ContractTerms], facts: Facts
) -> None:
    line = (1, 2, 3)
    choice = choose(found, measure="resolution", facts=facts, ancestry=line, lineage=LINEAGE)
    fitting = [
        (each, one)
        for each in found
        if each.client_id in line
        for one in each.commitments
        if fits(one, facts, LINEAGE)
    ]
    if choice is None:
        assert not fitting
        return
    assert (choice.contract, choice.commitment) in fitting
    near = line.index(choice.contract.client_id or 0)
    own = specificity(choice.commitment, choice.contract, LINEAGE)
    for other, one in fitting:
        depth = line.index(other.client_id or 0)
        assert (depth, specificity(one, other, LINEAGE)) <= (near, own)


@given(commitments(), facts_of_any)
def test_no_criterion_at_all_fits_everything(one: CommitmentTerms, facts: Facts) -> None:
    assert fits(commitment(), facts, LINEAGE)
    narrower = fits(one, facts, LINEAGE)
    without_priorities = fits(
        commitment(
            category_path=one.category_path,
            service_id=one.service_id,
            request_type_id=one.request_type_id,
            kind=one.kind,
        ),
        facts,
        LINEAGE,
    )
    assert without_priorities or not narrower


def test_a_priority_not_known_yet_fits_no_priority() -> None:
    facts = Facts(None, "", None, None, "incident")
    assert not fits(commitment(priorities=frozenset({1, 2, 3, 4, 5})), facts, LINEAGE)


@pytest.mark.parametrize(
    ("path", "prefix", "below"),
    [
        ("/1/2/", "1", True),
        ("/1/2/", "/1/2/", True),
        ("/12/", "1", False),
        ("", "1", False),
        ("/1/", "", True),
    ],
)
def test_a_category_stands_for_what_is_below_it(path: str, prefix: str, below: bool) -> None:
    assert is_below(path, prefix) is below


def test_a_service_stands_for_what_is_part_of_it() -> None:
    facts = Facts(3, "", 3, None, "incident")
    assert fits(commitment(service_id=1), facts, LINEAGE)
    assert not fits(commitment(service_id=4), facts, LINEAGE)


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ({"request_type_id": 1}, {"service_id": 3, "category_path": "1/2/3"}),
        ({"service_id": 3}, {"service_id": 1, "category_path": "1/2/3"}),
        ({"category_path": "1/2"}, {"category_path": "1", "priorities": frozenset({1})}),
        ({"priorities": frozenset({1})}, {"priorities": frozenset({1, 2})}),
        ({"priorities": frozenset({1, 2})}, {"kind": "incident"}),
        ({"kind": "incident"}, {}),
    ],
)
def test_the_documented_order_of_specificity(
    stronger: dict[str, object], weaker: dict[str, object]
) -> None:
    holder = contract(1)
    assert specificity(commitment(1, **stronger), holder, LINEAGE) > specificity(
        commitment(2, **weaker), holder, LINEAGE
    )


def test_the_contract_that_started_last_wins_a_tie() -> None:
    old = contract(2, commitment(9), starts_on=date(2025, 1, 1))
    new = contract(1, commitment(1), starts_on=date(2026, 1, 1))
    choice = choose(
        [old, new],
        measure="resolution",
        facts=Facts(3, "", None, None, "incident"),
        ancestry=(1,),
        lineage=LINEAGE,
    )
    assert choice is not None
    assert choice.contract is new


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        (datetime(2025, 12, 31, 22, 59, tzinfo=UTC), False),
        (datetime(2025, 12, 31, 23, 0, tzinfo=UTC), True),  # midnight in Paris
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), True),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), False),
    ],
)
def test_a_contract_holds_on_days_of_its_own_zone(at: datetime, holds: bool) -> None:
    assert contract(1, ends_on=date(2026, 6, 30)).in_force(at) is holds


def test_the_rule_written_wins_over_the_usual_one() -> None:
    assert pauses({}, PauseReason.WAITING_USER)
    assert not pauses({"waiting_user": False}, PauseReason.WAITING_USER)
    assert not pauses({}, "a reason nobody ruled on")
    assert pauses({"solved": False}, PauseReason.SOLVED)
    assert set(DEFAULT_PAUSES) == set(PauseReason)


@given(st.integers(1, 10**8), st.integers(1, 99))
def test_the_warning_comes_before_the_end(target: int, percent: int) -> None:
    assert 0 <= warn_after(target, percent) < target
