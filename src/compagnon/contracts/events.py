"""What ``contracts`` announces: a promise at risk, a promise not kept."""

from __future__ import annotations

from compagnon.contracts.subjects import Breach, Moved
from compagnon.core.events import Event

commitment_at_risk: Event[Breach] = Event("contracts.commitment_at_risk")
"""A clock passed the share of its time at which its contract asks to be warned. Once a clock."""

commitment_breached: Event[Breach] = Event("contracts.commitment_breached")
"""A clock passed its target. Again only if its target was moved and passed once more."""

clocks_moved: Event[Moved] = Event("contracts.clocks_moved")
"""Running clocks follow a change of contract or calendar: what was noted of their due times is to
be read again (``queries.due_rows``). At most a thousand subjects at once."""
