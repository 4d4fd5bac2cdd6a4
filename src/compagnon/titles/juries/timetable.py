"""The day of a session: each candidate through their parts, on stations, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a candidate's day: what, how long, on a station or before the jury."""

    kind: str
    minutes: int
    before_jury: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of the timetable; ``station`` is an index, or none before the jury."""

    candidate: int
    kind: str
    station: int | None
    starts_at: datetime
    ends_at: datetime


class DoesNotFit(ValueError):
    """The session is too short for everybody; ``needed`` is when it would end."""

    def __init__(self, needed: datetime) -> None:
        super().__init__(needed.isoformat())
        self.needed = needed


def timetable(
    *,
    candidates: Sequence[tuple[int, int]],
    parts: Sequence[Part],
    stations: int,
    starts_at: datetime,
    ends_at: datetime,
    pause: timedelta = timedelta(minutes=5),
) -> list[Placed]:
    """Place every part of every candidate, in order, as early as can be.

    The jury hears one candidate at a time; a station holds one candidate at a time; a candidate
    does one thing at a time, with ``pause`` between.

    Args:
        candidates: each one's key and extra time, in percent of every part.
        stations: how many there are; without any, parts on stations cannot be placed.

    Raises:
        DoesNotFit: the session ends before the last part would.
        ValueError: there is no station for a part that needs one.
    """
    free_stations = [starts_at] * stations
    free_jury = starts_at
    placed: list[Placed] = []
    ready = {key: starts_at for key, _extra in candidates}
    for part in parts:
        if not part.before_jury and not stations:
            raise ValueError("a part needs a station, and there is none")
        # Who is free first goes first; ties in the order given.
        for key, extra in sorted(candidates, key=lambda one: ready[one[0]]):
            length = timedelta(minutes=-(-part.minutes * (100 + extra) // 100))
            if part.before_jury:
                start, station = max(ready[key], free_jury), None
            else:
                station = min(range(stations), key=lambda i: max(free_stations[i], ready[key]))
                start = max(ready[key], free_stations[station])
            end = start + length
            if station is None:
                free_jury = end + pause
            else:
                free_stations[station] = end + pause
            ready[key] = end + pause
            placed.append(Placed(key, part.kind, station, start, end))
    last = max((one.ends_at for one in placed), default=starts_at)
    if last > ends_at:
        raise DoesNotFit(last)
    return sorted(placed, key=lambda one: (one.starts_at, one.candidate))
