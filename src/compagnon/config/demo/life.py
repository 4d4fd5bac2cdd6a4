"""The life of one ticket, from the request to the closing, as acts of the desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from compagnon.config.demo import data, voices
from compagnon.config.demo.arrivals import PARIS
from compagnon.config.demo.contracts import TAKE_UP
from compagnon.config.demo.data import Scenario, Turn
from compagnon.config.demo.voices import Slots, fill, pick
from compagnon.config.demo.world import Technician, User, World
from compagnon.contracts.clock import add
from compagnon.contracts.clock.calendars import Calendar
from compagnon.desk import rules
from compagnon.desk.loading import Story, acts

MATRIX = ((1, 2, 3), (2, 3, 4), (3, 3, 5))
DAY_NAMES = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTH_NAMES = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip
LEVELS = {2: "systems", 3: "experts"}


@dataclass(frozen=True, slots=True)
class Times:
    """When things may happen: the support's hours, and when the past ends."""

    office: Calendar
    until: datetime
    close_after: timedelta = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A ticket told before, which a duplicate names."""

    reference: str
    user: User
    title: str


def said(moment: datetime) -> str:
    """Give a moment as a French sentence says it: «mardi 4 mars à 14 h 30»."""
    local = moment.astimezone(PARIS)
    minutes = f" {local.minute:02d}" if local.minute else ""
    return (
        f"{DAY_NAMES[local.weekday()]} {local.day} {MONTH_NAMES[local.month - 1]} "
        f"à {local.hour} h{minutes}"
    )


class Life:
    """A ticket being lived. ``now`` moves on with each act."""

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
        others = [other for other in world.users if other.place is user.place and other != user]
        self.slots = Slots(rng, user, rng.choice(others))
        self.slots["date_proche"] = said(at + timedelta(days=rng.randrange(4, 20))).rpartition(
            " à "
        )[0]
        self.acts: list[acts.Act] = []
        self.tasks = 0
        impact = self._level(scenario.impact)
        self.impact, self.urgency = impact, self._level(scenario.urgency)
        self.priority = rules.priority(self.impact, self.urgency, MATRIX)
        self.holder = self._member("desk")
        self.last_said = ""
        self.close_after = at
        self.opening: acts.Opened

    # --- small things ----------------------------------------------------------------------------

    def _level(self, weights: Sequence[float]) -> int:
        return self.rng.choices((1, 2, 3), weights)[0]

    def _member(self, team: str) -> Technician:
        members = self.world.teams[team].members
        weights = [0.5 if member.trainee else 1.0 for member in members]
        return self.rng.choices(members, weights)[0]

    def chance(self, of: float) -> bool:
        """Tell whether something of that chance happens."""
        return self.rng.random() < of

    def work(self, minutes: float) -> None:
        """Let so many minutes of the support's time pass; a critical fault does not wait for it."""
        seconds = max(40, int(minutes * 60 + self.rng.randrange(60)))
        if self.priority == 1:
            self.now += timedelta(seconds=seconds)
        else:
            self.now = add(self.times.office, self.now, seconds) or self.now

    def spread(self, median: float, sigma: float = 0.7) -> float:
        """Draw around a median, with now and then much more."""
        return min(self.rng.lognormvariate(0, sigma), 12) * median

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
        greeting = (
            f"Hello {self.user.first}," if self.user.english else f"Bonjour {self.user.first},"
        )
        closing = self.phrase("support", "closings")
        self.last_said = f"{greeting}\n\n{text}\n\n{closing}\n{self.holder.name}"
        self.act(acts.Replied, self.holder.id, text=self.last_said)

    def note(self, text: str) -> None:
        """Write an internal note."""
        self.act(acts.Noted, self.holder.id, text=text)

    def message_id(self) -> str:
        """Give the Message-ID of a mail of the user."""
        return f"<{self.rng.randbytes(10).hex()}@{self.user.address.partition('@')[2]}>"

    def hear(self, text: str) -> None:
        """Let the user write, by mail or on the portal."""
        if self.opening.channel == "mail" or self.chance(0.4):
            quote = voices.quoted(self.holder.name, self.last_said) if self.last_said else ""
            self.act(
                acts.Heard, self.user.id, author=self.user.id, text=text, channel="mail", html="",
                quoted=quote, internet_id=self.message_id(),
            )  # fmt: skip
        else:
            self.act(acts.Heard, self.user.id, author=self.user.id, text=text, channel="portal")

    def story(self) -> Story:
        """Give what has happened so far; what lies ahead is not known yet."""
        told = [act for act in self.acts if act.at <= self.times.until]
        return Story(self.opening, told)

    # --- chapters --------------------------------------------------------------------------------

    def open(self, channel: str) -> None:
        """Let the request come in by that door."""
        scenario, rng, user = self.scenario, self.rng, self.user
        english = bool(user.english and scenario.titles_en)
        title = fill(pick(rng, scenario.titles_en if english else scenario.titles), self.slots)
        core = pick(rng, scenario.texts_en if english else scenario.texts)
        values: dict[str, Any] = {"requester": user.id, "channel": channel}
        if channel in {"mail", "portal"}:
            title = voices.with_slips(rng, title, voices.SLIPS.get(user.voice, 0.0) / 2)
            text = voices.described(rng, user, core, self.slots)
        else:
            text = fill(core, self.slots)
        values |= {"title": title, "text": text, "kind": scenario.kind}
        if channel == "mail":
            values |= {
                "mailbox": self.world.mailbox,
                "html": "",
                "internet_id": self.message_id(),
                "kind": "incident",
            }
        else:
            values["service"] = self.world.services[scenario.service]
            if scenario.request:
                values["request_type"] = self.world.requests[scenario.request]
            elif channel == "portal":
                values["request_type"] = self.world.requests[f"fault:{scenario.service}"]
        by = user.id
        if channel in {"phone", "desk", "alert"}:
            # Whoever picks up qualifies at once.
            by = self.world.secretary if self.chance(0.25) else self.holder.id
            values |= {
                "category": self.world.categories[scenario.category],
                "impact": self.impact,
                "urgency": self.urgency,
                "affected_item": fill(pick(rng, scenario.items), self.slots),
            }
        elif channel == "portal":
            values |= {
                "category": self.world.categories[scenario.category],
                "urgency": self.urgency,
            }
        if channel in {"mail", "portal"} and self.world.captures and self.chance(0.07):
            file_id, name = rng.choice(self.world.captures)
            values["files"] = (acts.Given(file_id=file_id, name=name),)
        self.opening = acts.Opened(at=self.now, by=by, **values)

    def take_up(self) -> None:
        """Let somebody qualify it and take it."""
        target = TAKE_UP[self.priority - 1] / 60
        # About one in twelve is taken up too late.
        self.work(min(self.spread(0.22 * target, 1.0), 4 * target))
        if self.opening.channel in {"mail", "portal"}:
            self._qualify()
            self.work(self.rng.random() * 2)
        if self.priority == 1 and not self._is_open_hours():
            self.holder = self._member("experts")
            self.act(acts.Assigned, self.holder.id, team=self.world.teams["experts"].id,
                     assignee=self.holder.id)  # fmt: skip
            self.note(self.phrase("support", "on_call"))
            return
        team = self.team_of_category()
        if team != "desk":
            self.holder = self._member(team)
        dispatcher = self.world.supervisor
        if self.chance(0.25):
            self.act(acts.Assigned, dispatcher, team=self.world.teams[team].id,
                     assignee=self.holder.id)  # fmt: skip
        else:
            self.act(acts.Taken, self.holder.id)
        if self.chance(0.55) or self.priority <= 2:
            self.work(self.spread(4))
            self.reply(self.phrase("support", "takes"))

    def team_of_category(self) -> str:
        """Give the team that the category names."""
        categories = data.organisation()["categories"]
        found = categories[self.scenario.category][2]
        return str(found or categories[self.scenario.category.partition(".")[0]][2])

    def _is_open_hours(self) -> bool:
        soon = add(self.times.office, self.now, 60)
        return soon is not None and soon - self.now <= timedelta(minutes=2)

    def _qualify(self) -> None:
        scenario = self.scenario
        values: dict[str, Any] = {
            "category": self.world.categories[scenario.category],
            "impact": self.impact,
            "urgency": self.urgency,
            "affected_item": fill(pick(self.rng, scenario.items), self.slots),
        }
        if self.opening.request_type is None:
            request = scenario.request or f"fault:{scenario.service}"
            values["request_type"] = self.world.requests[request]
        self.act(acts.Qualified, self.holder.id, values=values)

    def ask(self, *, answered: bool = True) -> None:
        """Ask the user something, and wait."""
        if self.user.english or not self.scenario.questions:
            return
        question, *answers = pick(self.rng, self.scenario.questions)
        self.work(self.spread(12))
        self.reply(fill(question, self.slots))
        self.now += timedelta(seconds=self.rng.randrange(5, 90))
        self.act(acts.Pended, self.holder.id, reason="waiting_user")
        if not answered:
            return
        self.work(self.spread(75, 1.1))
        self.hear(
            voices.styled(self.rng, self.user.voice, fill(pick(self.rng, answers), self.slots))
        )

    def look(self) -> None:
        """Work on it, with a note of what was found."""
        median, sigma = self.scenario.minutes
        self.work(self.spread(median * 0.5, sigma))
        if self.scenario.notes and self.chance(0.7):
            self.note(fill(pick(self.rng, self.scenario.notes), self.slots))

    def escalate(self, turn: Turn, level: int) -> None:
        """Hand it to a more expert team, which takes it."""
        self.work(self.spread(10))
        rank = self.rng.randrange(len(turn.reasons))
        texts = [
            fill(found[min(rank, len(found) - 1)], self.slots)
            for found in (turn.reasons, turn.tried, turn.needed)
        ]
        key = LEVELS[level]
        self.act(acts.Escalated, self.holder.id, to_team=self.world.teams[key].id,
                 reason=texts[0], tried=texts[1], needed=texts[2])  # fmt: skip
        self.holder = self._member(key)
        self.work(self.spread(15 if self.priority <= 2 else 80, 0.9))
        self.act(acts.Taken, self.holder.id)
        self.look()
        if self.chance(0.35):
            self.reply(self.phrase("support", "progress"))

    def wait(self, reason: str, turn: Turn, back: str, *, over: bool = True) -> None:
        """Wait for a supplier or for somebody's approval."""
        self.work(self.spread(15))
        note = fill(pick(self.rng, turn.notes), self.slots)
        self.act(acts.Pended, self.holder.id, reason=reason, note=note)
        if not over:
            return
        low, high = turn.days
        self.work(self.rng.uniform(low, high) * 510 + 60)
        self.act(acts.Resumed, self.holder.id)
        if self.chance(0.5):
            self.note(self.phrase("support", back))

    def visit(self, turn: Turn, *, done: bool = True) -> None:
        """Go there: appointment, travel, report, and the user's signature."""
        self.work(self.spread(10))
        if self.holder.team == "desk" and self.chance(0.8):
            self.holder = self._member("systems")
            self.act(acts.Assigned, self.world.supervisor, assignee=self.holder.id)
        start = self._slot()
        self.slots["date_rdv"] = said(start)
        planned = self.rng.choice((1800, 2700, 3600, 5400))
        self.act(
            acts.TaskPlanned, self.holder.id, title=fill(pick(self.rng, turn.titles), self.slots),
            mode="on_site", assignee=self.holder.id, planned_start=start, planned_seconds=planned,
        )  # fmt: skip
        self.now += timedelta(seconds=self.rng.randrange(20, 200))
        self.reply(self.phrase("support", "appointment_notice"))
        self.now += timedelta(seconds=self.rng.randrange(5, 60))
        self.act(
            acts.Pended, self.holder.id, reason="appointment", until=start,
            note=self.phrase("support", "appointment"),
        )  # fmt: skip
        task, self.tasks = self.tasks, self.tasks + 1
        if not done:
            return
        self.now = start + timedelta(seconds=self.rng.randrange(1, 58))
        self.act(acts.Resumed, "holding")
        spent = int(planned * self.rng.uniform(0.5, 1.5)) // 300 * 300 + 300
        travel = self.rng.choice((600, 900, 1200, 1800))
        self.now += timedelta(seconds=spent)
        self.act(acts.TaskCompleted, self.holder.id, task=task, spent_seconds=spent,
                 travel_seconds=travel)  # fmt: skip
        self.now += timedelta(seconds=self.rng.randrange(60, 400))
        report = fill(pick(self.rng, turn.reports), self.slots)
        self.act(acts.SheetPrepared, self.holder.id, task=task, report=report)
        if self.chance(0.92):
            self.now += timedelta(seconds=self.rng.randrange(30, 240))
            drawn = self.rng.choice(self.world.signatures) if self.world.signatures else None
            self.act(
                acts.SheetSigned, self.user.id, task=task, name=self.user.name,
                remarks=self.phrase("user", "remarks"),
                signature=drawn if self.chance(0.85) else None,
            )  # fmt: skip

    def _slot(self) -> datetime:
        """Give the next appointment: on an hour or a half, in the support's hours."""
        days = self.rng.choice((0.4, 0.6, 1, 1, 2, 3))
        found = add(self.times.office, self.now, int(days * 510 * 60)) or self.now
        local = found.astimezone(PARIS).replace(minute=self.rng.choice((0, 30)), second=0)
        while True:
            local += timedelta(minutes=30)
            soon = add(self.times.office, local, 1800)
            if local > self.now and soon is not None and soon - local == timedelta(minutes=30):
                return local.astimezone(found.tzinfo)

    # --- the end ---------------------------------------------------------------------------------

    def solve(self) -> None:
        """Propose a solution."""
        median, sigma = self.scenario.minutes
        self.work(self.spread(median * 0.5, sigma))
        lasting = not self.scenario.workarounds or self.chance(0.82)
        found = data.phrases()["solution"]
        if self.user.english:
            text = pick(self.rng, found["generic_en"]) + pick(self.rng, found["outro_en"])
        else:
            texts = self.scenario.solutions if lasting else self.scenario.workarounds
            text = "".join(
                (
                    pick(self.rng, found["intro"]),
                    fill(pick(self.rng, texts), self.slots),
                    pick(self.rng, found["outro"]),
                )
            )
        kind = "permanent" if lasting else "workaround"
        self.act(acts.Solved, self.holder.id, text=text, kind=kind)
        self.close_after = self.now + self.times.close_after

    def end(self) -> None:
        """Let the user accept, say nothing, refuse, or come back."""
        draw = self.rng.random()
        if draw < 0.05:
            self.refuse()
            self.accept()
        elif draw < 0.08:
            self.accept()
            self.come_back()
        elif draw < 0.60:
            self.accept()
        else:
            self.say_nothing(thanks=draw < 0.72)

    def accept(self) -> None:
        """Accept within the delay, else it closes by silence."""
        self.now += timedelta(minutes=self.spread(150, 1.4))
        if self.now >= self.close_after:
            self.now = self.close_after - timedelta(hours=self.rng.randrange(1, 20))
        self.act(acts.Accepted, self.user.id)

    def say_nothing(self, *, thanks: bool) -> None:
        """Close by silence, perhaps after a word of thanks."""
        if thanks:
            self.now += timedelta(minutes=self.spread(60, 1.0))
            self.hear(self.phrase("user", "thanks"))
        self.now = self.close_after + timedelta(seconds=self.rng.randrange(2, 58))
        self.act(acts.Elapsed, "closing")

    def refuse(self) -> None:
        """Refuse, and be helped again."""
        self.now += timedelta(minutes=self.spread(200, 1.0))
        if self.now >= self.close_after:
            self.now = self.close_after - timedelta(hours=2)
        reason = voices.styled(self.rng, self.user.voice, self.phrase("user", "refusals"))
        self.act(acts.Refused, self.user.id, reason=reason)
        self.look()
        self.solve()

    def come_back(self) -> None:
        """Write again once it was closed: the ticket is reopened."""
        self.now += timedelta(days=self.rng.uniform(0.5, 12))
        self.hear(self.phrase("user", "returns"))
        self.work(self.spread(30))
        self.note(fill(pick(self.rng, self.scenario.notes or ("Reprise du dossier.",)), self.slots))
        self.solve()
        self.accept()

    def cancel(self, reason: str) -> None:
        """Cancel what needs no work."""
        self.work(self.spread(20))
        self.act(acts.Cancelled, self.holder.id, reason=reason)
