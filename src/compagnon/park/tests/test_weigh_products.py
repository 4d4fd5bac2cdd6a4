"""Products weighed, and how far a weight must move: against a search through every weight."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compagnon.park.comparing import totals, turns

studies = st.integers(1, 4).flatmap(
    lambda criteria: st.integers(1, 4).flatmap(
        lambda products: st.tuples(
            st.fixed_dictionaries({one: st.integers(0, 100) for one in range(criteria)}),
            st.just(list(range(products))),
            st.dictionaries(
                st.tuples(st.integers(0, criteria - 1), st.integers(0, products - 1)),
                st.integers(0, 10),
            ),
        )
    )
)


@given(studies)
def test_totals_are_sums(
    study: tuple[dict[int, int], list[int], dict[tuple[int, int], int]],
) -> None:
    weights, products, scores = study
    found = totals(weights, products, scores)
    assert sorted(one.product for one in found) == products
    assert [one.total for one in found] == sorted((one.total for one in found), reverse=True)
    for one in found:
        assert one.total == sum(weights[key] * scores.get((key, one.product), 0) for key in weights)
        assert 0 <= one.share <= 100


@given(studies)
def test_turns_are_those_that_a_search_finds(
    study: tuple[dict[int, int], list[int], dict[tuple[int, int], int]],
) -> None:
    weights, products, scores = study
    ranked = totals(weights, products, scores)
    if len(ranked) < 2 or ranked[0].total == ranked[1].total:
        assert turns(weights, products, scores) == []
        return
    winner = ranked[0].product
    for turn in turns(weights, products, scores):

        def passes(weight: int, criterion: int = turn.criterion) -> bool:
            again = totals({**weights, criterion: weight}, products, scores)
            mine = next(one.total for one in again if one.product == winner)
            return again[0].total > mine

        below = [one for one in range(turn.weight - 1, -1, -1) if passes(one)]
        above = [one for one in range(turn.weight + 1, 101) if passes(one)]
        assert turn.lower == (below[0] if below else None)
        assert turn.upper == (above[0] if above else None)
        assert (turn.lower is None) == (turn.lower_winner is None)
        for at, who in ((turn.lower, turn.lower_winner), (turn.upper, turn.upper_winner)):
            if at is not None:
                again = totals({**weights, turn.criterion: at}, products, scores)
                best = {one.product for one in again if one.total == again[0].total}
                assert who in best


def test_a_small_study() -> None:
    weights, scores = {1: 50, 2: 30}, {(1, 1): 8, (2, 1): 2, (1, 2): 4, (2, 2): 8}
    assert [one.total for one in totals(weights, [1, 2], scores)] == [460, 440]
    first, second = turns(weights, [1, 2], scores)
    assert (first.lower, first.upper) == (44, None)
    assert (second.lower, second.upper) == (None, 34)
