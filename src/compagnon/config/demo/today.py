"""The tickets of these days: something in every queue, at every stage, for whoever tries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from compagnon.config.demo import data
from compagnon.config.demo.data import Scenario
from compagnon.config.demo.life import Life
from compagnon.config.demo.pen import Times
from compagnon.config.demo.world import User, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A ticket stopped at a stage. It opened ``minutes`` ago, or on a working day ``back``.

    ``holder`` is the first name of who works on it, ``user`` the last name of who asked; drawn
    where left out. ``levels`` are impact and urgency.
    """

    about: str
    stage: str
    minutes: int = 0
    back: int = 0
    hour: int = 9
    levels: tuple[int, int] = (3, 2)
    holder: str = ""
    user: str = ""
    channel: str = "mail"

    def opens(self, times: Times) -> datetime:
        """Give when it opens."""
        if self.minutes:
            return times.until - timedelta(minutes=self.minutes, seconds=17)
        return times.working_day(self.back, self.hour, 5 + (7 * self.hour + len(self.about)) % 50)


SCENES = (
    # Nobody has looked at these yet.
    Scene(about="mail.calendar", stage="new", minutes=4, user="Issartel"),
    Scene(about="printing.network", stage="new", minutes=11, user="Guérineau"),
    Scene(about="access.remote", stage="new", minutes=23, levels=(3, 1), user="Hathersage"),
    Scene(about="hardware.new", stage="new", minutes=37, levels=(3, 3), channel="portal"),
    Scene(about="applications.office", stage="new", minutes=52, channel="portal"),
    Scene(about="network.internet", stage="new", minutes=6, levels=(1, 1), channel="portal",
          user="Rospabé"),
    # Due soon, whatever the hour: a critical fault counts round the clock.
    Scene(about="applications.erp", stage="work", minutes=165, levels=(1, 1), holder="Karim",
          channel="portal", user="Daviaud"),
    Scene(about="network.wired", stage="work", minutes=125, levels=(1, 2), holder="Anne-Laure",
          channel="portal", user="Padioleau"),
    Scene(about="servers.files", stage="work", minutes=80, levels=(1, 1), holder="Grégoire",
          channel="portal", user="Lachassagne"),
    # Late.
    Scene(about="applications.erp", stage="work", back=4, levels=(2, 1), holder="Sophie"),
    Scene(about="workstation.system", stage="work", back=5, hour=10, levels=(3, 1),
          holder="Yanis"),
    Scene(about="mail.delivery", stage="call", back=6, levels=(2, 1), holder="Lucie",
          user="Ozanneau"),
    # Being worked on.
    Scene(about="workstation.slow", stage="task", back=1, holder="Yanis", user="Tassin-Duval"),
    Scene(about="access.password", stage="work", back=0, levels=(3, 1), holder="Yanis",
          channel="phone"),
    Scene(about="workstation.peripherals", stage="work", back=1, hour=14, holder="Lucie"),
    Scene(about="access.rights", stage="task", back=1, hour=11, levels=(3, 3), holder="Lucie"),
    Scene(about="phones.meetings", stage="task", back=1, hour=10, holder="Inès"),
    Scene(about="printing.supplies", stage="work", back=2, levels=(3, 3), holder="Inès"),
    Scene(about="servers.backup", stage="task", back=1, hour=9, holder="Karim",
          user="Guichaoua"),
    Scene(about="applications.cad", stage="work", back=1, hour=15, levels=(2, 2),
          holder="Sophie"),
    Scene(about="servers.systems", stage="task", back=1, hour=10, levels=(2, 2),
          holder="Anne-Laure", user="Lachassagne", channel="alert"),
    # Escalated, and taken by nobody there yet.
    Scene(about="applications.erp", stage="escalated", back=0, hour=9, levels=(2, 2)),
    Scene(about="workstation.system", stage="escalated", back=1, hour=16),
    Scene(about="network.wifi", stage="escalated", back=1, hour=11, levels=(2, 2)),
    # Waiting for somebody else.
    Scene(about="mail.delivery", stage="asked", back=1, hour=14, holder="Yanis"),
    Scene(about="network.internet", stage="asked", back=2, holder="Lucie"),
    Scene(about="applications.hr", stage="asked", back=2, hour=15, holder="Sophie"),
    Scene(about="workstation.hardware", stage="supplier", back=3, levels=(3, 1), holder="Damien"),
    Scene(about="printing.network", stage="supplier", back=2, levels=(2, 2), holder="Maëlle"),
    Scene(about="hardware.new", stage="approval", back=4, levels=(3, 3), holder="Damien",
          channel="portal"),
    Scene(about="workstation.software", stage="approval", back=3, levels=(3, 3), holder="Théo",
          channel="portal"),
    Scene(about="workstation.peripherals", stage="appointment", back=0, hour=9, holder="Damien"),
    Scene(about="access.joiners", stage="appointment", back=1, hour=15, levels=(3, 3),
          holder="Karim"),
    Scene(about="network.wired", stage="appointment", back=0, hour=10, holder="Damien"),
    # The user wrote last.
    Scene(about="applications.office", stage="reminded", back=1, hour=9, holder="Yanis"),
    Scene(about="access.rights", stage="reminded", back=2, hour=11, levels=(3, 3),
          holder="Maëlle", user="Hathersage"),
    # Solved: the user's turn.
    Scene(about="mail.calendar", stage="solved", back=1, hour=9, user="Tassin-Duval"),
    Scene(about="access.remote", stage="solved", back=1, hour=10, user="Hathersage"),
    Scene(about="printing.scan", stage="solved", back=1, hour=11, user="Rospabé"),
    Scene(about="workstation.slow", stage="solved", back=2, hour=14),
    Scene(about="phones.desk", stage="solved", back=2, hour=9),
)  # fmt: skip


