"""Where a supply stands, and where it may go from there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

WISH, QUOTING, APPROVAL, APPROVED = "wish", "quoting", "approval", "approved"
ORDERED, PARTIAL, DELIVERED, HANDED = "ordered", "partial", "delivered", "handed"
REFUSED, CANCELLED = "refused", "cancelled"

MOVES: dict[str, frozenset[str]] = {
    WISH: frozenset({QUOTING, CANCELLED}),
    QUOTING: frozenset({WISH, APPROVAL, APPROVED, CANCELLED}),
    # Taken back before anybody decided, refused, or approved by the last who is asked.
    APPROVAL: frozenset({QUOTING, APPROVED, REFUSED, CANCELLED}),
    # Another quote is chosen after all, or it is ordered.
    APPROVED: frozenset({QUOTING, ORDERED, CANCELLED}),
    # An order that is cancelled whole sends back to the quotes.
    ORDERED: frozenset({PARTIAL, DELIVERED, QUOTING}),
    PARTIAL: frozenset({DELIVERED}),
    DELIVERED: frozenset({HANDED}),
    HANDED: frozenset(),
    REFUSED: frozenset({QUOTING, CANCELLED}),
    CANCELLED: frozenset(),
}
# What is written of the wish and the quotes may change until somebody is asked to approve.
WRITABLE = frozenset({WISH, QUOTING, REFUSED})
ON_ORDER = frozenset({ORDERED, PARTIAL})
OVER = frozenset({HANDED, CANCELLED})


def may_go(stage: str, target: str) -> bool:
    """Tell whether a supply may go from one stage to another."""
    return target in MOVES.get(stage, frozenset())


class Awaited(Protocol):
    """A line of an order: what was ordered, what came, and what will not come any more."""

    quantity: int
    quantity_delivered: int
    quantity_dropped: int


def outstanding(line: Awaited) -> int:
    """Give how many still have to come: none where more came than was ordered."""
    return max(0, line.quantity - line.quantity_delivered - line.quantity_dropped)


def after_delivery(lines: Iterable[Awaited]) -> str:
    """Give the stage that follows a delivery or a credit."""
    rows = list(lines)
    if not any(outstanding(one) for one in rows):
        return DELIVERED
    return PARTIAL if any(one.quantity_delivered for one in rows) else ORDERED


def is_excess(line: Awaited, accepted: int) -> bool:
    """Tell whether so many more would be more than was ordered."""
    return accepted > outstanding(line)


@dataclass(frozen=True, slots=True)
class Step:
    """One step as a user reads it: ``state`` is done, now, later, or stopped."""

    name: str
    state: str


DRAWN = ("wish", "quote", "approval", "ordered", "delivered", "handed")
_AT = {
    WISH: 0, QUOTING: 1, REFUSED: 2, APPROVAL: 2, APPROVED: 3, ORDERED: 4, PARTIAL: 4,
    DELIVERED: 5, HANDED: 6,
}  # fmt: skip


def steps(stage: str, *, reached: str = "") -> list[Step]:
    """Draw the way of a supply: what is done, where it is, what comes.

    Args:
        reached: the stage from which it was cancelled.
    """
    at = _AT.get(reached or WISH, 0) if stage == CANCELLED else _AT[stage]
    stopped = stage in {CANCELLED, REFUSED}
    return [
        Step(
            name,
            "done" if place < at else ("stopped" if stopped else "now") if place == at else "later",
        )
        for place, name in enumerate(DRAWN)
    ]
