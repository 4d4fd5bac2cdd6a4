"""Work of ``contracts`` in the background."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from compagnon.contracts.services import breaches
from compagnon.core.tasks import periodic, system_actor


@periodic(every=timedelta(seconds=30), timeout=600)
def watch_clocks() -> None:
    """Mark the clocks that passed their target or their warning since the last run."""
    breaches.mark(actor=system_actor("clock"), now=timezone.now())
