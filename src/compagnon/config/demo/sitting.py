"""Sessions of the demonstration: one past, with its minutes and attestations, and one to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from uuid import uuid4

from django.utils import timezone

from compagnon.config.demo.training import Centre
from compagnon.core.actor import Actor, Source
from compagnon.people.models import Person
from compagnon.people.queries import actor_for
from compagnon.titles.juries.timetable import Part
from compagnon.titles.models import (
    Answer,
    Attendance,
    Candidacy,
    CandidacyState,
    Certificate,
    CertificateKind,
    EvaluationKind,
    IdentityDocument,
    Juror,
    Quality,
    Session,
    SessionKind,
    SessionMail,
    SessionMailState,
    Value,
)
from compagnon.titles.services import (
    attesting,
    candidacies,
    deliberating,
    dossiers,
    evaluations,
    inviting,
    minutes,
    results,
    sessions,
    signing_keys,
    summoning,
)
from compagnon.titles.services.evaluations import Given

PARTS: Final = (Part("situation", 120, before_jury=False), Part("final", 30, before_jury=True))
# The CCPs that the jury leaves to who does not gain the title.
LEFT: Final = (1, 3)
WHY_NOT: Final = "Plan d’adressage incomplet, pare-feu non vérifié : à reprendre en situation."
EXAMPLES: Final = (
    ("Un poste qui ne démarre plus", "J’ai diagnostiqué le disque, restauré l’image, vérifié."),
    ("Un commutateur remplacé", "J’ai relevé la configuration, remplacé le matériel et vérifié."),
    ("Un serveur de fichiers remis en ordre", "J’ai revu les droits par groupes et documenté."),
)  # fmt: skip


def fill(actor: Actor, centre: Centre, working: Candidacy, *, until: datetime) -> None:
    """Tell the past session, then prepare the next with who works at the desk.

    Args:
        working: the candidacy of who goes for the title by their work at the desk.
    """
    signing_keys.create_keys(actor=actor, name=centre.organisation.name)
    held = _at(until - timedelta(days=25))
    judged = [centre.going["Sauvageot"], centre.going["Oudinet"]]
    for row in judged:
        _ready(actor, centre, row, held - timedelta(days=60))
    _past(actor, centre, judged, held)
    ready = centre.going["Lemoigne"]
    _dossier(ready, until - timedelta(days=20))
    candidacies.check_identity(
        actor=actor, candidacy_id=ready.pk, document=IdentityDocument.ID_CARD, at=until
    )
    candidacies.move(actor=actor, candidacy_id=ready.pk, state=CandidacyState.READY)
    _to_come(actor, centre, [working, ready], _at(until + timedelta(days=46)))


def _at(moment: datetime) -> datetime:
    """Give nine o'clock of that day, or of the Monday after a week's end."""
    day = timezone.localdate(moment)
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    return timezone.make_aware(datetime.combine(day, time(9)))


def _as(person: Person) -> Actor:
    return actor_for(person, source=Source.DEMO)


# --- before a session --------------------------------------------------------------------------


def _ready(actor: Actor, centre: Centre, row: Candidacy, done: datetime) -> None:
    """Have somebody evaluated in course on every CCP, their dossier declared, made ready."""
    trainer = _as(centre.trainer)
    for certificate in _ccps(centre):
        weak = row.person.last_name == "Oudinet" and certificate.number not in LEFT
        one = evaluations.plan(
            actor=trainer, candidacy_id=row.pk, kind=EvaluationKind.IN_COURSE,
            certificate=certificate, starts_at=done - timedelta(days=3),
            assessors=[(centre.trainer, Quality.TRAINER)],
        )  # fmt: skip
        marks = [
            Given(
                key=uuid4(), competence_id=key, criterion_id=None, marked_at=done,
                value=Value.NOT_ACQUIRED if weak and not rank else Value.ACQUIRED,
                comment=WHY_NOT if weak and not rank else "",
            )
            for rank, (key, _none) in enumerate(evaluations.required(one))
        ]  # fmt: skip
        evaluations.mark(actor=trainer, evaluation_id=one.pk, given=marks)
        evaluations.sign(actor=trainer, evaluation_id=one.pk, at=done)
    _dossier(row, done)
    candidacies.check_identity(
        actor=actor, candidacy_id=row.pk, document=IdentityDocument.ID_CARD, at=done
    )
    candidacies.move(actor=actor, candidacy_id=row.pk, state=CandidacyState.READY)


def _dossier(row: Candidacy, at: datetime) -> None:
    mine = _as(row.person)
    activities = row.version_of_title.activities.order_by("number")
    for activity, (title, did) in zip(activities, EXAMPLES, strict=False):
        dossiers.write_example(
            actor=mine, candidacy_id=row.pk, activity=activity, texts={"title": title, "did": did}
        )
    dossiers.declare(actor=mine, candidacy_id=row.pk, place="Lyon", at=at)


def _ccps(centre: Centre) -> list[Certificate]:
    found = centre.version.certificates.filter(kind=CertificateKind.CCP)
    return list(found.order_by("number"))


def _planned(
    actor: Actor, centre: Centre, rows: Sequence[Candidacy], starts: datetime, place: str
) -> Session:
    made = sessions.plan_session(
        actor=actor, centre=centre.organisation, version=centre.version, kind=SessionKind.TITLE,
        starts_at=starts, ends_at=starts + timedelta(hours=8), place=place,
        forecast=sessions.foresee(
            actor=actor, centre=centre.organisation, version=centre.version,
            kind=SessionKind.TITLE, month=timezone.localdate(starts), places=8,
            submitted_on=timezone.localdate(starts).replace(month=1, day=20),
        ),
    )  # fmt: skip
    for number in (1, 2):
        sessions.add_station(
            actor=actor, session_id=made.pk, name=f"Poste {number}", room="Salle B12",
            equipment="Poste, serveur virtuel, commutateur",
        )  # fmt: skip
    for row in rows:
        sessions.add_candidate(actor=actor, session_id=made.pk, candidacy_id=row.pk)
    return made


def _invited(actor: Actor, session: Session, register: Sequence[Juror], *, coming: int) -> None:
    for rank, juror in enumerate(register):
        member = inviting.invite(
            actor=actor, session_id=session.pk, juror_id=juror.pk, is_chair=not rank
        )
        if rank < coming:
            inviting.answer_invitation(
                actor=_as(juror.person), member_id=member.pk, answer=Answer.ACCEPTED
            )


# --- the past one ------------------------------------------------------------------------------


def _past(actor: Actor, centre: Centre, rows: Sequence[Candidacy], starts: datetime) -> None:
    session = _planned(actor, centre, rows, starts, "Salle B12, Lyon")
    _invited(actor, session, centre.jurors, coming=3)
    summoning.set_timetable(actor=actor, session_id=session.pk, parts=PARTS)
    summoned = starts - timedelta(days=45)
    summoning.summon(actor=actor, session_id=session.pk, at=summoned)
    deliberating.open_session(actor=actor, session_id=session.pk, at=starts)
    jury = [_as(one.person) for one in centre.jurors]
    sittings = list(session.sittings.select_related("candidacy__person").order_by("pk"))
    for sitting in sittings:
        deliberating.record_attendance(
            actor=actor, session_id=session.pk, sitting_id=sitting.pk,
            attendance=Attendance.PRESENT, identity_checked=True, at=starts,
        )  # fmt: skip
    ends = starts + timedelta(hours=8)
    for juror in jury:
        for sitting in sittings:
            _judged(juror, session, sitting.pk, whole=sitting is sittings[0])
        deliberating.close_opinions(actor=juror, session_id=session.pk, at=ends)
    for sitting in sittings:
        for juror in jury:
            _voted(juror, session, sitting.pk, whole=sitting is sittings[0])
        made = minutes.write_minutes(
            actor=jury[0], session_id=session.pk, sitting_id=sitting.pk, at=ends
        )
        for juror in jury:
            minutes.sign_minutes(actor=juror, minutes_id=made.pk, digest=made.digest, at=ends)
    results.close_session(actor=actor, session_id=session.pk, at=ends)
    attesting.attest_session(actor=actor, session_id=session.pk)
    results.notify_results(actor=actor, session_id=session.pk, at=ends + timedelta(days=6))
    # Told long ago: nothing leaves anew when the demonstration begins.
    told = SessionMail.objects.filter(session=session)
    told.filter(kind="summons").update(state=SessionMailState.SENT, sent_at=summoned)
    told.filter(kind="results").update(
        state=SessionMailState.SENT, sent_at=ends + timedelta(days=6)
    )


def _judged(juror: Actor, session: Session, sitting_id: int, *, whole: bool) -> None:
    for certificate in deliberating.judged_certificates(session):
        good = whole or certificate.number in LEFT
        deliberating.give_opinion(
            actor=juror, session_id=session.pk, sitting_id=sitting_id,
            certificate_id=certificate.pk, value=Value.ACQUIRED if good else Value.NOT_ACQUIRED,
            comment="" if good else WHY_NOT,
        )  # fmt: skip


def _voted(juror: Actor, session: Session, sitting_id: int, *, whole: bool) -> None:
    deliberating.vote(actor=juror, session_id=session.pk, sitting_id=sitting_id, is_for=whole)
    for certificate in () if whole else deliberating.judged_certificates(session):
        deliberating.vote(
            actor=juror, session_id=session.pk, sitting_id=sitting_id,
            certificate_id=certificate.pk, is_for=certificate.number in LEFT,
        )  # fmt: skip


# --- the one to come ---------------------------------------------------------------------------


def _to_come(actor: Actor, centre: Centre, rows: Sequence[Candidacy], starts: datetime) -> None:
    """Plan it up to the eve of the summons: one juror has not answered yet."""
    session = _planned(actor, centre, rows, starts, "Salle B12, Lyon")
    _invited(actor, session, centre.jurors, coming=2)
    summoning.set_timetable(actor=actor, session_id=session.pk, parts=PARTS)
