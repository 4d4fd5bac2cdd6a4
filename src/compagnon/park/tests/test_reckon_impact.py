"""What falls with what, held against the slow and plain way of finding it."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from compagnon.park.impact import Dependency, Graph, Redundancy, causes, fall

ITEMS = st.integers(0, 11)


@st.composite
def parks(draw: st.DrawFn) -> tuple[list[Dependency], list[Redundancy]]:
    """A small park with circles, doubled relations, groups of any need and members hidden."""
    groups = [
        Redundancy(key, draw(ITEMS), draw(st.integers(1, 4)), draw(st.integers(0, 1)))
        for key in range(draw(st.integers(0, 4)))
    ]
    links = [
        Dependency(dependent, on, group)
        for dependent, on, group in draw(
            st.lists(st.tuples(ITEMS, ITEMS, st.none() | st.integers(0, 5)), max_size=40)
        )
    ]
    for one in groups:
        members = draw(st.lists(ITEMS, max_size=4))
        links += [Dependency(one.dependent, on, one.id) for on in members]
    return links, groups


def plainly_fallen(links: list[Dependency], groups: list[Redundancy], starts: set[int]) -> set[int]:
    """Turn round every relation and every group until nothing more falls."""
    known = {one.id: one for one in groups}
    members: dict[int, set[int]] = {one.id: set() for one in groups}
    alone: set[tuple[int, int]] = set()
    for link in links:
        group = known.get(link.group) if link.group is not None else None
        if link.dependent == link.on:
            continue
        if group and group.dependent == link.dependent:
            members[group.id].add(link.on)
        else:
            alone.add((link.dependent, link.on))
    down = set(starts)
    while True:
        more = {dependent for dependent, on in alone if on in down}
        for one in groups:
            lost = members[one.id] & down
            standing = len(members[one.id] - down) + one.hidden
            if lost and standing < one.needs:
                more.add(one.dependent)
        if more <= down:
            return down
        down |= more


@given(parks(), st.sets(ITEMS, max_size=3))
def test_what_falls_is_what_the_plain_way_finds(
    park: tuple[list[Dependency], list[Redundancy]], starts: set[int]
) -> None:
    links, groups = park
    outcome = fall(Graph(links, groups), starts)
    assert set(outcome.fallen) == plainly_fallen(links, groups, starts)
    for one in outcome.fallen.values():
        assert one.cause is None if one.depth == 0 else one.cause in outcome.fallen
    assert not set(outcome.weakened) & set(outcome.fallen)
    assert all(left >= 0 for left in outcome.weakened.values())


@given(parks(), ITEMS)
def test_a_cause_that_is_enough_alone_is_one_whose_fall_is_enough(
    park: tuple[list[Dependency], list[Redundancy]], item: int
) -> None:
    links, groups = park
    found = {one.item: one.alone for one in causes(Graph(links, groups), item)}
    for other in range(12):
        falls = other != item and item in plainly_fallen(links, groups, {other})
        assert found.get(other, False) == falls


@given(parks(), st.sets(ITEMS, max_size=2), ITEMS)
def test_more_falls_when_more_fell(
    park: tuple[list[Dependency], list[Redundancy]], starts: set[int], one_more: int
) -> None:
    graph = Graph(*park)
    assert set(fall(graph, starts).fallen) <= set(fall(graph, starts | {one_more}).fallen)


def test_two_of_three_are_enough() -> None:
    links = [Dependency(1, node, 7) for node in (11, 12, 13)]
    graph = Graph(links, [Redundancy(7, 1, needs=2)])

    first = fall(graph, [11])
    assert set(first.fallen) == {11}
    assert first.weakened == {1: 0}

    second = fall(graph, [11, 12])
    assert set(second.fallen) == {11, 12, 1}
    assert second.fallen[1].depth == 1


def test_a_shared_switch_explains_a_redundant_service() -> None:
    links = [Dependency(1, 11, 7), Dependency(1, 12, 7), Dependency(11, 5), Dependency(12, 5)]
    graph = Graph(links, [Redundancy(7, 1, needs=1)])
    alone = {one.item: one.alone for one in causes(graph, 1)}
    assert alone == {11: False, 12: False, 5: True}


def test_a_large_park_is_reckoned_at_once() -> None:
    """10,000 items and 30,000 relations; the figure kept here is thrice what was measured."""
    links = [
        Dependency(item, (item * 7 + step * 131) % max(item, 1), item if step < 2 else None)
        for item in range(1, 10_000)
        for step in range(3)
    ]
    groups = [Redundancy(item, item, needs=1) for item in range(1, 10_000)]
    graph = Graph(links, groups)
    begun = time.process_time()
    outcome = fall(graph, [0])
    spent = time.process_time() - begun
    assert len(outcome.depths) > 1_000
    assert spent < 0.3
