"""What is drawn of an answer: each item, or heaps of them where there are too many to read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

MOST = 120
"""Nodes that one drawing holds."""
MOST_EDGES = 600


@dataclass(frozen=True, slots=True)
class Node:
    """An item, or a heap: ``count`` items that share their keys."""

    key: str
    item: int | None
    heap: Hashable
    depth: int
    count: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Nodes and the edges between them; ``is_heaped`` where items stand together.

    ``undrawn`` items stand in no node, ``unlinked`` edges between nodes are not drawn: too many.
    """

    nodes: list[Node]
    edges: list[tuple[str, str]]
    is_heaped: bool
    undrawn: int = 0
    unlinked: int = 0


Placed = tuple[int, int]
Key = Callable[[int], Hashable]


def draw(
    items: Sequence[Placed],
    edges: Iterable[tuple[int, int]],
    start: int,
    heaps: Sequence[Key],
    *,
    most: int = MOST,
) -> Drawing:
    """Give what to draw: every item where they fit, else heaps by the first key that fits.

    Args:
        items: (item, depth), without the start.
        edges: (from, to) between items.
        heaps: from the finest to the coarsest; the last is taken whatever it gives.
    """
    place = {start: f"i{start}"}
    nodes = [Node(place[start], start, None, 0, 1)]
    heaped = len(items) >= most
    if not heaped:
        for item, depth in items:
            place[item] = f"i{item}"
            nodes.append(Node(place[item], item, None, depth, 1))
    else:
        key = next(
            (one for one in heaps if len({one(item) for item, _depth in items}) < most), heaps[-1]
        )
        nodes += _heap(items, key, place)[: most - 1]
    drawn = {node.key for node in nodes}
    ends = dict.fromkeys((place.get(one), place.get(other)) for one, other in edges)
    kept = [
        (one, other)
        for one, other in ends
        if one is not None and other is not None and one != other and {one, other} <= drawn
    ]
    undrawn = len(items) + 1 - sum(node.count for node in nodes)
    return Drawing(
        nodes, kept[:MOST_EDGES], heaped, max(undrawn, 0), max(len(kept) - MOST_EDGES, 0)
    )


def _heap(items: Sequence[Placed], key: Key, place: dict[int, str]) -> list[Node]:
    found: dict[Hashable, list[int]] = {}
    nearest: dict[Hashable, int] = {}
    for item, depth in items:
        heap = key(item)
        found.setdefault(heap, []).append(item)
        nearest[heap] = min(depth, nearest.get(heap, depth))
    nodes = []
    for number, heap in enumerate(sorted(found, key=lambda one: -len(found[one]))):
        members = found[heap]
        name = f"h{number}"
        for item in members:
            place[item] = name
        only = members[0] if len(members) == 1 else None
        nodes.append(Node(name, only, heap, nearest[heap], len(members)))
    return nodes
