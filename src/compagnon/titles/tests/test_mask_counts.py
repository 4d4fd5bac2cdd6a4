"""No count under five is shown, and none is worked out of what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.titles.counting.masking import LEAST, mask

Cell = tuple[int, int]


def table(rows: Sequence[Sequence[int]]) -> tuple[dict[Cell, int], list[tuple[Cell, list[Cell]]]]:
    """Counts with the total of each row (last column), of each column (last row), and of all."""
    height, width = len(rows), len(rows[0])
    values = {(i, j): rows[i][j] for i in range(height) for j in range(width)}
    sums = [
        *(((i, width), [(i, j) for j in range(width)]) for i in range(height)),
        *(((height, j), [(i, j) for i in range(height)]) for j in range(width + 1)),
    ]
    for total, parts in sums:
        values[total] = sum(values[part] for part in parts)
    sums.append(((height, width), [(height, j) for j in range(width)]))
    return values, sums


def could_be(
    shown: Mapping[Cell, int | None],
    sums: Sequence[tuple[Cell, Sequence[Cell]]],
    most: int,
    parts: Sequence[Cell],
) -> dict[Cell, set[int]]:
    """Give every value that each masked part may have for who reads the table: by trying all."""
    masked = [key for key in parts if shown[key] is None]
    found: dict[Cell, set[int]] = {key: set() for key in masked}
    for guess in product(range(most + 1), repeat=len(masked)):
        tried = {key: shown[key] for key in parts} | dict(zip(masked, guess, strict=True))
        whole: dict[Cell, int] = {key: value or 0 for key, value in tried.items()}
        fits = True
        for total, among in sums:
            amount = sum(whole[one] for one in among)
            known = shown[total]
            if (known is not None and known != amount) or whole.get(total, amount) != amount:
                fits = False
                break
            whole[total] = amount
        if fits:
            for key, value in zip(masked, guess, strict=True):
                found[key].add(value)
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=1, max_size=2))
def test_a_reader_who_tries_everything_learns_no_small_count(rows: list[list[int]]) -> None:
    values, sums = table(rows)
    shown = mask(values, sums)
    parts = [(i, j) for i in range(len(rows)) for j in range(2)]
    for key, possible in could_be(shown, sums, 9, parts).items():
        if 0 < values[key] < LEAST:
            assert len(possible) > 1, (rows, shown, key)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=1, max_size=12))
def test_what_is_shown_is_true_and_not_small(rows: list[list[int]]) -> None:
    values, sums = table(rows)
    found = mask(values, sums)
    for key, shown in found.items():
        if shown is not None:
            assert shown == values[key]
            assert shown == 0 or shown >= LEAST
    for total, parts in sums:
        hidden = [key for key in (total, *parts) if found[key] is None]
        if any(0 < values[key] < LEAST for key in hidden):
            assert len(hidden) > 1


def test_nothing_is_masked_where_nothing_is_small() -> None:
    values, sums = table([[5, 0], [12, 30]])
    assert mask(values, sums) == values


def test_a_lone_small_count_takes_the_next_smallest_with_it() -> None:
    values = {"a": 2, "b": 8, "c": 30, "all": 40}
    assert mask(values, [("all", ["a", "b", "c"])]) == {"a": None, "b": None, "c": 30, "all": 40}