def play(rng: Random, world: World, times: Times, scene: Scene, at: datetime) -> Life:
    """Live a ticket up to the scene's stage, and no further."""
    life = Life(
        rng, world, times,
        scenario=_scenario(scene), user=_user(rng, world, scene), at=at,
    )  # fmt: skip
    life.weigh(*scene.levels)
    if scene.holder:
        life.holder = next(
            member
            for team in world.teams.values()
            for member in team.members
            if member.first == scene.holder
        )
    life.open(scene.channel)
    if scene.stage != "new":
        life.taken_by_holder()
        _stage(life, scene.stage)
    return life


def _stage(life: Life, stage: str) -> None:
    scenario = life.scenario
    match stage:
        case "work":
            life.look()
        case "task":
            life.look()
            life.plan_for_today()
        case "call":
            life.look()
            life.work(1200)
            life.hear(life.phrase("user", "reminders"))
            life.call_authority()
        case "escalated":
            life.hand_up(scenario.escalation, scenario.escalation.level)
        case "asked":
            life.ask(answered=False)
        case "supplier":
            life.wait("waiting_supplier", scenario.supplier, "", over=False)
        case "approval":
            life.wait("waiting_approval", scenario.approval, "", over=False)
        case "appointment":
            life.visit(scenario.on_site, done=False)
        case "reminded":
            life.look()
            life.work(30)
            life.hear(life.phrase("user", "reminders"))
        case "solved":
            life.solve()


# What must be possible for a ticket to stop there.
NEEDS = {
    "escalated": "escalation",
    "supplier": "supplier",
    "approval": "approval",
    "appointment": "on_site",
}


def _scenario(scene: Scene) -> Scenario:
    found = [each for each in data.scenarios() if each.category == scene.about]
    if turn := NEEDS.get(scene.stage):
        found = [each for each in found if getattr(each, turn).chance]
    if scene.stage == "asked":
        found = [each for each in found if each.questions]
    return found[(scene.hour + scene.minutes + scene.back) % len(found)]


def _user(rng: Random, world: World, scene: Scene) -> User:
    if scene.user:
        return next(user for user in world.users if user.last == scene.user)
    return rng.choice([user for user in world.users if not user.english])
