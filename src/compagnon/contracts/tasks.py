"""Work of ``contracts`` in the background."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task

from compagnon.contracts.models import ServiceContract
from compagnon.contracts.services import breaches, completing
from compagnon.contracts.subjects import standing_kinds
from compagnon.core.tasks import periodic, policy, system_actor

TURNS = 25
"""Batches of one run: what remains is the next task's, so that none is long."""


@periodic(every=timedelta(seconds=30), timeout=600)
def watch_clocks() -> None:
    """Mark the clocks that passed their target or their warning since the last run."""
    breaches.mark(actor=system_actor("clock"), now=timezone.now())


@task()
@policy(max_attempts=8, timeout=600)
def begin_promised(contract_id: int, at: str, kind: str = "", after: int = 0) -> None:
    """Begin, on open subjects, the clocks that a contract's new terms promise and that they lack.

    Doing it again begins nothing twice.
    """
    contract = ServiceContract.objects.select_related("client").filter(pk=contract_id).first()
    kinds = [one for one in standing_kinds() if one >= kind]
    if contract is None or not kinds:
        return
    turns, moment = TURNS, datetime.fromisoformat(at)
    for one in kinds:
        last: int | None = after if one == kind else 0
        while last is not None:
            if not turns:
                begin_promised.enqueue(contract_id, at, one, last)
                return
            turns -= 1
            last = completing.complete_after(
                actor=system_actor("clock"), contract=contract, kind=one, after=last, at=moment
            )
