"""Small counts masked, and as many others as it takes for no total to give them away."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
LEAST = 5


def mask(
    values: Mapping[Key, int],
    sums: Sequence[tuple[Key, Sequence[Key]]],
    *,
    least: int = LEAST,
) -> dict[Key, int | None]:
    """Give the counts with the small ones masked (``None``).

    Counts from 1 to ``least`` - 1 are masked. Where what is left would let one be worked out, by
    any combination of the sums, others are masked too: the smallest first. Zeros say nothing of
    anybody and stay, unless one is needed as cover.

    Args:
        values: every count that is shown, totals included.
        sums: totals with the counts that they are made of.
    """
    small = {key for key, count in values.items() if 0 < count < least}
    hidden = set(small)
    lines: list[tuple[Key, ...]] = [(total, *parts) for total, parts in sums if parts]
    while True:
        told: set[Key] = _worked_out(hidden, lines)
        exposed = small & told
        if not exposed:
            break
        cover = _cover(values, hidden, exposed, lines)
        if cover is None:
            # Nothing is left to hide beside them: what is not in any sum gives nothing away.
            break
        hidden.add(cover)
    return {key: None if key in hidden else count for key, count in values.items()}


def _cover(
    values: Mapping[Key, int],
    hidden: set[Key],
    exposed: set[Key],
    lines: Sequence[tuple[Key, ...]],
) -> Key | None:
    """Give the count to mask next: the least that is lost, in a sum of one that is exposed."""
    places = {key: place for place, key in enumerate(values)}
    near = {
        key
        for line in lines
        if exposed & set(line) or hidden & set(line)
        for key in line
        if key not in hidden
    }
    direct = {key for line in lines if exposed & set(line) for key in line if key not in hidden}
    return min(
        direct or near,
        key=lambda key: (values[key] == 0, values[key], places[key]),
        default=None,
    )


def _worked_out(hidden: set[Key], lines: Sequence[tuple[Key, ...]]) -> set[Key]:
    """Give the masked counts that the sums determine, by solving them all together."""
    order = {key: place for place, key in enumerate(hidden)}
    names = list(order)
    rows = []
    for line in lines:
        row: dict[int, Fraction] = {}
        for place, key in enumerate(line):
            if key in order:
                sign = Fraction(-1) if place == 0 else Fraction(1)
                row[order[key]] = row.get(order[key], Fraction(0)) + sign
        row = {column: value for column, value in row.items() if value}
        if row:
            rows.append(row)
    return {names[next(iter(row))] for row in _reduced(rows) if len(row) == 1}


def _reduced(rows: list[dict[int, Fraction]]) -> list[dict[int, Fraction]]:
    """Give the reduced echelon form: a row of one column is a count that is determined."""
    done: dict[int, dict[int, Fraction]] = {}
    for given in rows:
        row = dict(given)
        for pivot, other in done.items():
            if pivot in row:
                _subtract(row, other, row[pivot])
        if not row:
            continue
        pivot = min(row)
        scale = row[pivot]
        row = {column: value / scale for column, value in row.items()}
        for other in done.values():
            if pivot in other:
                _subtract(other, row, other[pivot])
        done[pivot] = row
    return list(done.values())


def _subtract(row: dict[int, Fraction], other: Mapping[int, Fraction], times: Fraction) -> None:
    for column, value in other.items():
        left = row.get(column, Fraction(0)) - times * value
        if left:
            row[column] = left
        else:
            row.pop(column, None)
