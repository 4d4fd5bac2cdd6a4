"""Weigh products by criteria, and tell how far a weight must move for another one to win.

Everything is counted in whole numbers and fractions, so that a tie is a tie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

MOST_WEIGHT = 100
MOST_SCORE = 10


@dataclass(frozen=True, slots=True)
class Weighed:
    """A product's total, and its share (0 to 100) of what a perfect product would get."""

    product: int
    total: int
    share: float
    missing: int
    """Criteria without a score, which count as nothing."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The weight from which another product wins, the other weights staying as they are.

    Args:
        lower, upper: the first whole weight below or above the present one that makes somebody
            else win alone; ``None`` where none does within 0 to 100.
        lower_winner, upper_winner: who wins there.
    """

    criterion: int
    weight: int
    lower: int | None
    lower_winner: int | None
    upper: int | None
    upper_winner: int | None

    @property
    def is_firm(self) -> bool:
        """Whether no weight of this criterion changes who wins."""
        return self.lower is None and self.upper is None


Scores = Mapping[tuple[int, int], int]
"""By criterion and product."""


def totals(weights: Mapping[int, int], products: Sequence[int], scores: Scores) -> list[Weighed]:
    """Weigh every product, the best first; equal ones in the order given."""
    perfect = sum(weights.values()) * MOST_SCORE
    found = []
    for product in products:
        total = sum(weight * scores.get((one, product), 0) for one, weight in weights.items())
        share = float(Fraction(total * 100, perfect)) if perfect else 0.0
        missing = sum(1 for one in weights if (one, product) not in scores)
        found.append(Weighed(product, total, share, missing))
    return sorted(found, key=lambda one: -one.total)


def turns(weights: Mapping[int, int], products: Sequence[int], scores: Scores) -> list[Turn]:
    """Tell for each criterion where another product would win.

    Nothing where two products are first together: there is no winner to change.
    """
    ranked = totals(weights, products, scores)
    if len(ranked) < 2 or ranked[0].total == ranked[1].total:
        return []
    winner = ranked[0].product
    amounts = {one.product: one.total for one in ranked}
    found = []
    for criterion, weight in weights.items():
        bounds = [_turn(criterion, weight, winner, amounts, scores, step) for step in (-1, 1)]
        (lower, below), (upper, above) = bounds
        found.append(Turn(criterion, weight, lower, below, upper, above))
    return found


def _turn(  # noqa: PLR0917
    criterion: int,
    weight: int,
    winner: int,
    amounts: Mapping[int, int],
    scores: Scores,
    step: int,
) -> tuple[int | None, int | None]:
    """Give the first weight on one side at which the winner is passed, and who passes it."""
    best: tuple[int, int] | None = None
    own = scores.get((criterion, winner), 0)
    for product, total in amounts.items():
        gain = (scores.get((criterion, product), 0) - own) * step
        if product == winner or gain <= 0:
            continue
        # The gap closes by ``gain`` at each step, and must be passed.
        steps = (amounts[winner] - total) // gain + 1
        at = weight + step * steps
        if not 0 <= at <= MOST_WEIGHT:
            continue
        if best is None or steps < best[0]:
            best = (steps, product)
        elif steps == best[0]:
            here = total + steps * step * scores.get((criterion, product), 0)
            other = amounts[best[1]] + steps * step * scores.get((criterion, best[1]), 0)
            best = (steps, product) if here > other else best
    return (None, None) if best is None else (weight + step * best[0], best[1])
