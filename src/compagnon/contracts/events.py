"""What ``contracts`` announces: a promise at risk, a promise not kept."""

from __future__ import annotations

from compagnon.contracts.subjects import Breach
from compagnon.core.events import Event

commitment_at_risk: Event[Breach] = Event("contracts.commitment_at_risk")
"""A clock passed the share of its time at which its contract asks to be warned. Once a clock."""

commitment_breached: Event[Breach] = Event("contracts.commitment_breached")
"""A clock passed its target. Again only if its target was moved and passed once more."""
