"""The life of one ticket, from the request to the closing, chapter by chapter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from compagnon.config.demo import data, voices
from compagnon.config.demo.arrivals import PARIS
from compagnon.config.demo.contracts import TAKE_UP
from compagnon.config.demo.data import Turn
from compagnon.config.demo.pen import Pen, said
from compagnon.config.demo.voices import fill, pick
from compagnon.contracts.clock import add
from compagnon.desk.loading import acts

LEVELS = {2: "systems", 3: "experts"}


class Life(Pen):
    """A ticket being lived."""

    # --- chapters --------------------------------------------------------------------------------

    def open(self, channel: str) -> None:
        """Let the request come in by that door."""
        scenario, rng, user = self.scenario, self.rng, self.user
        english = bool(user.english and scenario.titles_en)
        title = fill(pick(rng, scenario.titles_en if english else scenario.titles), self.slots)
        core = pick(rng, scenario.texts_en if english else scenario.texts)
        if channel in {"mail", "portal"}:
            title = voices.with_slips(rng, title, voices.SLIPS.get(user.voice, 0.0) / 2)
            text = voices.described(rng, user, core, self.slots)
        else:
            text = fill(core, self.slots)
        by, values = self._known(channel)
        if channel in {"mail", "portal"} and self.world.captures and self.chance(0.07):
            file_id, name = rng.choice(self.world.captures)
            values["files"] = (acts.Given(file_id=file_id, name=name),)
        self.opening = acts.Opened(
            at=self.now, by=by, requester=user.id, channel=channel, title=title, text=text, **values
        )

    def _known(self, channel: str) -> tuple[int, dict[str, Any]]:
        """Give who opens it and what is known from the start, by that door."""
        scenario, world = self.scenario, self.world
        if channel == "mail":
            return self.user.id, {
                "mailbox": world.mailbox,
                "html": "",
                "internet_id": self.message_id(),
            }
        values: dict[str, Any] = {
            "kind": scenario.kind,
            "service": world.services[scenario.service],
            "category": world.categories[scenario.category],
            "urgency": self.urgency,
        }
        if scenario.request:
            values["request_type"] = world.requests[scenario.request]
        if channel == "portal":
            values.setdefault("request_type", world.requests[f"fault:{scenario.service}"])
            return self.user.id, values
        # Whoever picks up the phone qualifies at once.
        values["impact"] = self.impact
        values["affected_item"] = fill(pick(self.rng, scenario.items), self.slots)
        return world.secretary if self.chance(0.25) else self.holder.id, values

    def take_up(self, *, said: bool = True) -> None:
        """Let somebody qualify it and take it, and say so."""
        target = TAKE_UP[self.priority - 1] / 60
        # About one in twelve is taken up too late.
        self.work(min(self.spread(0.22 * target, 1.0), 4 * target))
        if self.opening.channel in {"mail", "portal"}:
            self._qualify()
            self.work(self.rng.random() * 2)
        if self.priority == 1 and not self.times.is_open(self.now):
            self.holder = self.member("experts")
            self._assigned("experts")
            self.note(self.phrase("support", "on_call"))
            return
        team = self.team_of_category()
        if team != "desk":
            self.holder = self.member(team)
        if self.chance(0.25):
            self._assigned(team)
        else:
            self.act(acts.Taken, self.holder.id)
        if said and (self.chance(0.55) or self.priority <= 2):
            self.work(self.spread(4))
            self.reply(self.phrase("support", "takes"))

    def taken_by_holder(self) -> None:
        """Let the supervisor qualify it soon and give it to who holds it."""
        self.work(self.rng.uniform(2, 9))
        if self.opening.channel in {"mail", "portal"}:
            self._qualify()
            self.wait_seconds(20, 90)
        self._assigned(self.holder.team)
        self.work(self.rng.uniform(2, 8))
        self.reply(self.phrase("support", "takes"))

    def _assigned(self, team: str) -> None:
        team_id = self.world.teams[team].id
        self.act(acts.Assigned, self.world.supervisor, team=team_id, assignee=self.holder.id)

    def team_of_category(self) -> str:
        """Give the team that the category names."""
        categories = data.organisation()["categories"]
        found = categories[self.scenario.category][2]
        return str(found or categories[self.scenario.category.partition(".")[0]][2])

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
        self.wait_seconds(5, 90)
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

    def hand_up(self, turn: Turn, level: int) -> None:
        """Hand it to a more expert team."""
        self.work(self.spread(10))
        rank = self.rng.randrange(len(turn.reasons))
        reason, tried, needed = (
            fill(found[min(rank, len(found) - 1)], self.slots)
            for found in (turn.reasons, turn.tried, turn.needed)
        )
        team_id = self.world.teams[LEVELS[level]].id
        self.act(
            acts.Escalated, self.holder.id, to_team=team_id, reason=reason, tried=tried,
            needed=needed,
        )  # fmt: skip

    def escalate(self, turn: Turn, level: int) -> None:
        """Hand it to a more expert team, which takes it."""
        self.hand_up(turn, level)
        self.holder = self.member(LEVELS[level])
        self.work(self.spread(15 if self.priority <= 2 else 80, 0.9))
        self.act(acts.Taken, self.holder.id)
        self.look()
        if self.chance(0.35):
            self.reply(self.phrase("support", "progress"))

    def transfer(self) -> None:
        """Hand it from the service desk to another team, which takes it."""
        other = "systems"
        self.work(self.spread(8))
        reason = self.phrase("support", "transfers")
        self.act(acts.Transferred, self.holder.id, to_team=self.world.teams[other].id,
                 reason=reason)  # fmt: skip
        self.holder = self.member(other)
        self.work(self.spread(25))
        self.act(acts.Taken, self.holder.id)

    def call_authority(self) -> None:
        """Have somebody with authority act."""
        self.work(self.spread(10))
        reason = self.phrase("support", "authority")
        self.act(acts.AuthorityAsked, self.holder.id, to_person=self.world.supervisor,
                 reason=reason)  # fmt: skip

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

    def plan_for_today(self) -> None:
        """Plan some work at a distance for the day on which the stories stop."""
        local = self.times.until.astimezone(PARIS).replace(minute=0, second=0, microsecond=0)
        # A late evening has nothing left of its day: what was planned for the hour before is due.
        start = local + timedelta(hours=self.rng.choice((1, 2)) if local.hour < 21 else -1)
        self.act(
            acts.TaskPlanned, self.holder.id, title=self.phrase("support", "today"),
            assignee=self.holder.id, planned_start=start.astimezone(UTC),
            planned_seconds=self.rng.choice((900, 1800, 2700)),
        )  # fmt: skip

    def visit(self, turn: Turn, *, done: bool = True) -> None:
        """Go there: appointment, travel, report, and the user's signature."""
        self.work(self.spread(10))
        if self.holder.team == "desk" and self.chance(0.8):
            self.holder = self.member("systems")
            self.act(acts.Assigned, self.world.supervisor, assignee=self.holder.id)
        start = self._slot() if done else self._slot(after=self.times.until)
        self.slots["date_rdv"] = said(start)
        planned = self.rng.choice((1800, 2700, 3600, 5400))
        self.act(
            acts.TaskPlanned, self.holder.id, title=fill(pick(self.rng, turn.titles), self.slots),
            mode="on_site", assignee=self.holder.id, planned_start=start, planned_seconds=planned,
        )  # fmt: skip
        self.wait_seconds(20, 200)
        self.reply(self.phrase("support", "appointment_notice"))
        self.wait_seconds(5, 60)
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
        self.wait_seconds(60, 400)
        report = fill(pick(self.rng, turn.reports), self.slots)
        self.act(acts.SheetPrepared, self.holder.id, task=task, report=report)
        if self.chance(0.92):
            self.wait_seconds(30, 240)
            drawn = self.rng.choice(self.world.signatures) if self.world.signatures else None
            self.act(
                acts.SheetSigned, self.user.id, task=task, name=self.user.name,
                remarks=self.phrase("user", "remarks"),
                signature=drawn if self.chance(0.85) else None,
            )  # fmt: skip

    def _slot(self, after: datetime | None = None) -> datetime:
        """Give the next appointment: on an hour or a half, in the support's hours."""
        days = self.rng.choice((0.4, 0.6, 1, 1, 2, 3))
        found = add(self.times.office, max(self.now, after or self.now), int(days * 510 * 60))
        assert found is not None  # noqa: S101 - the support opens again
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
            parts = (
                pick(self.rng, found["intro"]),
                fill(pick(self.rng, texts), self.slots),
                fill(pick(self.rng, found["checks"]), self.slots),
                pick(self.rng, found["outro"]),
            )
            text = "".join(parts)
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
