"""Where evidence comes from: one file a room whose work can be evidence.

Adding a source is adding a file that defines ``propose`` and ``KINDS``, and naming it here. A
source reads the journal's entries and tells what some person did, as facts that rules can meet;
it never decides what that is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from compagnon.core.models import Entry


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person did, as the journal tells it.

    ``entry_ids`` are the journal's entries by that very person: never empty. ``facts`` hold JSON
    types; texts and paths, numbers, lists of them.
    """

    person_id: int
    kind: str
    object_type: str
    object_id: int
    entry_ids: tuple[int, ...]
    happened_at: datetime
    title: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A room's source.

    ``kinds`` names what it tells of, and the facts each has, for whoever writes rules; ``propose``
    is given entries and the persons who are candidates, and tells what those persons did.
    """

    kinds: Mapping[str, tuple[str | Promise, Mapping[str, str | Promise]]]
    propose: Callable[[Sequence[Entry], frozenset[int]], Iterable[Proposal]]


def all_sources() -> tuple[Source, ...]:
    """Give every source."""
    from compagnon.titles.sources import desk, park

    return (desk.SOURCE, park.SOURCE)


def kinds() -> dict[str, tuple[str | Promise, Mapping[str, str | Promise]]]:
    """Give what all sources tell of: by kind, its name and its facts' names."""
    return {name: told for source in all_sources() for name, told in source.kinds.items()}
