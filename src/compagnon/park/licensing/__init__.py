"""What was bought of software against what is used: knows no Django and no database."""

from compagnon.park.licensing.counting import (
    Entitlement,
    Given,
    Metric,
    Place,
    Position,
    count,
    literal_of,
    matches,
)

__all__ = [
    "Entitlement", "Given", "Metric", "Place", "Position", "count", "literal_of", "matches",
]  # fmt: skip
