"""Reading clocks: those of a subject with their ledgers, and the due times of a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from compagnon.contracts.clock.engine import LedgerLine, read_clock
from compagnon.contracts.frozen import calendar_of
from compagnon.contracts.models import (
    OPEN_STATES,
    Clock,
    ClockSegment,
    ClockState,
    Commitment,
    ServiceContract,
)
from compagnon.contracts.rules import warn_after
from compagnon.contracts.timeline import Basis, segments_of


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One clock as a page shows it. Instants are UTC, durations counted seconds.

    ``due_at`` is what was due for a stopped clock, and empty while paused unless passed already.
    ``state`` is the row's, or ``missed`` for a running clock that has passed its target.
    ``waits_for`` is a reason of ``subjects.PauseReason`` while work waits, forgiven or not.
    """

    clock: Clock
    measure: str
    measure_label: str
    commitment: Commitment
    contract: ServiceContract
    state: str
    target_seconds: int
    elapsed: int
    remaining: int
    started_at: datetime
    due_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
    zone: str
    waits_for: str
    ledger: tuple[LedgerLine, ...]

    @property
    def gauge(self) -> str:
        """How a gauge shows it: running, soon, breached, paused, met or stopped."""
        if self.is_breached:
            return "breached"
        if self.state == ClockState.RUNNING:
            warned = warn_after(self.target_seconds, self.contract.warn_percent)
            return "soon" if self.elapsed >= warned else "running"
        return self.state if self.state in {ClockState.PAUSED, ClockState.MET} else "stopped"

    @property
    def late(self) -> int:
        """By how many counted seconds the target is passed; 0 in time."""
        return max(0, -self.remaining)

    @property
    def is_open(self) -> bool:
        """Whether it may still be met."""
        return self.stopped_at is None

    @property
    def is_breached(self) -> bool:
        """Whether the target was passed."""
        return self.breached_at is not None

    @property
    def spent_percent(self) -> int:
        """The share of the target that is spent, 0 to 100."""
        return min(100, self.elapsed * 100 // max(self.target_seconds, 1))


@dataclass(frozen=True, slots=True)
class DueSummary:
    """What a list shows of a subject's open clocks: the nearest due time and how it stands.

    ``due_at`` is empty when every open clock is paused in time. ``state`` is ``missed``,
    ``running`` or ``paused``.
    """

    due_at: datetime | None
    state: str
    measure: str
    breached_at: datetime | None


def clocks_of(
    subject_kind: str,
    subject_id: int,
    *,
    as_of: datetime,
    clocks: QuerySet[Clock] | None = None,
    explain: bool = True,
) -> list[ClockReading]:
    """Read the clocks of a subject with their ledgers, in two queries. Cancelled ones are left out.

    The caller has already shown that the subject is visible.

    Args:
        as_of: the moment to read running clocks at; stopped ones are read at their stop.
        clocks: choose among these instead of all.
        explain: without, ledgers are empty, which is much cheaper.
    """
    rows = (clocks if clocks is not None else Clock.objects.all()).filter(
        subject_kind=subject_kind, subject_id=subject_id, commitment__isnull=False
    )
    found = (
        rows.exclude(state=ClockState.CANCELLED)
        .select_related("commitment", "contract__calendar")
        .prefetch_related(
            Prefetch(
                "segments",
                ClockSegment.objects.select_related("commitment", "calendar_revision")
                .defer("calendar_revision__document")
                .order_by("start", "id"),
            )
        )
        .order_by("started_at", "id")
    )
    return [reading_of(clock, as_of=as_of, explain=explain) for clock in found]


def reading_of(clock: Clock, *, as_of: datetime, explain: bool = True) -> ClockReading:
    """Read one clock that counts for a commitment; its segments are best prefetched."""
    assert clock.commitment is not None  # noqa: S101 - as the docstring asks
    assert clock.contract is not None  # noqa: S101
    rows = list(clock.segments.all())
    at = clock.stopped_at or as_of
    read = read_clock(
        segments_of(rows, [_basis_of(row) for row in rows], explain=explain),
        as_of=at,
        explain=explain,
    )
    target = read.target_seconds or 0
    breached = read.breached_at
    return ClockReading(
        clock=clock,
        measure=clock.measure,
        measure_label=clock.get_measure_display(),
        commitment=clock.commitment,
        contract=clock.contract,
        state=ClockState.MISSED if breached else clock.state,
        target_seconds=target,
        elapsed=read.elapsed_seconds,
        remaining=target - read.elapsed_seconds,
        started_at=read.start,
        due_at=clock.due_at if clock.stopped_at else read.due_at,
        breached_at=breached,
        stopped_at=clock.stopped_at,
        zone=clock.contract.calendar.time_zone,
        waits_for=rows[-1].reason if clock.stopped_at is None else "",
        ledger=read.ledger,
    )


def _basis_of(row: ClockSegment) -> Basis | None:
    if row.commitment is None or row.calendar_revision is None:
        return None
    return Basis(calendar_of(row.calendar_revision), row.commitment.target_seconds)


def due_rows(subject_kind: str, ids: Iterable[int]) -> dict[int, DueSummary]:
    """Give, for each subject that has open clocks, the nearest due; one query for a whole list."""
    rows = Clock.objects.filter(
        subject_kind=subject_kind, subject_id__in=list(ids), state__in=OPEN_STATES
    ).values_list("subject_id", "due_at", "state", "measure", "breached_at")
    best: dict[int, DueSummary] = {}
    for subject_id, due_at, state, measure, breached_at in rows:
        found = summary(due_at, state, measure, breached_at)
        if subject_id not in best or sooner(found, best[subject_id]):
            best[subject_id] = found
    return best


def summary(
    due_at: datetime | None, state: str, measure: str, breached_at: datetime | None
) -> DueSummary:
    """Give what a list shows of one open clock."""
    return DueSummary(
        due_at, ClockState.MISSED.value if breached_at else state, measure, breached_at
    )


def sooner(one: DueSummary, other: DueSummary) -> bool:
    """Tell whether the first is due before the other; one without due time is due last."""
    if one.due_at is None or other.due_at is None:
        return other.due_at is None and one.due_at is not None
    return (one.due_at, one.measure) < (other.due_at, other.measure)
