"""The bench's tickets: most are quick, some live as the demonstration's do, some stay open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

from compagnon.config.demo.arrivals import arrivals
from compagnon.config.demo.life import Life
from compagnon.config.demo.pen import Times
from compagnon.config.demo.telling import door, drawn, holidays, live
from compagnon.config.demo.world import World
from compagnon.desk.loading import Story, acts

LIVED = 0.12
BRIEF = 0.96
LEFT_OPEN = 0.25
RECENT = timedelta(days=21)
BLOCK = 200


def stories(
    world: World,
    times: Times,
    *,
    count: int,
    seed: int,
    part: int = 0,
    parts: int = 1,
    lean: bool = False,
) -> Iterator[Story]:
    """Give the stories of one part of ``parts``, in the order of their opening.

    With ``lean``, nearly all are told in two acts: many tickets with few rows, for whoever only
    asks whether a query reads them all. Parts are dealt out in blocks, so that the keys that
    several processes give follow time.
    """
    rng = Random(seed)  # noqa: S311 - a story, not a secret
    past = arrivals(rng, count, until=times.until, is_holiday=holidays(times))
    for rank, moment in enumerate(past):
        if rank // BLOCK % parts != part:
            continue
        own = Random(seed * 1_000_003 + rank)  # noqa: S311
        scenario, user = drawn(own, world, moment)
        life = Life(own, world, times, scenario=scenario, user=user, at=moment)
        life.open(door(own, scenario, moment))
        draw = own.random()
        if lean and own.random() < BRIEF:
            brief(life, ended=moment < times.until - RECENT or own.random() > LEFT_OPEN)
        elif draw < LIVED:
            live(life)
        else:
            quick(life, solved=moment < times.until - RECENT or own.random() > LEFT_OPEN)
        yield life.story()


def quick(life: Life, *, solved: bool) -> None:
    """Take it, look at it, and most often solve it."""
    life.take_up(said=False)
    if not solved:
        life.look()
        return
    life.solve()
    if life.chance(0.6):
        life.accept()
    else:
        life.say_nothing(thanks=False)


def brief(life: Life, *, ended: bool) -> None:
    """Let it come in, be taken, and most often be set aside at once."""
    life.opening = replace(life.opening, acknowledge=False)
    life.act(acts.Taken, life.holder.id)
    if ended:
        life.cancel("Doublon")
