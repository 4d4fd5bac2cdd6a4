"""A year of stories: which request comes when, from whom, and how it goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from compagnon.config.demo import data
from compagnon.config.demo.arrivals import PARIS, arrivals
from compagnon.config.demo.data import Scenario
from compagnon.config.demo.life import LEVELS, Life
from compagnon.config.demo.pen import Times
from compagnon.config.demo.today import SCENES, Scene, play
from compagnon.config.demo.voices import pick
from compagnon.config.demo.world import User, World
from compagnon.desk.loading import Story

CHANNELS = (("mail", 0.46), ("portal", 0.24), ("phone", 0.26), ("desk", 0.04))
ALERTS = 0.03


@dataclass(frozen=True, slots=True)
class Earlier:
    """A ticket told before, which a duplicate names."""

    reference: str
    user: User
    title: str


def year(world: World, times: Times, *, count: int, seed: int) -> Iterator[Story]:
    """Give so many stories in the order of their opening; the same seed tells the same.

    The last ones are of these days: some for each queue, at each stage.
    """
    rng = Random(seed)  # noqa: S311 - a story, not a secret
    scenes = SCENES if count >= 5 * len(SCENES) else ()
    past = arrivals(rng, count - len(scenes), until=times.until, is_holiday=holidays(times))
    moments: list[tuple[datetime, Scene | None]] = [(moment, None) for moment in past]
    moments += [(scene.opens(times), scene) for scene in scenes]
    earlier: deque[Earlier] = deque(maxlen=6)
    for rank, (moment, scene) in enumerate(sorted(moments, key=lambda pair: pair[0]), 1):
        own = Random(seed * 1_000_003 + rank)  # noqa: S311
        if scene is not None:
            life = play(own, world, times, scene, moment)
        else:
            life = _life(own, world, times, moment, earlier)
        yield life.story()
        earlier.append(Earlier(f"{rank:06d}", life.user, life.opening.title))


def holidays(times: Times) -> Callable[[date], bool]:
    """Give the function that tells whether the support is closed on a day of the week."""

    def closed(day: date) -> bool:
        morning = datetime.combine(day, time(9), PARIS)
        return day.weekday() < 5 and not times.is_open(morning)

    return closed


def _life(
    rng: Random, world: World, times: Times, moment: datetime, earlier: deque[Earlier]
) -> Life:
    draw = rng.random()
    scenario, user = drawn(rng, world, moment)
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
    if life.holder.team == "desk" and life.chance(0.012):
        life.transfer()
    if life.chance(scenario.approval.chance):
        life.wait("waiting_approval", scenario.approval, "approved")
    turn = scenario.escalation
    if life.holder.team != LEVELS[turn.level] and life.chance(turn.chance):
        life.escalate(turn, turn.level)
        if turn.level == 2 and life.chance(0.12):
            life.escalate(turn, 3)
    if life.chance(scenario.supplier.chance):
        life.wait("waiting_supplier", scenario.supplier, "supplier_reply")
    if life.chance(0.12) and life.now - life.opening.at > timedelta(days=1):
        life.hear(life.phrase("user", "reminders"))
    if life.chance(0.012):
        life.call_authority()
    if life.chance(scenario.on_site.chance):
        life.visit(scenario.on_site)
    life.solve()
    life.end()


def drawn(rng: Random, world: World, moment: datetime) -> tuple[Scenario, User]:
    """Draw who asks for what: by season, and in English only what English was written for."""
    if rng.random() < ALERTS:
        watching = [user for user in world.users if user.alerts]
        alerts = [each for each in data.scenarios() if each.channel == "alert"]
        return rng.choice(alerts), rng.choice(watching)
    user = world.somebody(rng)
    found, weights = of_month(moment.astimezone(PARIS).month, english=user.english)
    return rng.choices(found, weights)[0], user


@cache
def of_month(month: int, *, english: bool) -> tuple[list[Scenario], list[float]]:
    """Give what may be asked that month, and how often."""
    found = [
        each for each in data.scenarios() if not each.channel and (each.titles_en or not english)
    ]
    return found, [each.weight * each.season.get(str(month), 1.0) for each in found]


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
    # Whoever wrote again wrote it themselves.
    by = first.user.id if life.opening.by == life.user.id else life.opening.by
    life.opening = replace(
        life.opening, by=by, requester=first.user.id, title=f"RE: {first.title}"[:200]
    )
    life.slots["reference"] = first.reference
    life.cancel(life.phrase("support", "duplicates"))
    return life
