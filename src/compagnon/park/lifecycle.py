"""The life of an asset: which state may follow which. Pure."""

from __future__ import annotations

from compagnon.park.models.assets import AssetState

NEXT: dict[str, frozenset[str]] = {
    AssetState.ORDERED: frozenset({AssetState.STOCK, AssetState.USE, AssetState.RETIRED}),
    AssetState.STOCK: frozenset({AssetState.USE, AssetState.REPAIR, AssetState.RETIRED}),
    AssetState.USE: frozenset({AssetState.STOCK, AssetState.REPAIR, AssetState.RETIRED}),
    AssetState.REPAIR: frozenset({AssetState.STOCK, AssetState.USE, AssetState.RETIRED}),
    # What was set aside may come back; what was disposed of never does.
    AssetState.RETIRED: frozenset({AssetState.STOCK, AssetState.DISPOSED}),
    AssetState.DISPOSED: frozenset(),
}


def may_follow(before: str, after: str) -> bool:
    """Tell whether an asset may go from one state to another; staying is no move."""
    return before == after or after in NEXT.get(before, frozenset())


def choices(before: str) -> list[str]:
    """Give the states that may follow, in the order of a life."""
    return [state for state in AssetState.values if state in NEXT.get(before, frozenset())]
