"""What writes the story of one ticket: time that passes, acts, and what is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from compagnon.config.demo import data, voices
from compagnon.config.demo.arrivals import PARIS
from compagnon.config.demo.data import Scenario
from compagnon.config.demo.voices import Slots, fill, pick
from compagnon.config.demo.world import Technician, User, World
from compagnon.contracts.clock import add
from compagnon.contracts.clock.calendars import Calendar
from compagnon.desk import rules
from compagnon.desk.loading import Story, acts

# The client's own: what stops a whole site is critical even if it can wait an hour.
MATRIX = ((1, 1, 3), (2, 3, 4), (3, 4, 5))
DAY_NAMES = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTH_NAMES = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip
LONGEST = 12.0


@dataclass(frozen=True, slots=True)
class Times:
    """When things may happen: the support's hours, and when the past ends."""

    office: Calendar
    until: datetime
    close_after: timedelta = timedelta(days=5)

    def is_open(self, at: datetime) -> bool:
        """Tell whether the support works at that moment."""
        soon = add(self.office, at, 60)
        return soon is not None and soon - at <= timedelta(minutes=2)

    def working_day(self, back: int, hour: int, minute: int) -> datetime:
        """Give that time of the so-many-th working day before the end (0: the last begun)."""
        local = self.until.astimezone(PARIS).replace(hour=hour, minute=minute, second=11)
        while True:
            if local < self.until and self.is_open(local):
                if back == 0:
                    return local.astimezone(self.until.tzinfo)
                back -= 1
            local -= timedelta(days=1)


def said(moment: datetime) -> str:
    """Give a moment as a French sentence says it: «mardi 4 mars à 14 h 30»."""
    local = moment.astimezone(PARIS)
    minutes = f" {local.minute:02d}" if local.minute else ""
    return (
        f"{DAY_NAMES[local.weekday()]} {local.day} {MONTH_NAMES[local.month - 1]} "
        f"à {local.hour} h{minutes}"
    )


class Pen:
    """The story of one ticket as it is written. ``now`` moves on with each act."""

    def __init__(
        self,
        rng: Random,
        world: World,
        times: Times,
        *,
        scenario: Scenario,
        user: User,
        at: datetime,
    ) -> None:
        self.rng = rng
        self.world = world
        self.times = times
        self.scenario = scenario
        self.user = user
        self.now = at
        self.slots = Slots(rng, user, world.colleague(rng, user))
        soon = at + timedelta(days=rng.randrange(4, 20))
        self.slots["date_proche"] = said(soon).rpartition(" à ")[0]
        self.acts: list[acts.Act] = []
        self.tasks = 0
        self.last_said = ""
        self.close_after = at
        self.opening: acts.Opened
        self.weigh(self.level(scenario.impact), self.level(scenario.urgency))
        self.holder = self.member("desk")

    def weigh(self, impact: int, urgency: int) -> None:
        """Say how grave and how urgent it is."""
        self.impact, self.urgency = impact, urgency
        self.priority = rules.priority(impact, urgency, MATRIX)

    def level(self, weights: Sequence[float]) -> int:
        """Draw a level from 1 to 3."""
        return self.rng.choices((1, 2, 3), weights)[0]

    def member(self, team: str) -> Technician:
        """Draw somebody of a team; a trainee takes half as much."""
        members = self.world.teams[team].members
        return self.rng.choices(members, [0.5 if each.trainee else 1.0 for each in members])[0]

    def chance(self, of: float) -> bool:
        """Tell whether something of that chance happens."""
        return self.rng.random() < of

    # --- time ------------------------------------------------------------------------------------

    def work(self, minutes: float) -> None:
        """Let so many minutes of the support's time pass; a critical fault does not wait for it."""
        seconds = max(40, int(minutes * 60 + self.rng.randrange(60)))
        if self.priority == 1:
            self.now += timedelta(seconds=seconds)
        else:
            self.now = add(self.times.office, self.now, seconds) or self.now

    def wait_seconds(self, low: int, high: int) -> None:
        """Let some seconds pass, by day or by night."""
        self.now += timedelta(seconds=self.rng.randrange(low, high))

    def spread(self, median: float, sigma: float = 0.7) -> float:
        """Draw around a median, with now and then much more."""
        return min(self.rng.lognormvariate(0, sigma), LONGEST) * median

    # --- acts ------------------------------------------------------------------------------------

    def act(self, made: Callable[..., acts.Act], by: int | str, /, **values: Any) -> None:
        """Add an act now."""
        self.acts.append(made(at=self.now, by=by, **values))

    def phrase(self, of: str, name: str) -> str:
        """Draw something that anybody says, in the user's language."""
        found = data.phrases()[of]
        english = f"{name}_en" if self.user.english and f"{name}_en" in found else name
        return fill(pick(self.rng, found[english]), self.slots)

    def reply(self, text: str) -> None:
        """Answer the user, who may quote it later."""
        hello = "Hello" if self.user.english else "Bonjour"
        closing = self.phrase("support", "closings")
        self.last_said = f"{hello} {self.user.first},\n\n{text}\n\n{closing}\n{self.holder.name}"
        self.act(acts.Replied, self.holder.id, text=self.last_said)

    def note(self, text: str) -> None:
        """Write an internal note."""
        self.act(acts.Noted, self.holder.id, text=text)

    def message_id(self) -> str:
        """Give the Message-ID of a mail of the user."""
        return f"<{self.rng.randbytes(10).hex()}@{self.user.address.partition('@')[2]}>"

    def hear(self, text: str) -> None:
        """Let the user write, by mail or on the portal."""
        values: dict[str, Any] = {"author": self.user.id, "text": text, "channel": "portal"}
        if self.opening.channel == "mail" or self.chance(0.4):
            quote = voices.quoted(self.holder.name, self.last_said) if self.last_said else ""
            values |= {
                "channel": "mail",
                "html": "",
                "quoted": quote,
                "internet_id": self.message_id(),
            }
        self.act(acts.Heard, self.user.id, **values)

    def story(self) -> Story:
        """Give what has happened so far; what lies ahead is not known yet."""
        told = [act for act in self.acts if act.at <= self.times.until]
        return Story(self.opening, told)
