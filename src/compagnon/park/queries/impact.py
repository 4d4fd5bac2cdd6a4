"""The graph of relations as somebody sees it, and what falls in it, ready to be shown.

Tens of thousands of items are reckoned with as numbers; names are read of those that are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from django.db.models import Count
from django.utils.translation import gettext

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park import impact
from compagnon.park.impact import Graph, Redundancy
from compagnon.park.models import (
    Asset,
    AssetType,
    Effect,
    RedundancyGroup,
    Relation,
    RelationKind,
    VirtualMachine,
)
from compagnon.park.visibility import asset_filter
from compagnon.people.models import Site

AT_ONCE = 2000
"""Assets asked for by their keys; beyond, reading those that are visible is quicker."""
CHUNK = 2000
VM_KIND = "runs-on"
Tally = list[tuple[int | None, str, int]]


class Place(NamedTuple):
    """An asset of the answer, as numbers: where it stands, how far, and with whose fall.

    ``sure`` tells of a cause whether its fall alone is enough (``None``: too far to be tried); of
    what falls it is always true.
    """

    id: int
    type_id: int
    site_id: int | None
    person_id: int | None
    organisation_id: int
    depth: int
    through: int | None
    sure: bool | None


@dataclass(frozen=True, slots=True)
class Item:
    """An asset of the answer in words; see :class:`Place`."""

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
    sure: bool | None = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What falls with an asset, or what may have brought it down; nearest first."""

    start: Place
    items: list[Place]
    weakened: list[Item]
    graph: Graph
    is_down: bool
    """Whether it tells what falls; else, what may have brought it down."""
    by_type: Tally = field(default_factory=list)
    by_site: Tally = field(default_factory=list)
    deepest: int = 0

    def edges(self) -> Iterator[tuple[int, int]]:
        """Give the dependencies between the items of the answer, the way it is drawn."""
        drawn = {self.start.id, *(one.id for one in self.items)}
        for dependent in drawn:
            for on in self.graph.needed.get(dependent, ()):
                if on in drawn:
                    yield (on, dependent) if self.is_down else (dependent, on)


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
    gone = set(Asset.every.filter(merged_into__isnull=False).values_list("pk", flat=True))
    seen: Counter[int] = Counter()
    links = _links(actor, effects, gone, seen)
    if not wanted or VM_KIND in wanted:
        links = chain(links, ((guest, host, None) for guest, host in guests(actor)))
    # Groups are read first: the graph asks of each member whose it is.
    groups = list(visible(RedundancyGroup, actor).order_by().values_list("pk", "asset_id", "needs"))
    held = [Redundancy(pk, asset, needs) for pk, asset, needs in groups]
    graph = Graph(links, held)
    if groups:
        graph.hide(_hidden(effects, seen))
    return graph


def _links(
    actor: Actor, effects: Mapping[int, str], gone: set[int], seen: Counter[int]
) -> Iterator[tuple[int, int, int | None]]:
    """Give who needs whom, as it is read; count the members of each group."""
    rows = visible(Relation, actor).filter(kind__in=effects).order_by()
    forward = {kind for kind, effect in effects.items() if effect == Effect.SOURCE}
    read = rows.values_list("source_id", "target_id", "kind_id", "group_id")
    for source, target, kind, group in read.iterator(chunk_size=CHUNK):
        if gone and (source in gone or target in gone):
            continue
        if group is not None:
            seen[group] += 1
        yield (source, target, group) if kind in forward else (target, source, group)


def guests(actor: Actor) -> list[tuple[int, int]]:
    """Give which visible asset is a virtual machine of which other: guest, host."""
    rows = visible(VirtualMachine, actor).filter(
        guest__isnull=False, guest__merged_into=None, asset__merged_into=None
    )
    condition = asset_filter(actor.scope, "guest__")
    if condition is not None:
        rows = rows.filter(condition)
    return list(rows.order_by().values_list("guest_id", "asset_id"))


