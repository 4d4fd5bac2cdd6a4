"""If this falls, what falls."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from compagnon.park.impact.graph import NONE, Graph, Redundancy


class Fall(NamedTuple):
    """An item that falls: after how many steps, and with the fall of what."""

    item: int
    depth: int
    cause: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What falls, nearest first, and what only loses its redundancy (members left to lose).

    Kept as numbers: tens of thousands of objects would have the collector run over them.
    """

    depths: Mapping[int, int] = field(default_factory=dict)
    """After how many steps each item falls; those that fall by themselves: 0."""
    through: Mapping[int, int] = field(default_factory=dict)
    """With the fall of what; those that fall by themselves are not there."""
    weakened: Mapping[int, int] = field(default_factory=dict)
    steps: int = 0
    """Items and dependencies looked at: what the answer cost."""

    @property
    def fallen(self) -> dict[int, Fall]:
        """The same, item by item."""
        return {
            item: Fall(item, depth, self.through.get(item)) for item, depth in self.depths.items()
        }


def fall(graph: Graph, starts: Iterable[int], *, within: Container[int] | None = None) -> Outcome:
    """Let items fall, and what cannot stand without them, until nothing more falls.

    Each item and each dependency is looked at once, so that circles end.

    Args:
        within: only these may fall; ``None``: any.
    """
    depths: dict[int, int] = {}
    through: dict[int, int] = {}
    queue: deque[int] = deque()
    for start in starts:
        if start not in depths and (within is None or start in within):
            depths[start] = 0
            queue.append(start)
    dependents, grouped = graph.dependents, graph.groups_of
    lost: dict[int, int] = {}
    touched: dict[int, Redundancy] = {}
    steps = 0
    while queue:
        item = queue.popleft()
        depth = depths[item] + 1
        reached = dependents.get(item, NONE)
        for group in grouped(item):
            touched[group.id] = group
            lost[group.id] = lost.get(group.id, 0) + 1
            if lost[group.id] > graph.spare(group):
                reached = (*reached, group.dependent)
        steps += 1 + len(reached)
        for dependent in reached:
            if dependent not in depths and (within is None or dependent in within):
                depths[dependent] = depth
                through[dependent] = item
                queue.append(dependent)
    return Outcome(depths, through, _weakened(graph, touched.values(), lost, depths), steps)


def _weakened(
    graph: Graph, groups: Iterable[Redundancy], lost: Mapping[int, int], fallen: Mapping[int, int]
) -> dict[int, int]:
    found: dict[int, int] = {}
    for group in groups:
        if group.dependent not in fallen:
            left = graph.spare(group) - lost[group.id]
            found[group.dependent] = min(left, found.get(group.dependent, left))
    return found
