"""What ``titles`` does in the background."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from compagnon.core import outbox
from compagnon.core.models import Entry
from compagnon.core.tasks import periodic, system_actor
from compagnon.titles.services import gathering

CONSUMER = "titles.evidence"


@periodic(every=timedelta(seconds=30))
def propose_evidence() -> None:
    """Follow the journal, and propose work as evidence to the candidates who did it."""
    while outbox.consume(CONSUMER, _gather):
        pass


def _gather(entries: Sequence[Entry]) -> None:
    gathering.gather(actor=system_actor("evidence"), entries=entries)
