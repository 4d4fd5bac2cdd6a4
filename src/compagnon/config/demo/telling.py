"""A year of stories: which request comes when, from whom, and how it goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from compagnon.config.demo import data
from compagnon.config.demo.arrivals import PARIS, arrivals
from compagnon.config.demo.data import Scenario
from compagnon.config.demo.life import Earlier, Life, Times
from compagnon.config.demo.voices import pick
from compagnon.config.demo.world import User, World
from compagnon.contracts.clock import add
from compagnon.desk.loading import Story, acts

CHANNELS = (("mail", 0.46), ("portal", 0.24), ("phone", 0.26), ("desk", 0.04))


def year(world: World, times: Times, *, count: int, seed: int) -> Iterator[Story]:
    """Give so many stories in the order of their opening; the same seed tells the same."""
    rng = Random(seed)  # noqa: S311 - a story, not a secret
    moments = arrivals(rng, count, until=times.until, is_holiday=_holiday(times))
    earlier: deque[Earlier] = deque(maxlen=6)
    for rank, moment in enumerate(moments, 1):
        own = Random(seed * 1_000_003 + rank)  # noqa: S311
        life = _life(own, world, times, moment, earlier)
        yield life.story()
        earlier.append(Earlier(f"{rank:06d}", life.user, life.opening.title))


def _holiday(times: Times) -> Callable[[date], bool]:
    def closed(day: date) -> bool:
        morning = datetime.combine(day, time(9), PARIS)
        soon = add(times.office, morning, 60)
        return day.weekday() < 5 and (soon is None or soon - morning > timedelta(minutes=5))

    return closed


def _life(
    rng: Random, world: World, times: Times, moment: datetime, earlier: deque[Earlier]
) -> Life:
    draw = rng.random()
    user = requester(rng, world, moment)
    scenario = chosen(rng, moment, user)
    life = Life(rng, world, times, scenario=scenario, user=user, at=moment)
    if draw < 0.012:
        return _junk(life)
    life.open(door(rng, scenario, moment))
    if draw < 0.03 and earlier:
        return _duplicate(life, rng.choice(list(earlier)))
    if draw < 0.036:
        life.cancel(life.phrase("support", "withdrawn"))
        return life
    live(life)
    return life


def live(life: Life) -> None:
    """Let a ticket go from its opening to its closing."""
    scenario = life.scenario
    life.take_up()
    if life.chance(0.36):
        life.ask()
    life.look()
    if scenario.approval.chance and life.chance(scenario.approval.chance):
        life.wait("waiting_approval", scenario.approval, "approved")
    turn = scenario.escalation
    level = {"desk": 1, "systems": 2, "experts": 3}[life.holder.team]
    if turn.chance and level < turn.level and life.chance(turn.chance):
        life.escalate(turn, turn.level)
        if turn.level == 2 and life.chance(0.12):
            life.escalate(turn, 3)
    if scenario.supplier.chance and life.chance(scenario.supplier.chance):
        life.wait("waiting_supplier", scenario.supplier, "supplier_reply")
    if life.chance(0.12) and life.now - life.opening.at > timedelta(days=1):
        life.hear(life.phrase("user", "reminders"))
    if life.chance(0.015):
        ask_authority(life)
    if scenario.on_site.chance and life.chance(scenario.on_site.chance):
        life.visit(scenario.on_site)
    life.solve()
    life.end()


def ask_authority(life: Life) -> None:
    """Have somebody with authority act."""
    life.work(life.spread(10))
    life.act(
        acts.AuthorityAsked,
        life.holder.id,
        to_person=life.world.supervisor,
        reason=life.phrase("support", "authority"),
    )


def requester(rng: Random, world: World, moment: datetime) -> User:
    """Draw who asks; the client's own administrator sees the alerts."""
    return rng.choices(world.users, [user.weight for user in world.users])[0]


def chosen(rng: Random, moment: datetime, user: User) -> Scenario:
    """Draw what they ask: by season, and in English only what English was written for."""
    month = str(moment.astimezone(PARIS).month)
    found = [
        each
        for each in data.scenarios()
        if (each.channel != "alert" or user.alerts) and (not user.english or each.titles_en)
    ]
    return rng.choices(found, [each.weight * each.season.get(month, 1.0) for each in found])[0]


def door(rng: Random, scenario: Scenario, moment: datetime) -> str:
    """Draw the door: nobody answers the phone at night."""
    if scenario.channel:
        return scenario.channel
    local = moment.astimezone(PARIS)
    manned = local.weekday() < 5 and 8 <= local.hour < 18
    if not manned:
        return rng.choice(("mail", "portal"))
    return rng.choices([name for name, _ in CHANNELS], [weight for _, weight in CHANNELS])[0]


def _junk(life: Life) -> Life:
    life.open("mail")
    found = data.phrases()["junk"]
    rank = life.rng.randrange(len(found["titles"]))
    life.opening = replace(
        life.opening, title=found["titles"][rank], text=found["texts"][rank], files=()
    )
    life.cancel(pick(life.rng, data.phrases()["support"]["spam"]))
    return life


def _duplicate(life: Life, first: Earlier) -> Life:
    life.opening = replace(life.opening, requester=first.user.id, title=f"RE: {first.title}"[:200])
    life.slots["reference"] = first.reference
    life.cancel(life.phrase("support", "duplicates"))
    return life
