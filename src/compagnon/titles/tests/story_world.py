"""The demonstration's people and ten of its requests, with a training centre and a jury."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from compagnon.config.demo import contracts, organisation
from compagnon.config.demo.pen import MATRIX, Times
from compagnon.config.demo.today import Scene, play
from compagnon.core.actor import Actor, Source
from compagnon.desk.loading import load
from compagnon.desk.models import Ticket
from compagnon.desk.services import settings as desk_settings
from compagnon.people.models import Person
from compagnon.people.tests import factories as people
from compagnon.titles.juries.timetable import Part
from compagnon.titles.models import (
    Attendance,
    Candidacy,
    CandidacyState,
    Path,
    Session,
    SessionKind,
    TitleVersion,
)
from compagnon.titles.services import (
    candidacies,
    deliberating,
    evidence_rules,
    inviting,
    jurors,
    referentials,
    sessions,
    summoning,
)
from compagnon.titles.tests import attesting

ABOUT = (
    "mail.calendar", "printing.network", "access.remote", "applications.office",
    "network.internet", "workstation.slow", "access.password", "workstation.peripherals",
    "printing.supplies", "network.wired",
)  # fmt: skip
PARTS = [Part("situation", 120, before_jury=False), Part("final", 30, before_jury=True)]


@dataclass
class World:
    """Who is in the story, and what they begin with."""

    trainee: Person
    trainer: Person
    secretary: Person
    jury: list[Person]
    candidacy: Candidacy
    tickets: list[Ticket]
    now: datetime


def build() -> World:
    """Make the demonstration's organisations, ten requests nobody has looked at, a candidacy."""
    system, rng = Actor.system("demo", source=Source.DEMO), Random(4)  # noqa: S311 - a story, not a secret
    now = timezone.now().replace(microsecond=0)
    referentials.install_shipped(actor=system)
    attesting.keys()
    world, parties = organisation.build(system, rng)
    since = (now - timedelta(days=100)).date().replace(day=1)
    office = contracts.build(system, world, parties, since=since)
    desk_settings.set_rules(
        actor=system, organisation=parties.client, matrix=[list(row) for row in MATRIX],
        close_after_days=5, reopen_within_days=14,
    )  # fmt: skip
    times = Times(office, now)
    scenes = [
        Scene(about=about, stage="new", minutes=90 - 8 * rank) for rank, about in enumerate(ABOUT)
    ]
    lives = (play(Random(rank), world, times, one, one.opens(times))  # noqa: S311
             for rank, one in enumerate(scenes))  # fmt: skip
    load((life.story() for life in lives), source=Source.DEMO, until=now, rng=rng)
    centre = parties.provider
    trainee, trainer, secretary = (
        Person.objects.get(last_name=name) for name in ("Delcambre", "Quéméner", "Étienvre")
    )
    evidence_rules.install(actor=system, organisation=centre)
    candidacy = candidacies.enrol(
        actor=people.actor(secretary), person=trainee, centre=centre, path=Path.CONTINUOUS,
        version=TitleVersion.objects.get(title__code="TP-00485", label="2013"),
        starts_on=(now - timedelta(days=200)).date(), ends_on=now.date(), trainer=trainer,
    )  # fmt: skip
    candidacies.move(
        actor=people.actor(secretary), candidacy_id=candidacy.pk, state=CandidacyState.TRAINING
    )
    jury = [
        people.person(parties.supplier, first, "Vauquelin")
        for first in ("Ariane", "Boris", "Céline")
    ]
    tickets = list(Ticket.objects.order_by("pk"))
    return World(trainee, trainer, secretary, jury, candidacy, tickets, now)


def session_of(world: World) -> Session:
    """Prepare the session up to the invitations, which the jurors have not answered yet."""
    secretary, starts = people.actor(world.secretary), world.now - timedelta(hours=10)
    centre, version = world.candidacy.organisation, world.candidacy.version_of_title
    sessions.record_approval(
        actor=secretary, centre=centre, version=version, number="AGR-75",
        approved_on=(world.now - timedelta(days=400)).date(),
    )  # fmt: skip
    made = sessions.plan_session(
        actor=secretary, centre=centre, version=version, kind=SessionKind.TITLE, starts_at=starts,
        ends_at=world.now - timedelta(minutes=1), place="Salle Vauban",
    )  # fmt: skip
    sessions.add_station(actor=secretary, session_id=made.pk, name="Poste 1")
    sessions.add_candidate(actor=secretary, session_id=made.pk, candidacy_id=world.candidacy.pk)
    for rank, person in enumerate(world.jury):
        juror = jurors.register_juror(
            actor=secretary, centre=centre, person=person, titles=[version.title],
            sex="fm"[rank % 2], experience_months=120,
            authorised_from=(world.now - timedelta(days=300)).date(),
        )  # fmt: skip
        inviting.invite(actor=secretary, session_id=made.pk, juror_id=juror.pk, is_chair=not rank)
    return made


def opened(world: World, session: Session) -> None:
    """Summon on time, open, and have everybody there."""
    secretary = people.actor(world.secretary)
    summoning.set_timetable(actor=secretary, session_id=session.pk, parts=PARTS)
    summoning.summon(
        actor=secretary, session_id=session.pk, at=session.starts_at - timedelta(days=45)
    )
    deliberating.open_session(actor=secretary, session_id=session.pk, at=session.starts_at)
    deliberating.record_attendance(
        actor=secretary, session_id=session.pk, sitting_id=session.sittings.get().pk,
        attendance=Attendance.PRESENT, identity_checked=True, at=session.starts_at,
    )  # fmt: skip
