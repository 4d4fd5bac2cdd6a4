"""The clocks of a subject by API, with their accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.utils import timezone
from ninja import Query, Schema
from pydantic import Field

from compagnon.contracts import queries
from compagnon.contracts.clock.engine import LedgerLine
from compagnon.contracts.clock.words import line_words
from compagnon.contracts.models import Clock
from compagnon.contracts.queries import ClockReading
from compagnon.contracts.showing import language
from compagnon.core.api import ApiRequest, Id, Routes
from compagnon.core.errors import NotFound
from compagnon.core.visibility import visible

router = Routes(tag="clocks")

Kind = Annotated[str, Field(pattern=r"^[a-z_]{1,20}$", examples=["ticket"])]


class LineOut(Schema):
    """One stretch of the account: counted or not, and why."""

    start: datetime
    end: datetime
    counted_seconds: int
    open_seconds: Annotated[int, Field(description="What the calendar would have counted.")]
    reason: str
    waits_for: str
    words: str

    @classmethod
    def of(cls, line: LedgerLine) -> LineOut:
        """Show a line in the language of the caller."""
        return cls(
            start=line.start,
            end=line.end,
            counted_seconds=line.counted_seconds,
            open_seconds=line.open_seconds,
            reason=line.why.value,
            waits_for=line.cause,
            words=line_words(line, language()),
        )


class ReadingOut(Schema):
    """One clock. Durations are counted seconds."""

    id: int
    measure: str
    contract_id: int
    commitment_id: int
    state: Annotated[str, Field(description="running, paused, met or missed", examples=["running"])]
    target_seconds: int
    elapsed_seconds: int
    remaining_seconds: int
    started_at: datetime
    due_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
    waits_for: str
    time_zone: str
    ledger: list[LineOut]

    @classmethod
    def of(cls, reading: ClockReading) -> ReadingOut:
        """Show a reading."""
        return cls(
            id=reading.clock.pk,
            measure=reading.measure,
            contract_id=reading.contract.pk,
            commitment_id=reading.commitment.pk,
            state=reading.state,
            target_seconds=reading.target_seconds,
            elapsed_seconds=reading.elapsed,
            remaining_seconds=reading.remaining,
            started_at=reading.started_at,
            due_at=reading.due_at,
            breached_at=reading.breached_at,
            stopped_at=reading.stopped_at,
            waits_for=reading.waits_for,
            time_zone=reading.zone,
            ledger=[LineOut.of(line) for line in reading.ledger],
        )


class ReadingsOut(Schema):
    """The clocks of one subject."""

    items: list[ReadingOut]


class ReadingsQuery(Schema):
    """How to read."""

    ledger: Annotated[bool, Field(description="Give the accounts too.")] = True


@router.show("/clocks/{subject_kind}/{subject_id}", ReadingsOut)
def get_clocks(
    request: ApiRequest, subject_kind: Kind, subject_id: Id, query: Query[ReadingsQuery]
) -> ReadingsOut:
    """Read the clocks of a subject, with the account of each counted and paused stretch."""
    found = queries.clocks_of(
        subject_kind,
        subject_id,
        as_of=timezone.now(),
        clocks=visible(Clock, request.actor),
        explain=query.ledger,
    )
    if not found:
        raise NotFound
    return ReadingsOut(items=[ReadingOut.of(each) for each in found])
