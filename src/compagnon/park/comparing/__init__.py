"""Products compared by weighted criteria: knows no Django and no database."""

from compagnon.park.comparing.weighing import Turn, Weighed, totals, turns

__all__ = ["Turn", "Weighed", "totals", "turns"]
