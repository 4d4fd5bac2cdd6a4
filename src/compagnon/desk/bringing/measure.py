"""What is counted on a history: reassignments, reopenings, seconds in each state.

Defined for whoever checks them against the source:

- The events of a ticket are put in the order of their time, then of the source's own counter of
  changes, then of the file.
- *Seconds in a state*: each event lasts until the next one and counts for the state that it tells,
  under the source's name. The last one lasts until the moment of closing that the source gives,
  if that is later, else nothing. What was before the first event is apart.
- *Reassignments*: the source's own count where it keeps one (its highest value), else how often the
  group changed between two events.
- *Reopenings*: the same, else how often a ticket that was solved, closed or cancelled was worked on
  again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from compagnon.desk.bringing.history import ENDED, History


@dataclass(frozen=True, slots=True)
class Measured:
    """A history in numbers. ``observed_…`` are read from the events, whatever the source counts."""

    reassignments: int
    reopenings: int
    observed_reassignments: int
    observed_reopenings: int
    seconds_in_state: dict[str, int]
    seconds_before_first_event: int
    state: str
    events: int


def measure(history: History) -> Measured:
    """Count a history."""
    seconds: dict[str, float] = {}
    reopenings = 0
    state, ours, since = "", str(history.first.get("state", "")), 0.0
    for step in history.steps:
        if step.source_state is not None:
            if state:
                seconds[state] = seconds.get(state, 0.0) + step.clock - since
            state, since = step.source_state, step.clock
            seconds.setdefault(state, 0.0)
        now = str(step.values.get("state", ours))
        reopenings += ours in ENDED and now not in ENDED
        ours = now
    if state and history.ended_clock is not None:
        seconds[state] += max(0.0, history.ended_clock - since)
    reassignments = _changes_of_team(history)
    first = next((step.clock for step in history.steps), history.opened_clock)
    return Measured(
        reassignments=history.counted.get("reassignments", reassignments),
        reopenings=history.counted.get("reopenings", reopenings),
        observed_reassignments=reassignments,
        observed_reopenings=reopenings,
        seconds_in_state={name: round(value) for name, value in seconds.items()},
        seconds_before_first_event=max(0, round(first - history.opened_clock)),
        state=state,
        events=len(history.steps),
    )


def _changes_of_team(history: History) -> int:
    unset = object()
    team: Any = history.first.get("team", unset)
    changes = 0
    for step in history.steps:
        now = step.values.get("team", team)
        counted = history.unknown_team_counts or (team is not None and now is not None)
        changes += team is not unset and now != team and counted
        # A ticket that leaves a team for nobody and comes to another has changed hands.
        if now is not None or history.unknown_team_counts:
            team = now
    return changes
