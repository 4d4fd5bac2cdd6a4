"""Order, delivery and invoice held against each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """What was ordered, what came and what is invoiced, in cents with tax."""

    ordered: int
    delivered: int
    invoiced: int

    @property
    def over_delivered(self) -> int:
        """What is invoiced beyond what came; under zero: what remains to be invoiced."""
        return self.invoiced - self.delivered

    @property
    def over_ordered(self) -> int:
        """What is invoiced beyond what was ordered; under zero: less than was ordered."""
        return self.invoiced - self.ordered

    @property
    def verdict(self) -> str:
        """Say it in a word.

        ``none`` (no invoice), ``agrees``, ``partly`` (less than what came),
        ``over_delivered`` (for things that have not come), ``over_ordered`` (more than the order).
        """
        if not self.invoiced:
            return "none"
        if self.over_ordered > 0 and self.over_delivered > 0:
            return "over_ordered"
        if self.over_delivered > 0:
            return "over_delivered"
        return "agrees" if self.over_delivered == 0 else "partly"
