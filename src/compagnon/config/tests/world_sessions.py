"""Sessions, juries, minutes and evaluations of each client, for the walk of every route."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from compagnon.core.actor import Actor
from compagnon.people.tests import factories as people
from compagnon.titles import ruling
from compagnon.titles.models import (
    Answer,
    Appeal,
    Attendance,
    Candidacy,
    Incident,
    JurorTie,
    JuryMember,
    Minutes,
    Opinion,
    SessionState,
    Signature,
    Sitting,
    Slot,
    Vote,
)
from compagnon.titles.services import evaluations, jurors, sessions
from compagnon.titles.services.minutes import digest_of, foresee

STARTS = datetime(2026, 9, 14, 8, tzinfo=UTC)


def _of(name: str) -> Callable[[Any], list[Any]]:
    return lambda side: [side.objects[name].pk]


def _words(*values: Any) -> Callable[[Any], list[Any]]:
    return lambda _side: list(values)


_SESSION, _API = "titles/sessions/<session_id>", "api/v1/sessions/<session_id>"
PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    _SESSION: _of("exam"),
    f"{_SESSION}/do/<name>": _words(
        "station", "candidate", "remove-candidate", "invite", "answer", "timetable", "summon",
        "open", "attendance", "presence", "incident", "close", "reopen", "notify", "cancel",
        "close-opinions", "vote", "write",
    ),
    f"{_SESSION}/judge/<sitting_id>": _of("sitting"),
    "titles/jurors/<juror_id>": _of("juror"),
    "titles/jurors/<juror_id>/do/<name>": _words("change", "tie", "drop-tie", "forget"),
    "titles/jury/<member_id>": _of("jury_member"),
    "titles/minutes/<minutes_id>": _of("minutes"),
    "titles/minutes/<minutes_id>/do/<name>": _words("sign", "appeal", "answer-appeal"),
    "titles/evaluations/of/<candidacy_id>": _of("exam_candidacy"),
    "titles/evaluations/plan/<candidacy_id>": _of("exam_candidacy"),
    "titles/evaluations/booklet/<candidacy_id>": _of("exam_candidacy"),
    "titles/evaluations/<evaluation_id>": _of("evaluation"),
    "titles/evaluations/<evaluation_id>/do/<name>": _words("sign", "settle", "agree", "cancel"),
    _API: _of("exam"),
    f"{_API}/candidates/<sitting_id>": _of("sitting"),
    f"{_API}/jury/<member_id>": _of("jury_member"),
    "api/v1/jury-members/<member_id>": _of("jury_member"),
    "api/v1/jurors/<juror_id>": _of("juror"),
    "api/v1/jurors/<juror_id>/ties/<tie_id>": _of("juror_tie"),
    "api/v1/minutes/<minutes_id>": _of("minutes"),
    "api/v1/appeals/<appeal_id>": _of("appeal"),
    "api/v1/evaluations/<evaluation_id>": _of("evaluation"),
}  # fmt: skip


def furnish(side: Any, mark: str) -> None:
    """Add to a client one more session held, with its jury, minutes and an evaluation."""
    system = Actor.system("tests")
    candidacy: Candidacy = side.objects["candidacy"]
    version = candidacy.version_of_title
    sessions.record_approval(
        actor=system, centre=side.organisation, version=version, number=f"AGR {mark}",
        approved_on=date(2026, 1, 1), equipment=f"Salle {mark}",
    )  # fmt: skip
    sessions.foresee(
        actor=system, centre=side.organisation, version=version, kind="title",
        month=date(2026, 9, 1), places=8,
    )  # fmt: skip
    exam = sessions.plan_session(
        actor=system, centre=side.organisation, version=version, kind="title",
        starts_at=STARTS, ends_at=STARTS + timedelta(hours=9), place=f"Salle {mark}",
    )  # fmt: skip
    station = sessions.add_station(actor=system, session_id=exam.pk, name=f"Poste {mark}")
    evaluation = evaluations.plan(
        actor=system, candidacy_id=candidacy.pk, kind="in_course",
        certificate=version.certificates.get(number=1), starts_at=STARTS,
        assessors=[(side.manager, "trainer")], subject=f"Panne {mark}",
    )  # fmt: skip
    sitting = Sitting.objects.create(
        session=exam, candidacy=candidacy, attendance=Attendance.PRESENT
    )
    Slot.objects.create(
        sitting=sitting, station=station, kind="situation", starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=1),
    )  # fmt: skip
    side.objects.update(
        exam=exam, exam_candidacy=candidacy, evaluation=evaluation, sitting=sitting,
        **_jury(side, mark, system, exam, sitting),
    )  # fmt: skip


def _jury(side: Any, mark: str, system: Actor, exam: Any, sitting: Sitting) -> dict[str, Any]:
    """Seat a juror, have them judge, and write what was decided."""
    person = people.person(side.organisation, "Jo", f"{mark}-Juré")
    juror = jurors.register_juror(
        actor=system, centre=side.organisation, person=person,
        titles=[exam.version_of_title.title], occupation=f"Technicienne {mark}",
        authorisation=f"A {mark}"[:60], authorised_from=date(2026, 1, 1),
    )  # fmt: skip
    tie = JurorTie.objects.create(juror=juror, person=side.person, kind="kin")
    member = JuryMember.objects.create(
        session=exam, juror=juror, answer=Answer.ACCEPTED, is_chair=True
    )
    certificate = exam.version_of_title.certificates.get(number=1)
    Opinion.objects.create(
        member=member, sitting=sitting, certificate=certificate, value="acquired",
        comment=f"Avis {mark}", closed_at=STARTS,
    )  # fmt: skip
    Vote.objects.create(member=member, sitting=sitting, is_for=True)
    Incident.objects.create(
        session=exam, sitting=sitting, text=f"Alarme {mark}", happened_at=STARTS
    )
    exam.state = SessionState.DELIBERATING
    exam.save()
    last = Minutes.objects.filter(organisation=side.organisation).order_by("-pk").first()
    content = {
        "session": {
            "reference": exam.reference,
            "centre": f"{mark} SA",
            "place": exam.place,
            "kind": "title",
            "remote": False,
            "starts_at": STARTS.isoformat(),
            "ends_at": STARTS.isoformat(),
        },
        "title": {"code": "TP-00485", "name": "TSSI", "version": "2013"},
        "candidacy": {"reference": sitting.candidacy.reference},
        "certificate": None,
        "corrects": None,
        "reason": "",
        "jury": [{"name": f"Jo {mark}", "quality": "professional", "chair": True, "present": True}],
        "votes": [{"member": f"Jo {mark}", "on": "title", "for": True}],
        "incidents": [],
        "decision": ruling.document(foresee(sitting)),
    }
    previous = last.digest if last else ""
    minutes = Minutes.objects.create(
        organisation=side.organisation, session=exam, sitting=sitting, year=2026,
        rank=(last.rank if last else 0) + 1, content=content, previous=previous,
        digest=digest_of(content, previous), written_at=STARTS,
    )  # fmt: skip
    Signature.objects.create(
        minutes=minutes, member=member, digest=minutes.digest, signed_at=STARTS
    )
    appeal = Appeal.objects.create(
        minutes=minutes, received_on=date(2026, 10, 1), grounds=f"Chrono {mark}"
    )
    return {
        "juror": juror, "juror_tie": tie, "jury_member": member, "minutes": minutes,
        "appeal": appeal,
    }  # fmt: skip
