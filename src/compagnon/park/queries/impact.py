"""The graph of relations as somebody sees it, and what falls in it, ready to be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park import impact
from compagnon.park.impact import Dependency, Graph, Redundancy
from compagnon.park.models import (
    Asset,
    Effect,
    RedundancyGroup,
    Relation,
    RelationKind,
    VirtualMachine,
)
from compagnon.park.visibility import asset_filter

AT_ONCE = 2000
"""Assets asked for by their keys; beyond, reading those that are visible is quicker."""
VM_KIND = "runs-on"
Tally = list[tuple[Any, str, int]]
Tied = list[tuple[int, int, int, int | None]]


@dataclass(frozen=True, slots=True)
class Item:
    """An asset of the answer: what it is, how far, and with whose fall.

    ``sure`` tells of a cause that its fall alone is enough; of what falls it is always true.
    """

    id: int
    name: str
    type_id: int
    type: str
    icon: str
    state: str
    organisation: str
    site_id: int | None
    site: str
    person_id: int | None
    tier: str
    depth: int = 0
    through: int | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What falls with an asset, or what may have brought it down; nearest first."""

    start: Item
    items: list[Item]
    weakened: list[Item]
    edges: list[tuple[int, int]]
    by_type: Tally = field(default_factory=list)
    by_site: Tally = field(default_factory=list)
    deepest: int = 0


def load(actor: Actor, kinds: Iterable[str] = ()) -> Graph:
    """Give the dependencies that the actor sees, in five queries.

    A guest needs the host that tells of it in its inventory, related by hand or not. Members of a
    redundancy that the actor does not see are counted, never named, and held to stand.

    Args:
        kinds: codes of the kinds of relations to follow; none: all that carry a fall.
    """
    wanted = set(kinds)
    effects = {
        pk: effect
        for pk, code, effect in RelationKind.objects.values_list("pk", "code", "effect")
        if effect != Effect.NONE and (not wanted or code in wanted)
    }
    rows = visible(Relation, actor).filter(
        kind__in=effects, source__merged_into=None, target__merged_into=None
    )
    tied: Tied = list(rows.order_by().values_list("source_id", "target_id", "kind_id", "group_id"))
    links = [
        Dependency(source, target, group)
        if effects[kind] == Effect.SOURCE
        else Dependency(target, source, group)
        for source, target, kind, group in tied
    ]
    if not wanted or VM_KIND in wanted:
        links += [Dependency(guest, host) for guest, host in guests(actor)]
    return Graph(links, _redundancies(actor, tied, effects))


def guests(actor: Actor) -> list[tuple[int, int]]:
    """Give which visible asset is a virtual machine of which other: guest, host."""
    rows = visible(VirtualMachine, actor).filter(
        guest__isnull=False, guest__merged_into=None, asset__merged_into=None
    )
    condition = asset_filter(actor.scope, "guest__")
    if condition is not None:
        rows = rows.filter(condition)
    return list(rows.order_by().values_list("guest_id", "asset_id"))


def _redundancies(actor: Actor, tied: Tied, effects: Mapping[int, str]) -> list[Redundancy]:
    groups = list(visible(RedundancyGroup, actor).order_by().values_list("pk", "asset_id", "needs"))
    if not groups:
        return []
    seen = Counter(group for *_rest, group in tied if group is not None)
    # How many members there are in all, seen or not: a number, and no row of anybody's.
    totals = dict(
        Relation.objects.filter(
            group__isnull=False,
            kind__in=effects,
            source__merged_into=None,
            target__merged_into=None,
        )
        .order_by()
        .values_list("group_id")
        .annotate(count=Count("pk"))
    )
    return [
        Redundancy(pk, asset, needs, hidden=max(totals.get(pk, 0) - seen[pk], 0))
        for pk, asset, needs in groups
    ]


def items_of(actor: Actor, keys: Iterable[int]) -> dict[int, Item]:
    """Give visible assets as items, in one query."""
    wanted = set(keys)
    rows = visible(Asset, actor)
    if len(wanted) <= AT_ONCE:
        rows = rows.filter(pk__in=wanted)
    read = rows.order_by().values_list(
        "pk", "name", "type_id", "type__name", "type__is_shipped", "type__icon", "state",
        "organisation__name", "site_id", "site__name", "person_id", "placement__tier",
    )  # fmt: skip
    words: dict[str, str] = {}
    found = {}
    for row in read:
        pk, type_name, shipped = row[0], row[3], row[4]
        if pk not in wanted:
            continue
        if type_name not in words:
            words[type_name] = gettext(type_name) if shipped else type_name
        found[pk] = Item(
            pk, row[1], row[2], words[type_name], row[5], row[6], row[7], row[8], row[9] or "",
            row[10], row[11] or "",
        )  # fmt: skip
    return found


def _at(item: Item, depth: int, through: int | None, sure: bool) -> Item:
    return Item(
        item.id, item.name, item.type_id, item.type, item.icon, item.state, item.organisation,
        item.site_id, item.site, item.person_id, item.tier, depth, through, sure,
    )  # fmt: skip


def falling_with(actor: Actor, asset: Asset, kinds: Iterable[str] = ()) -> Answer:
    """Give what falls when a visible asset falls."""
    graph = load(actor, kinds)
    outcome = impact.fall(graph, [asset.pk])
    known = items_of(actor, {*outcome.fallen, *outcome.weakened, asset.pk})
    items = [
        _at(known[one.item], one.depth, one.cause, True)
        for one in outcome.fallen.values()
        if one.depth and one.item in known
    ]
    drawn = {asset.pk, *(one.id for one in items)}
    edges = [
        (on, dependent)
        for dependent in drawn
        for on in graph.needed.get(dependent, ())
        if on in drawn
    ]
    weakened = [known[one] for one in outcome.weakened if one in known]
    return _answer(known[asset.pk], items, sorted(weakened, key=lambda one: one.name), edges)


def causes_of(actor: Actor, asset: Asset, kinds: Iterable[str] = ()) -> Answer:
    """Give what a visible asset stands on: what may have brought it down."""
    graph = load(actor, kinds)
    found = impact.causes(graph, asset.pk)
    known = items_of(actor, {asset.pk, *(one.item for one in found)})
    items = [
        _at(known[one.item], one.depth, one.towards, one.alone)
        for one in found
        if one.item in known
    ]
    items.sort(key=lambda one: (not one.sure, one.depth))
    drawn = {asset.pk, *(one.id for one in items)}
    edges = [
        (dependent, on)
        for dependent in drawn
        for on in graph.needed.get(dependent, ())
        if on in drawn
    ]
    return _answer(known[asset.pk], items, [], edges)


def _answer(
    start: Item, items: list[Item], weakened: list[Item], edges: list[tuple[int, int]]
) -> Answer:
    types = Counter((one.type_id, one.type) for one in items)
    sites = Counter((one.site_id, one.site) for one in items)
    return Answer(
        start,
        items,
        weakened,
        edges,
        by_type=[(key, name, count) for (key, name), count in types.most_common()],
        by_site=[(key, name, count) for (key, name), count in sites.most_common()],
        deepest=max((one.depth for one in items), default=0),
    )


def narrowed(
    answer: Answer, *, depth: int = 0, site: int | None = None, type_id: int | None = None
) -> list[Item]:
    """Give the items of an answer no further than ``depth`` (0: any), of a site, of a type."""
    return [
        one
        for one in answer.items
        if (not depth or one.depth <= depth)
        and (site is None or one.site_id == site)
        and (type_id is None or one.type_id == type_id)
    ]
