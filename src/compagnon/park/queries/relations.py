"""The relations of one asset, told from its side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park.models import Asset, RedundancyGroup, Relation, VirtualMachine
from compagnon.park.services.relations import dependent_of
from compagnon.park.visibility import asset_filter

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Tie:
    """A relation from the asset's side: in words, to whom; without a row where an inventory
    tells it."""

    words: str
    other: Asset
    row: Relation | None
    depends: bool


def ties(actor: Actor, asset: Asset) -> list[Tie]:
    """Give the relations of a visible asset, hosts and guests of its inventory included."""
    rows = visible(Relation, actor).filter(
        Q(source=asset, target__merged_into=None) | Q(target=asset, source__merged_into=None)
    )
    read = rows.select_related("kind", "group", "source__type", "target__type")
    found = []
    for row in read.order_by("kind__name", "pk")[:SHOWN]:
        out = row.source_id == asset.pk
        words = row.kind.words if out else row.kind.inverse_words
        other = row.target if out else row.source
        found.append(Tie(words, other, row, dependent_of(row) == asset.pk))
    return [*found, *_told(actor, asset)]


def _told(actor: Actor, asset: Asset) -> list[Tie]:
    from compagnon.park import shipped_relations

    rows: QuerySet[Any] = visible(VirtualMachine, actor).filter(
        guest__isnull=False, guest__merged_into=None, asset__merged_into=None
    )
    condition = asset_filter(actor.scope, "guest__")
    if condition is not None:
        rows = rows.filter(condition)
    rows = rows.filter(Q(asset=asset) | Q(guest=asset))
    read = list(rows.select_related("asset__type", "guest__type").order_by("pk")[:SHOWN])
    if not read:
        return []
    kind = shipped_relations.ensure("runs-on")
    return [
        Tie(kind.inverse_words, one.guest, None, False)
        if one.asset_id == asset.pk
        else Tie(kind.words, one.asset, None, True)
        for one in read
    ]


def groups(actor: Actor, asset: Asset) -> list[RedundancyGroup]:
    """Give the redundancy groups of a visible asset."""
    return list(visible(RedundancyGroup, actor).filter(asset=asset)[:SHOWN])
