"""Why is this down: what it stands on, and whose fall alone would explain it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from compagnon.park.impact.falling import fall
from compagnon.park.impact.graph import Graph

TRIED = 48
"""Candidates behind a redundancy that are tried one by one; the nearest first."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that may have brought an item down.

    ``alone``: its fall would be enough. ``towards``: what it carries, one step nearer to the item.
    """

    item: int
    depth: int
    towards: int
    alone: bool


def causes(graph: Graph, item: int, *, tried: int = TRIED) -> list[Cause]:
    """Give everything that an item stands on, nearest first.

    What is needed without redundancy all along is enough alone. Behind a redundancy, the nearest
    are tried (one shared switch may bring down every member); those further count as not enough.
    """
    found: dict[int, tuple[int, int]] = {}
    sure = {item}
    queue: deque[int] = deque([item])
    while queue:
        here = queue.popleft()
        depth = found[here][0] + 1 if here != item else 1
        for on in graph.needed.get(here, ()):
            if on != item and on not in found:
                found[on] = (depth, here)
                queue.append(on)
    _spread(graph, sure)
    reach = frozenset({item, *found})
    left, listed = tried, []
    for one, (depth, towards) in found.items():
        alone = one in sure
        if not alone and left > 0:
            left -= 1
            alone = item in fall(graph, [one], within=reach).fallen
        listed.append(Cause(one, depth, towards, alone))
    return listed


def _spread(graph: Graph, sure: set[int]) -> None:
    """Add to ``sure`` whatever is needed alone by one of them."""
    queue = deque(sure)
    while queue:
        here = queue.popleft()
        for on in graph.needed.get(here, ()):
            if on not in sure and graph.is_needed_alone(here, on):
                sure.add(on)
                queue.append(on)