def _hidden(effects: Mapping[int, str], seen: Counter[int]) -> dict[int, int]:
    """Give how many members of each group stand unseen: a number, and no row of anybody's."""
    totals = (
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
    return {group: count - seen[group] for group, count in totals if count > seen[group]}


Standing = tuple[int, int | None, int | None, int]


def _standing(actor: Actor, keys: Iterable[int]) -> dict[int, Standing]:
    """Give type, site, holder and organisation of visible assets, in one query."""
    wanted = set(keys)
    rows = visible(Asset, actor)
    if len(wanted) <= AT_ONCE:
        rows = rows.filter(pk__in=wanted)
    read = rows.order_by().values_list("pk", "type_id", "site_id", "person_id", "organisation_id")
    return {row[0]: row[1:] for row in read.iterator(chunk_size=CHUNK) if row[0] in wanted}


def items_of(actor: Actor, places: Iterable[Place]) -> list[Item]:
    """Give the places that somebody is shown in words, in their order; one query."""
    shown = list(places)
    found = _named(actor, {one.id for one in shown})
    return [
        _at(found[one.id], one.depth, one.through, one.sure) for one in shown if one.id in found
    ]


def _named(actor: Actor, keys: Iterable[int]) -> dict[int, Item]:
    wanted = sorted(set(keys))
    read = (
        visible(Asset, actor)
        .order_by()
        .values_list(
            "pk", "name", "type_id", "type__name", "type__is_shipped", "type__icon", "state",
            "organisation__name", "site_id", "site__name", "person_id", "placement__tier",
        )
    )  # fmt: skip
    found = {}
    for start in range(0, len(wanted), CHUNK):
        for row in read.filter(pk__in=wanted[start : start + CHUNK]):
            kind = gettext(row[3]) if row[4] else row[3]
            found[row[0]] = Item(
                row[0], row[1], row[2], kind, row[5], row[6], row[7], row[8], row[9] or "",
                row[10], row[11] or "",
            )  # fmt: skip
    return found


def names_of(actor: Actor, keys: Iterable[int | None]) -> dict[int, str]:
    """Give the names of visible assets."""
    wanted = {key for key in keys if key is not None}
    rows = visible(Asset, actor).filter(pk__in=wanted).order_by()
    return dict(rows.values_list("pk", "name"))


def _at(item: Item, depth: int, through: int | None, sure: bool | None) -> Item:
    return Item(
        item.id, item.name, item.type_id, item.type, item.icon, item.state, item.organisation,
        item.site_id, item.site, item.person_id, item.tier, depth, through, sure,
    )  # fmt: skip


def falling_with(actor: Actor, asset: Asset, kinds: Iterable[str] = ()) -> Answer:
    """Give what falls when a visible asset falls."""
    graph = load(actor, kinds)
    outcome = impact.fall(graph, [asset.pk])
    known = _standing(actor, (*outcome.depths, asset.pk))
    items = [
        Place(one, *known[one], depth, outcome.through.get(one), True)
        for one, depth in outcome.depths.items()
        if depth and one in known
    ]
    weakened = sorted(_named(actor, outcome.weakened).values(), key=lambda one: one.name)
    return _answer(_start(known, asset), items, weakened, graph, is_down=True)


def causes_of(actor: Actor, asset: Asset, kinds: Iterable[str] = ()) -> Answer:
    """Give what a visible asset stands on: what may have brought it down."""
    graph = load(actor, kinds)
    found = impact.causes(graph, asset.pk)
    known = _standing(actor, (asset.pk, *(one.item for one in found)))
    items = [
        Place(one.item, *known[one.item], one.depth, one.towards, one.alone)
        for one in found
        if one.item in known
    ]
    items.sort(key=lambda one: (not one.sure, one.depth))
    return _answer(_start(known, asset), items, [], graph, is_down=False)


def _start(known: Mapping[int, Standing], asset: Asset) -> Place:
    standing = (asset.type_id, asset.site_id, asset.person_id, asset.organisation_id)
    return Place(asset.pk, *known.get(asset.pk, standing), 0, None, True)


def _answer(
    start: Place, items: list[Place], weakened: list[Item], graph: Graph, *, is_down: bool
) -> Answer:
    return Answer(
        start,
        items,
        weakened,
        graph,
        is_down,
        by_type=tally(types_of(one.type_id for one in items), (one.type_id for one in items)),
        by_site=tally(sites_of(one.site_id for one in items), (one.site_id for one in items)),
        deepest=max((one.depth for one in items), default=0),
    )


def tally(names: Mapping[int, str], keys: Iterable[int | None]) -> Tally:
    """Count keys, the most frequent first, with their names."""
    return [(key, names.get(key or 0, ""), count) for key, count in Counter(keys).most_common()]


def types_of(keys: Iterable[int]) -> dict[int, str]:
    """Give the names of types in the reader's language."""
    rows = AssetType.objects.filter(pk__in=set(keys)).order_by()
    read = rows.values_list("pk", "name", "is_shipped")
    return {pk: gettext(name) if is_shipped else name for pk, name, is_shipped in read}


def sites_of(keys: Iterable[int | None]) -> dict[int, str]:
    """Give the names of the sites where visible assets stand."""
    wanted = {key for key in keys if key is not None}
    return dict(Site.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def narrowed(
    answer: Answer, *, depth: int = 0, site: int | None = None, type_id: int | None = None
) -> list[Place]:
    """Give the items of an answer no further than ``depth`` (0: any), of a site, of a type."""
    if not depth and site is None and type_id is None:
        return answer.items
    return [
        one
        for one in answer.items
        if (not depth or one.depth <= depth)
        and (site is None or one.site_id == site)
        and (type_id is None or one.type_id == type_id)
    ]
