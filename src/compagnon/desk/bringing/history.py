"""What every source is turned into: a ticket with its whole past, in neutral words.

Names of persons, teams and categories are the source's own; the loader finds or makes the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

STATES = ("new", "open", "pending", "solved", "closed", "cancelled")
ENDED = frozenset({"solved", "closed", "cancelled"})
PENDING_REASONS = (
    "waiting_user", "waiting_supplier", "appointment", "waiting_approval", "other",
)  # fmt: skip
# What a step may say that the ticket is, from then on.
FIELDS = (
    "state", "pending_reason", "team", "assignee", "category", "impact", "urgency", "priority",
    "kind", "affected_item", "title",
)  # fmt: skip


def labels(value: Any) -> tuple[str, ...]:
    """Read tags: a list of them, or a text that commas or semicolons part; each once."""
    parts = value if isinstance(value, list) else str(value or "").replace(";", ",").split(",")
    names = (" ".join(str(one).replace(",", " ").replace('"', "").split())[:40] for one in parts)
    return tuple(dict.fromkeys(name for name in names if name))[:30]


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as the source names them: ``key`` is the source's own, and tells two apart."""

    key: str
    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A text of the ticket. ``html`` as it came, not sanitised; ``None`` where there was none."""

    text: str
    html: str | None = None
    public: bool = True
    by_support: bool = True
    is_solution: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event of the source.

    Args:
        at: when, in UTC.
        clock: the same on the source's own clock, in seconds from any origin; durations are
            differences of it.
        by: the key of the person who acted; ``None``: unknown, or the program.
        values: what the ticket is from then on, of :data:`FIELDS`; what is left out stays. A team
            or an assignee ``None`` is nobody, or unknown. A category is a path, from the root.
        source_state: the state under the source's own name; ``None`` where the step says nothing.
    """

    at: datetime
    clock: float
    by: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    source_state: str | None = None
    words: Words | None = None

    def facts(self) -> str:
        """Give what the step says, the same text for the same step."""
        values = sorted((name, repr(value)) for name, value in self.values.items())
        words = self.words
        said = (words.text, words.html, words.public, words.is_solution) if words else None
        return repr((self.at.isoformat(), self.by, values, self.source_state, said))


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A ticket of the source, from its opening on.

    Args:
        reference: its number there, kept as ours.
        requester: the key of who asked; ``None``: the source does not say.
        people: whoever is named, by key.
        steps: in the order in which they happened; ``at`` never goes back.
        counted: ``reassignments`` and ``reopenings`` as the source itself counts them, if it does.
        ended_clock: when the last state ends, on the source's clock, if the source says.
        opened_clock: when it was opened, on the same clock.
        unknown_team_counts: whether a team that the source hides is a team of its own.
        kept: what has no place of ours, by the source's name: it goes into an internal note.
        files: names of the files that were attached and that the source does not give.
        tags: its labels as the source names them, as they are now.
    """

    reference: str
    title: str
    description: Words
    opened_at: datetime
    opened_clock: float
    requester: str | None
    steps: Sequence[Step]
    people: Mapping[str, Somebody] = field(default_factory=dict)
    kind: str = "incident"
    channel: str = "desk"
    first: Mapping[str, Any] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)
    ended_clock: float | None = None
    unknown_team_counts: bool = False
    kept: Mapping[str, str] = field(default_factory=dict)
    opened_by: str | None = None
    tags: Sequence[str] = ()

    def digests(self) -> Iterator[str]:
        """Give the digest of the opening, then of the opening with one step more, and so on.

        A longer export of the same past begins with the same digests.
        """
        # Not the texts: where the source has none, ours may be made otherwise one day.
        facts = (self.reference, self.opened_at.isoformat(), self.requester)
        running = hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass"))
        yield running.hexdigest()
        for step in self.steps:
            running.update(step.facts().encode("utf-8", "surrogatepass"))
            yield running.hexdigest()
