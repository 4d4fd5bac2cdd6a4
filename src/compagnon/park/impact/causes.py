"""Why is this down: what it stands on, and whose fall alone would explain it."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from compagnon.park.impact.falling import fall
from compagnon.park.impact.graph import NONE, Graph

STEPS = 400_000
"""What trying candidates behind a redundancy may cost in all, the nearest first: under 0.2 s."""


class Cause(NamedTuple):
    """Something that may have brought an item down.

    ``alone``: its fall would be enough; ``None`` where that was not tried, being too far.
    ``towards``: what it carries, one step nearer to the item.
    """

    item: int
    depth: int
    towards: int
    alone: bool | None


def causes(graph: Graph, item: int, *, steps: int = STEPS) -> list[Cause]:
    """Give everything that an item stands on, nearest first.

    What is needed without redundancy all along is enough alone. Behind a redundancy, each is tried
    (one shared switch may bring down every member), the nearest first, as far as ``steps`` go.
    """
    found: dict[int, tuple[int, int]] = {}
    queue: deque[int] = deque([item])
    needed = graph.needed
    while queue:
        here = queue.popleft()
        depth = found[here][0] + 1 if here != item else 1
        for on in needed.get(here, NONE):
            if on != item and on not in found:
                found[on] = (depth, here)
                queue.append(on)
    sure = _surely(graph, item)
    reach = {item, *found}
    left, listed = steps, []
    for one, (depth, towards) in found.items():
        alone: bool | None = True if one in sure else None
        if alone is None and left > 0:
            outcome = fall(graph, [one], within=reach)
            left -= outcome.steps
            alone = item in outcome.depths
        listed.append(Cause(one, depth, towards, alone))
    return listed


def _surely(graph: Graph, item: int) -> set[int]:
    """Give whatever is needed alone by the item, or by one of these."""
    sure = {item}
    queue = deque(sure)
    while queue:
        here = queue.popleft()
        for on in graph.needed.get(here, NONE):
            if on not in sure and graph.is_needed_alone(here, on):
                sure.add(on)
                queue.append(on)
    return sure
