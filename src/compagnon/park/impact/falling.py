"""If this falls, what falls."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from compagnon.park.impact.graph import Graph, Redundancy


@dataclass(frozen=True, slots=True)
class Fall:
    """An item that falls: after how many steps, and with the fall of what."""

    item: int
    depth: int
    cause: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What falls, nearest first, and what only loses its redundancy (members left to lose)."""

    fallen: Mapping[int, Fall] = field(default_factory=dict)
    weakened: Mapping[int, int] = field(default_factory=dict)


def fall(graph: Graph, starts: Iterable[int], *, within: frozenset[int] | None = None) -> Outcome:
    """Let items fall, and what cannot stand without them, until nothing more falls.

    Each item and each dependency is looked at once, so that circles end.

    Args:
        within: only these may fall; ``None``: any.
    """
    fallen: dict[int, Fall] = {}
    lost: dict[int, int] = {}
    queue: deque[int] = deque()

    def drop(item: int, depth: int, cause: int | None) -> None:
        if item not in fallen and (within is None or item in within):
            fallen[item] = Fall(item, depth, cause)
            queue.append(item)

    for start in starts:
        drop(start, 0, None)
    touched: dict[int, Redundancy] = {}
    while queue:
        item = queue.popleft()
        depth = fallen[item].depth + 1
        for dependent in graph.dependents.get(item, ()):
            drop(dependent, depth, item)
        for group in graph.groups_of(item):
            touched[group.id] = group
            lost[group.id] = lost.get(group.id, 0) + 1
            if lost[group.id] > graph.spare(group):
                drop(group.dependent, depth, item)
    return Outcome(fallen, _weakened(graph, touched.values(), lost, fallen))


def _weakened(
    graph: Graph, groups: Iterable[Redundancy], lost: Mapping[int, int], fallen: Mapping[int, Fall]
) -> dict[int, int]:
    found: dict[int, int] = {}
    for group in groups:
        if group.dependent not in fallen:
            left = graph.spare(group) - lost[group.id]
            found[group.dependent] = min(left, found.get(group.dependent, left))
    return found
