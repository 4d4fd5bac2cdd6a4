"""What was measured: latencies, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Latencies:
    """Times of one operation under one load, in seconds, and how long the whole took."""

    each: Sequence[float]
    wall: float
    failed: int = 0

    def percentile(self, percent: float) -> float:
        """Give the time within which that share was answered, in milliseconds."""
        if not self.each:
            return 0.0
        ordered = sorted(self.each)
        rank = min(len(ordered) - 1, int(len(ordered) * percent / 100))
        return ordered[rank] * 1000

    @property
    def a_second(self) -> float:
        """How many were answered in a second."""
        return len(self.each) / self.wall if self.wall else 0.0

    def told(self) -> dict[str, float | int]:
        """Give the numbers as the report holds them."""
        return {
            "p50_ms": round(self.percentile(50), 2),
            "p95_ms": round(self.percentile(95), 2),
            "p99_ms": round(self.percentile(99), 2),
            "per_second": round(self.a_second, 1),
            "count": len(self.each),
            "failed": self.failed,
        }
